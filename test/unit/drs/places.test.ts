import assert from "node:assert/strict";
import { isSafeEndpoint } from "../../../src/drs/endpoint";
import { regionName } from "../../../src/drs/region-names";
import { billingAddress, consoleAddress, endpointsOf, sites } from "../../../src/drs/regions";

describe("the address of a service", () => {
  it("is https, or this machine's own, and nothing but an origin", () => {
    const safe = ["https://drs.example.com", "https://drs.example.com:8443/", "https://10.0.0.1"];
    for (const address of [...safe, "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"]) {
      assert.equal(isSafeEndpoint(address), true, address);
    }
    const unsafe = [
      "",
      "drs.example.com",
      "http://drs.example.com",
      "ftp://127.0.0.1",
      "http://127.0.0.1.evil.com",
    ];
    const more = [
      "https://u@h.com",
      "https://:p@h.com",
      "https://h.com/v3",
      "https://h.com/?a=1",
      "https://h.com/#a",
    ];
    for (const address of [...unsafe, ...more]) {
      assert.equal(isSafeEndpoint(address), false, address);
    }
  });

  it("follows from site and region", () => {
    assert.deepEqual(
      sites.map((site) => endpointsOf(site, site.regions[0] ?? "")),
      [
        {
          endpoint: "https://drs.cn-north-1.myhuaweicloud.com",
          iamEndpoint: "https://iam.cn-north-1.myhuaweicloud.com",
        },
        {
          endpoint: "https://drs.eu-west-101.myhuaweicloud.eu",
          iamEndpoint: "https://iam.eu-west-101.myhuaweicloud.eu",
        },
        {
          endpoint: "https://drs.eu-de.otc.t-systems.com",
          iamEndpoint: "https://iam.eu-de.otc.t-systems.com",
        },
      ],
    );
  });

  it("has regions that look like regions, each at one site, and sites with names in both languages", () => {
    const regions = sites.flatMap((site) => site.regions);
    assert.equal(new Set(regions).size, regions.length);
    for (const region of regions) {
      assert.match(region, /^[a-z]{2}-[a-z]+(-\d+)?$/);
    }
    assert.deepEqual(regionName("cn-north-4"), { en: "CN North-Beijing4", zh: "华北-北京四" });
    assert.equal(regionName("constructor"), undefined);
    const named = regions.filter((region) => regionName(region) !== undefined);
    assert.ok(named.length > 0.7 * regions.length, named.join());
    assert.deepEqual(
      sites.map(({ id, name }) => [id, name.en, name.zh]),
      [
        ["huawei", "Huawei Cloud", "华为云"],
        ["huaweiEurope", "Huawei Cloud Europe", "华为云欧洲站"],
        ["openTelekom", "Open Telekom Cloud", "Open Telekom Cloud（德国电信云）"],
      ],
    );
  });

  it("of the console is the Chinese site's list in China, the region's own page elsewhere, and none in private", () => {
    assert.equal(
      consoleAddress("huawei", "cn-north-4"),
      "https://console.huaweicloud.com/drs/?region=cn-north-4#/drs/synchronization/list",
    );
    assert.equal(
      consoleAddress("huawei", "ap-southeast-1"),
      "https://console-intl.huaweicloud.com/drs/?region=ap-southeast-1",
    );
    assert.equal(
      consoleAddress("huaweiEurope", "eu-west-101"),
      "https://console.eu.huaweicloud.com/drs/?region=eu-west-101",
    );
    assert.equal(
      consoleAddress("openTelekom", "cn-x&y"),
      "https://console.otc.t-systems.com/drs/?region=cn-x%26y",
    );
    assert.equal(consoleAddress("private", "cn-north-4"), undefined);
  });

  it("of the account is one in China, another abroad, and none where no such page is known", () => {
    const page = "com/usercenter/#/userindex/allview";
    assert.equal(billingAddress("huawei", "cn-north-4"), `https://account.huaweicloud.${page}`);
    assert.equal(billingAddress("huawei", "my-cn-1"), `https://account-intl.huaweicloud.${page}`);
    for (const site of ["huaweiEurope", "openTelekom", "private"] as const) {
      assert.equal(billingAddress(site, "cn-north-4"), undefined, site);
    }
  });
});
