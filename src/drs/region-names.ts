/** What the service's lists of endpoints call its regions. Those that no public list names are known by their code alone. */
import type { Site } from "./regions";

const names: Readonly<Record<string, Site["name"]>> = {
  "cn-north-1": { en: "CN North-Beijing1", zh: "华北-北京一" },
  "cn-north-2": { en: "CN North-Beijing2", zh: "华北-北京二" },
  "cn-north-4": { en: "CN North-Beijing4", zh: "华北-北京四" },
  "cn-north-9": { en: "CN North-Ulanqab1", zh: "华北-乌兰察布一" },
  "cn-east-2": { en: "CN East-Shanghai2", zh: "华东-上海二" },
  "cn-east-3": { en: "CN East-Shanghai1", zh: "华东-上海一" },
  "cn-east-4": { en: "CN East2", zh: "华东二" },
  "cn-east-5": { en: "CN East-Qingdao", zh: "华东-青岛" },
  "cn-south-1": { en: "CN South-Guangzhou", zh: "华南-广州" },
  "cn-south-2": { en: "CN South-Shenzhen", zh: "华南-深圳" },
  "cn-south-4": { en: "CN South-Guangzhou-InvitationOnly", zh: "华南-广州-友好用户环境" },
  "cn-southwest-2": { en: "CN Southwest-Guiyang1", zh: "西南-贵阳一" },
  "ap-southeast-1": { en: "CN-Hong Kong", zh: "中国-香港" },
  "ap-southeast-2": { en: "AP-Bangkok", zh: "亚太-曼谷" },
  "ap-southeast-3": { en: "AP-Singapore", zh: "亚太-新加坡" },
  "ap-southeast-4": { en: "AP-Jakarta", zh: "亚太-雅加达" },
  "ap-southeast-5": { en: "AP-Manila", zh: "亚太-马尼拉" },
  "sa-brazil-1": { en: "LA-Sao Paulo1", zh: "拉美-圣保罗一" },
  "la-south-2": { en: "LA-Santiago", zh: "拉美-圣地亚哥" },
  "la-north-2": { en: "LA-Mexico City2", zh: "拉美-墨西哥城二" },
  "na-mexico-1": { en: "LA-Mexico City1", zh: "拉美-墨西哥城一" },
  "af-south-1": { en: "AF-Johannesburg", zh: "非洲-约翰内斯堡" },
  "af-north-1": { en: "AF-Cairo", zh: "非洲-开罗" },
  "tr-west-1": { en: "TR-Istanbul", zh: "土耳其-伊斯坦布尔" },
  "eu-west-0": { en: "EU-Paris", zh: "欧洲-巴黎" },
  "eu-west-101": { en: "EU-Dublin", zh: "欧洲-都柏林" },
  "me-east-1": { en: "ME-Riyadh", zh: "中东-利雅得" },
  "eu-de": { en: "Germany", zh: "德国" },
  "eu-nl": { en: "Netherlands", zh: "荷兰" },
};

/** The name of a region; undefined where none is known. */
export function regionName(region: string): Site["name"] | undefined {
  return Object.hasOwn(names, region) ? names[region] : undefined;
}
