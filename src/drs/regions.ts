/** Public sites that run DRS, and their regions. */
export type SiteId = "huawei" | "huaweiEurope" | "openTelekom";

/** A site: its regions share one set of accounts. */
export interface Site {
  readonly id: SiteId;
  readonly name: { readonly en: string; readonly zh: string };
  readonly regions: readonly string[];
  /** What follows `drs.<region>.` and `iam.<region>.` in the addresses of its endpoints. */
  readonly domain: string;
}

/** Regions with a published DRS endpoint. */
export const sites: readonly Site[] = [
  {
    id: "huawei",
    name: { en: "Huawei Cloud", zh: "华为云" },
    domain: "myhuaweicloud.com",
    regions: [
      "cn-north-1",
      "cn-north-2",
      "cn-north-4",
      "cn-north-9",
      "cn-north-11",
      "cn-north-12",
      "cn-east-2",
      "cn-east-3",
      "cn-east-4",
      "cn-east-5",
      "cn-south-1",
      "cn-south-2",
      "cn-south-4",
      "cn-southwest-2",
      "cn-southwest-3",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-southeast-3",
      "ap-southeast-4",
      "ap-southeast-5",
      "sa-brazil-1",
      "la-south-2",
      "la-north-2",
      "na-mexico-1",
      "af-south-1",
      "af-north-1",
      "tr-west-1",
      "eu-west-0",
      "ru-moscow-1",
      "ru-northwest-2",
      "ae-ad-1",
      "my-kualalumpur-1",
      "me-east-1",
    ],
  },
  {
    id: "huaweiEurope",
    name: { en: "Huawei Cloud Europe", zh: "华为云欧洲站" },
    domain: "myhuaweicloud.eu",
    regions: ["eu-west-101"],
  },
  {
    id: "openTelekom",
    name: { en: "Open Telekom Cloud", zh: "Open Telekom Cloud（德国电信云）" },
    domain: "otc.t-systems.com",
    regions: ["eu-de", "eu-nl"],
  },
];

/**
 * The console's page of DRS in a region, where the list of synchronization tasks has a known address that list;
 * undefined where no console is known. The console serves Huawei Cloud's regions under two names, for the accounts of
 * its Chinese and of its international site: the region decides here, since nothing says which site the account belongs to.
 */
export function consoleAddress(site: SiteId | "private", region: string): string | undefined {
  const chinese = site === "huawei" && region.startsWith("cn-");
  const host = {
    huawei: chinese ? "console.huaweicloud.com" : "console-intl.huaweicloud.com",
    huaweiEurope: "console.eu.huaweicloud.com",
    openTelekom: "console.otc.t-systems.com",
    private: undefined,
  }[site];
  const list = chinese ? "#/drs/synchronization/list" : "";
  return host && `https://${host}/drs/?region=${encodeURIComponent(region)}${list}`;
}

/**
 * Where an account is topped up and orders are renewed; undefined where no such page is known. As with the console, the
 * region decides which of Huawei Cloud's sites it is.
 */
export function billingAddress(site: SiteId | "private", region: string): string | undefined {
  switch (site) {
    case "huawei":
      return region.startsWith("cn-")
        ? "https://account.huaweicloud.com/usercenter/#/userindex/allview"
        : "https://account-intl.huaweicloud.com/usercenter/#/userindex/allview";
    case "huaweiEurope":
    case "openTelekom":
    case "private":
      return undefined;
  }
}

/** The addresses of DRS and of the identity service (IAM) in a region. */
export function endpointsOf(
  { domain }: Site,
  region: string,
): { readonly endpoint: string; readonly iamEndpoint: string } {
  return { endpoint: `https://drs.${region}.${domain}`, iamEndpoint: `https://iam.${region}.${domain}` };
}
