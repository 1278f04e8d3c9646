import assert from "node:assert/strict";
import { accessOf, iamSignIn } from "../../../src/connections/access";
import type { CloudConnection, LocalConnection } from "../../../src/connections/connection";
import { secretIn } from "../../../src/connections/stored-secret";

const url = new URL("https://drs.example.com/v3/p/jobs");
const request = { method: "GET", url, headers: {}, body: "" };
const key = { accessKey: "AK", secretKey: "SK" };
const environment = {
  HUAWEICLOUD_SDK_AK: "EAK",
  HUAWEICLOUD_SDK_SK: "ESK",
  HUAWEICLOUD_SDK_PROJECT_ID: "ep",
};

const connection = (
  signIn: CloudConnection["signIn"],
  facts: Partial<CloudConnection> = {},
): CloudConnection => ({
  id: "1",
  kind: "cloud",
  name: "one",
  site: "private",
  region: "local",
  endpoint: "https://drs.example.com",
  iamEndpoint: "https://iam.example.com",
  projectId: "p",
  signIn,
  ...facts,
});

const headersOf = async (access: ReturnType<typeof accessOf>) => {
  assert.ok(typeof access === "object", String(access));
  return await access.signIn.headers(request, undefined);
};

describe("the access of a connection", () => {
  it("signs with a permanent key, or a temporary one and its token", async () => {
    const permanent = await headersOf(accessOf(connection({ kind: "permanentKey" }), key, {}));
    assert.match(permanent.authorization ?? "", /Access=AK, /);
    assert.deepEqual([permanent["x-project-id"], permanent["x-security-token"]], ["p", undefined]);
    const secret = { ...key, securityToken: "ST" };
    const temporary = await headersOf(accessOf(connection({ kind: "temporaryKey" }), secret, {}));
    assert.equal(temporary["x-security-token"], "ST");
    assert.match(temporary.authorization ?? "", /x-security-token/);
  });

  it("takes key and project from the environment when it is used, and nothing that is stored", async () => {
    const one = connection({ kind: "environment" }, { projectId: "" });
    const access = accessOf(one, key, environment);
    assert.ok(typeof access === "object");
    assert.equal(access.projectId, "ep");
    assert.match((await headersOf(access)).authorization ?? "", /Access=EAK, /);
    assert.equal(accessOf(one, key, {}), "environment");
    assert.equal(accessOf(one, undefined, { ...environment, HUAWEICLOUD_SDK_SK: " " }), "environment");
    assert.equal(accessOf(one, undefined, { ...environment, HUAWEICLOUD_SDK_PROJECT_ID: "" }), "project");
  });

  it("is missing its secret when that is gone, or of another kind", () => {
    const user = { kind: "user", domain: "acme", user: "ops" } as const;
    assert.equal(accessOf(connection({ kind: "permanentKey" }), undefined, environment), "secret");
    assert.equal(accessOf(connection({ kind: "temporaryKey" }), key, {}), "secret");
    assert.equal(
      accessOf(connection({ kind: "permanentKey" }), { ...key, securityToken: "ST" }, {}),
      "secret",
    );
    assert.equal(accessOf(connection({ kind: "permanentKey" }), { password: "x" }, {}), "secret");
    assert.equal(accessOf(connection(user), key, {}), "secret");
    assert.equal(typeof accessOf(connection(user), { password: "x" }, {}), "object");
    assert.equal(iamSignIn(connection({ kind: "environment" }), undefined, {}), "environment");
  });

  it("of the local backend has the key also for what is no operation of the API", () => {
    const local: LocalConnection = {
      id: "local",
      kind: "local",
      name: "here",
      endpoint: "http://127.0.0.1:9",
      projectId: "p",
    };
    const access = accessOf(local, key, {});
    assert.deepEqual(typeof access === "object" && access.key, key);
  });
});

describe("a stored secret", () => {
  it("is read as it was written", () => {
    for (const secret of [key, { ...key, securityToken: "ST" }, { password: " p " }]) {
      assert.deepEqual(secretIn(JSON.stringify(secret)), secret);
    }
  });

  it("that is not there or damaged is none", () => {
    for (const stored of [
      undefined,
      "",
      "{",
      "null",
      "7",
      "[]",
      '{"accessKey":"AK"}',
      '{"accessKey":1,"secretKey":""}',
    ]) {
      assert.equal(secretIn(stored), undefined, stored);
    }
  });
});
