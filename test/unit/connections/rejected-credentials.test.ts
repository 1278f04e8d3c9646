import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudConnection } from "../../../src/connections/connection";
import { credentialOf, RejectedCredentials } from "../../../src/connections/rejected-credentials";

const connection: CloudConnection = {
  ...{ id: "c1", kind: "cloud", name: "north", site: "huawei", region: "cn-north-4" },
  ...{ endpoint: "https://drs.cn-north-4.myhuaweicloud.com", projectId: "p" },
  signIn: { kind: "permanentKey" },
};
const secret = { accessKey: "AK-of-acme", secretKey: "SK-of-acme" };

describe("a rejected credential", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "drs-refusals-")), "refused");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is known to every window, also after a restart, until the user acts in one of them", async () => {
    const [one, other] = [new RejectedCredentials(folder), new RejectedCredentials(folder)];
    const proof = credentialOf(connection, secret, {});
    assert.equal(await one.has(proof), false);
    await Promise.all([one.add(proof), other.add(proof)]);
    assert.equal(await other.has(proof), true);
    assert.equal(await new RejectedCredentials(folder).has(proof), true);
    assert.equal(await one.has(credentialOf(connection, { ...secret, secretKey: "another" }, {})), false);
    await other.remove(proof);
    assert.equal(await one.has(proof), false);
    await one.remove(proof);
  });

  it("is the key, whatever the region and the connection; another site does not know it", () => {
    const proof = credentialOf(connection, secret, {});
    const elsewhere = {
      ...connection,
      id: "c2",
      region: "cn-east-3",
      endpoint: "https://drs.cn-east-3.myhuaweicloud.com",
    };
    assert.equal(credentialOf(elsewhere, secret, {}), proof);
    assert.notEqual(credentialOf({ ...connection, site: "huaweiEurope" }, secret, {}), proof);
    const own = { ...connection, site: "private" } as const;
    assert.notEqual(
      credentialOf(own, secret, {}),
      credentialOf({ ...own, endpoint: "https://drs.example.com" }, secret, {}),
    );
    const user = { ...connection, signIn: { kind: "user", domain: "acme", user: "ada" } } as const;
    assert.notEqual(credentialOf(user, { password: "a" }, {}), credentialOf(user, { password: "b" }, {}));
    const environment = { ...connection, signIn: { kind: "environment" } } as const;
    const [right, wrong] = ["right", "wrong"].map((HUAWEICLOUD_SDK_SK) =>
      credentialOf(environment, undefined, { HUAWEICLOUD_SDK_AK: "AK", HUAWEICLOUD_SDK_SK }),
    );
    assert.notEqual(right, wrong);
  });

  it("is kept without anything of the secret, in a bounded number", async () => {
    const refusals = new RejectedCredentials(folder);
    for (let number = 0; number < 25; number++) {
      await refusals.add(credentialOf(connection, { ...secret, secretKey: `SK-of-acme-${number}` }, {}));
    }
    const names = await readdir(folder);
    assert.equal(names.length, 20);
    for (const name of names) {
      assert.match(name, /^[0-9a-f]{32}$/);
      assert.equal(await readFile(join(folder, name), "utf8"), "");
    }
  });

  it("never blocks a call when the folder cannot be used", async () => {
    await writeFile(folder, "not a folder");
    const refusals = new RejectedCredentials(folder);
    assert.equal(await refusals.has("a"), false);
    await refusals.remove("a");
    await assert.rejects(refusals.add("a"));
  });
});
