import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DrsClient } from "../../src/drs/client";
import { projectsNamed } from "../../src/drs/projects";
import { keySignIn, tokenSignIn } from "../../src/drs/sign-in";
import { authorization, sdkDate } from "../../src/drs/signer";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";

describe("sign-in by token, and signatures that name their body", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const user = (password: string, project: { name: string } | { id: string } = { name: "local" }) =>
    tokenSignIn({
      ...{ iamEndpoint: backend.ready.endpoint, domain: "any", user: backend.ready.access_key },
      ...{ password, project },
    });
  const list = { cur_page: 1, per_page: 1, db_use_type: "sync" } as const;
  const path = () => `/v3/${backend.ready.project_id}/jobs`;
  const post = async (headers: Readonly<Record<string, string>>) => {
    const response = await fetch(new URL(path(), backend.ready.endpoint), {
      ...{ method: "POST", body: JSON.stringify(list), headers },
    });
    return { status: response.status, text: await response.text() };
  };
  const tokenOf = async () => {
    const signIn = user(backend.ready.secret_key);
    try {
      const url = new URL(path(), backend.ready.endpoint);
      const headers = await signIn.headers({ method: "POST", url, headers: {}, body: "" }, undefined);
      return headers["x-auth-token"] ?? "";
    } finally {
      signIn.dispose();
    }
  };

  it("lets the client work with user and password, and finds the project", async () => {
    const { endpoint, project_id: projectId, access_key: accessKey, secret_key: secretKey } = backend.ready;
    const signIn = user(secretKey, { id: projectId });
    const client = new DrsClient({ endpoint, projectId, signIn });
    try {
      assert.equal((await client.call("listJobs", list)).total_record, 0);
      const byToken = await projectsNamed("local", endpoint, signIn);
      assert.deepEqual(byToken, [{ id: projectId, name: "local" }]);
    } finally {
      client.dispose();
    }
    const byKey = keySignIn({ accessKey, secretKey });
    assert.deepEqual(await projectsNamed("local", endpoint, byKey), [{ id: projectId, name: "local" }]);
    assert.deepEqual(await projectsNamed("cn-north-4", endpoint, byKey), []);
  });

  it("answers a token for 24 hours as IAM does, and keeps it over a restart", async () => {
    const { endpoint, access_key: name, secret_key: password, project_id } = backend.ready;
    const response = await fetch(new URL("/v3/auth/tokens", endpoint), {
      method: "POST",
      body: JSON.stringify({
        auth: {
          identity: { methods: ["password"], password: { user: { name, password, domain: { name: "x" } } } },
        },
      }),
    });
    assert.equal(response.status, 201);
    const { token } = JSON.parse(await response.text());
    const hours = (Date.parse(token.expires_at) - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours <= 24, String(hours));
    assert.equal(token.project.id, project_id);
    const value = response.headers.get("x-subject-token") ?? "";
    assert.equal((await post({ "x-auth-token": value })).status, 200);
    await backend.stop();
    backend = await BackendProcess.start(dataDir);
    assert.equal((await post({ "x-auth-token": value })).status, 200);
  });

  it("refuses wrong passwords, other projects, forged, changed and ended tokens", async () => {
    for (const signIn of [user("wrong"), user(backend.ready.secret_key, { name: "elsewhere" })]) {
      const url = new URL(path(), backend.ready.endpoint);
      await assert.rejects(signIn.headers({ method: "POST", url, headers: {}, body: "" }, undefined), /401/);
      signIn.dispose();
    }
    const [end = "", nonce = "", seal = ""] = (await tokenOf()).split(".");
    assert.equal((await post({ "x-auth-token": [end, nonce, seal].join(".") })).status, 200);
    for (const token of [
      "",
      "nonsense",
      [end, nonce].join("."),
      [String(Number(end) + 1), nonce, seal].join("."),
      [String(Date.now() - 1), nonce, seal].join("."),
      [end, nonce, "A".repeat(seal.length)].join("."),
    ]) {
      const { status, text } = await post({ "x-auth-token": token });
      assert.equal(status, 401, token);
      assert.match(text, /APIGW\.0301/);
    }
  });

  it("takes a body's hash or UNSIGNED-PAYLOAD as signed, and no other hash", async () => {
    const { endpoint, access_key, secret_key } = backend.ready;
    const url = new URL(path(), endpoint);
    const body = JSON.stringify(list);
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    const signed = (payload: string, sent: string) => {
      const headers = {
        ...{ host: url.host, "x-sdk-date": sdkDate(new Date()), "x-sdk-content-sha256": sent },
      };
      return {
        ...headers,
        authorization: authorization({ method: "POST", url, headers, body, payload }, access_key, secret_key),
      };
    };
    assert.equal((await post(signed(hash(body), hash(body)))).status, 200);
    assert.equal((await post(signed("UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"))).status, 200);
    // Signed over another body, or for a body and sent as if it were not.
    assert.equal((await post(signed(hash("{}"), hash("{}")))).status, 401);
    assert.equal((await post(signed(hash(body), "UNSIGNED-PAYLOAD"))).status, 401);
  });
});
