/** Regions with a published DRS endpoint on Huawei Cloud. */
export const regions = [
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
  "eu-west-101",
  "ru-moscow-1",
  "ru-northwest-2",
  "ae-ad-1",
  "my-kualalumpur-1",
  "me-east-1",
] as const;

/** The DRS endpoint of a Huawei Cloud region; the European site has a domain of its own. */
export function endpointOf(region: string): string {
  const domain = region === "eu-west-101" ? "myhuaweicloud.eu" : "myhuaweicloud.com";
  return `https://drs.${region}.${domain}`;
}
