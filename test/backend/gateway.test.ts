import assert from "node:assert/strict";
import { request } from "node:http";
import { DrsClient } from "../../src/drs/client";
import { isDrsError } from "../../src/drs/errors";
import type { RequestOf } from "../../src/drs/operations";
import { authorization, sdkDate } from "../../src/drs/signer";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { creation, one, TestTask } from "../support/backend-task";

interface Answer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly body: {
    readonly error_code?: string;
    readonly error_msg?: string;
    readonly [field: string]: unknown;
  };
}

describe("the backend's gateway", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** A signed request, with whatever is to be wrong about it. */
  async function send(
    path: string,
    wrong: {
      readonly method?: string;
      readonly body?: string;
      /** Minutes by which the clock is wrong. */
      readonly skew?: number;
      readonly secretKey?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly unsigned?: boolean;
    } = {},
  ): Promise<Answer> {
    const { method = "POST", body = "", skew = 0, secretKey = backend.ready.secret_key } = wrong;
    const url = new URL(path, backend.ready.endpoint);
    const signed = { host: url.host, "x-sdk-date": sdkDate(new Date(Date.now() + skew * 60_000)) };
    const auth = authorization({ method, url, headers: signed, body }, backend.ready.access_key, secretKey);
    const headers = {
      ...signed,
      "content-length": String(Buffer.byteLength(body)),
      ...(wrong.unsigned === true ? {} : { authorization: auth }),
      ...wrong.headers,
    };
    return await new Promise((resolve, reject) => {
      const call = request(url, { method, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            requestId: response.headers["x-request-id"]?.toString(),
            body: JSON.parse(text),
          }),
        );
      });
      call.on("error", reject);
      call.end(body);
    });
  }

  const jobs = () => `/v3/${backend.ready.project_id}/jobs`;
  const list = JSON.stringify({ cur_page: 1, per_page: 10, db_use_type: "sync" });

  it("answers a signed call, with a request id", async () => {
    const answer = await send(jobs(), { body: list });
    assert.deepEqual([answer.status, answer.body], [200, { total_record: 0, jobs: [] }]);
    assert.match(answer.requestId ?? "", /^[0-9a-f]{32}$/);
  });

  it("reports its health without a signature", async () => {
    const answer = await send("/_local/health", { method: "GET", unsigned: true });
    assert.deepEqual([answer.status, answer.body], [200, { status: "ok", pid: backend.ready.pid }]);
  });

  for (const [what, wrong, status, code] of [
    ["no signature", { unsigned: true }, 401, "APIGW.0301"],
    ["a wrong secret key", { secretKey: "wrong" }, 401, "APIGW.0301"],
    ["a clock 16 minutes late", { skew: -16 }, 401, "APIGW.0301"],
    ["a clock 16 minutes early", { skew: 16 }, 401, "APIGW.0301"],
    ["an Authorization header that is none", { headers: { authorization: "Basic abc" } }, 401, "APIGW.0301"],
    ["an Origin header", { headers: { origin: "http://127.0.0.1" } }, 403, "APIGW.0302"],
    ["a foreign Host header", { headers: { host: "evil.example" } }, 403, "APIGW.0302"],
    ["a body that is not JSON", { body: "{" }, 400, "DRS.M00007"],
    ["a body over 1 MB", { body: `"${"x".repeat(1_100_000)}"` }, 413, "DRS.M00007"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await send(jobs(), { body: list, ...wrong });
      assert.deepEqual([answer.status, answer.body.error_code], [status, code]);
      assert.ok(answer.body.error_msg);
      assert.equal(answer.body.request_id, answer.requestId);
    });
  }

  it("takes a clock 14 minutes away", async () => {
    assert.equal((await send(jobs(), { body: list, skew: -14 })).status, 200);
  });

  it("refuses a signature over another body", async () => {
    const url = new URL(jobs(), backend.ready.endpoint);
    const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
    const { access_key, secret_key } = backend.ready;
    const other = authorization({ method: "POST", url, headers, body: "{}" }, access_key, secret_key);
    const answer = await send(jobs(), {
      body: list,
      headers: { authorization: other, "x-sdk-date": headers["x-sdk-date"] },
    });
    assert.equal(answer.body.error_code, "APIGW.0301");
  });

  it("refuses a signature that leaves the date out", async () => {
    const url = new URL(jobs(), backend.ready.endpoint);
    const { access_key, secret_key } = backend.ready;
    const dateless = authorization(
      { method: "POST", url, headers: { host: url.host }, body: list },
      access_key,
      secret_key,
    );
    assert.equal(
      (await send(jobs(), { body: list, headers: { authorization: dateless } })).body.error_code,
      "APIGW.0301",
    );
  });

  it("knows no other paths and no other methods", async () => {
    for (const [path, method] of [
      [`${jobs()}/batch-nonsense`, "POST"],
      [jobs(), "PATCH"],
      ["/", "GET"],
    ] as const) {
      const answer = await send(path, { method, body: method === "GET" ? "" : "{}" });
      assert.deepEqual([answer.status, answer.body.error_code], [404, "APIGW.0101"], path);
    }
  });

  it("refuses another project", async () => {
    const answer = await send(`/v3/${"0".repeat(32)}/jobs`, { body: list });
    assert.deepEqual([answer.status, answer.body.error_code], [403, "DRS.M00261"]);
  });

  it("names the field that is wrong, in the caller's language", async () => {
    const body = JSON.stringify({ cur_page: 1, per_page: 1_000, db_use_type: "sync" });
    const english = await send(jobs(), { body });
    assert.deepEqual([english.status, english.body.error_code], [400, "DRS.M00007"]);
    assert.match(english.body.error_msg ?? "", /^Invalid parameter per_page: /);
    const chinese = await send(jobs(), { body, headers: { "x-language": "zh-cn" } });
    assert.match(chinese.body.error_msg ?? "", /^参数 per_page 无效：/);
  });

  it("lets fields pass that the table does not name", async () => {
    const body = JSON.stringify({
      cur_page: 1,
      per_page: 10,
      db_use_type: "sync",
      enterprise_project_id: "all",
      tomorrow: 1,
    });
    assert.equal((await send(jobs(), { body })).status, 200);
  });

  it("gives the client errors it can tell apart", async () => {
    const { endpoint, project_id, access_key } = backend.ready;
    const client = new DrsClient({
      endpoint,
      projectId: project_id,
      accessKey: access_key,
      secretKey: "wrong",
    });
    await assert.rejects(
      client.call("listJobs", { cur_page: 1, per_page: 10, db_use_type: "sync" }),
      (error: unknown) =>
        isDrsError(error) && error.failure.kind === "authentication" && error.failure.code === "APIGW.0301",
    );
    client.dispose();
  });

  it("refuses control calls without a number, and answers balances", async () => {
    const wrong = await send("/_local/account", { body: JSON.stringify({ balance: "0" }) });
    assert.deepEqual([wrong.status, wrong.body.error_code], [400, "DRS.M00007"]);
    assert.equal(
      (await send("/_local/account", { body: JSON.stringify({ account: "a", balance: 5 }) })).status,
      200,
    );
    const { body } = await send("/_local/account", { method: "GET" });
    assert.deepEqual(body, { accounts: [{ account: "a", balance: 5 }] });
  });

  describe("tasks", () => {
    const nowhere = {
      host: "127.0.0.1",
      port: 1,
      user: "u",
      password: "very-secret-password",
      database: "d",
    };
    const plan = { name: "Nobody-there", source: nowhere, target: nowhere };

    it("creates a task, keeps its password to itself, lists it by name, id and status", async () => {
      const created = one((await backend.client.call("batchCreation", { jobs: [creation(plan)] })).results);
      assert.match(created.id, /^[0-9a-z-]{36}$/);
      await TestTask.known(backend, created.id, plan).reaches("CONFIGURATION");
      const again = one(
        (await backend.client.call("batchCreation", { jobs: [creation({ ...plan, name: "nobody-THERE" })] }))
          .results,
      );
      assert.equal(again.error_code, "DRS.M00277");
      const answer = await send(`${jobs()}/batch-detail`, { body: JSON.stringify({ jobs: [created.id] }) });
      assert.ok(!JSON.stringify(answer.body).includes("very-secret"));
      for (const filter of [
        { name: "Nobody" },
        { name: `${created.id},x` },
        { status: "CONFIGURATION" },
        { status: "" },
      ]) {
        const { jobs: found } = await backend.client.call("listJobs", {
          cur_page: 1,
          per_page: 10,
          db_use_type: "sync",
          ...filter,
        });
        assert.deepEqual(
          found.map(({ id }) => id),
          [created.id],
          JSON.stringify(filter),
        );
        assert.match(found[0]?.create_time ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      }
      const { jobs: none, total_record } = await backend.client.call("listJobs", {
        cur_page: 2,
        per_page: 10,
        db_use_type: "sync",
      });
      assert.deepEqual([none, total_record], [[], 1]);
    });

    it("filters the list by every documented field", async () => {
      const endpoint = {
        db_type: "postgresql",
        inst_id: "instance-1",
        region: "here",
        ssl_cert_password: "secret",
      };
      const filtered = {
        ...creation({ ...plan, name: "to-be-filtered", account: "eps-1" }),
        ...{ net_type: "vpn" as const, tags: [{ key: "team", value: "shop" }], source_endpoint: endpoint },
      };
      const { id } = one((await backend.client.call("batchCreation", { jobs: [filtered] })).results);
      const list = async (filter: object) =>
        (
          await backend.client.call("listJobs", { cur_page: 0, per_page: 0, db_use_type: "sync", ...filter })
        ).jobs.map((job) => job.id);
      for (const [filter, other] of [
        [{ net_type: "vpn" }, { net_type: "vpc" }],
        [{ tags: { team: "shop" } }, { tags: { team: "shop", owner: "me" } }],
        [{ enterprise_project_id: "eps-1" }, { enterprise_project_id: "eps-2" }],
        [{ instance_ids: ["x", "instance-1"] }, { instance_ids: ["x"] }],
        [{ name: `nothing, ${id}`, instance_ip: "127.0.0.1" }, { instance_ip: "192.0.2.1" }],
      ] as const) {
        assert.deepEqual(await list(filter), [id], JSON.stringify(filter));
        assert.deepEqual(await list(other), [], JSON.stringify(other));
      }
      const { source_endpoint } = one((await backend.client.call("batchDetail", { jobs: [id] })).results);
      assert.deepEqual(
        [source_endpoint?.inst_id, source_endpoint?.region, source_endpoint?.ssl_cert_password],
        ["instance-1", "here", undefined],
      );
    });

    it("answers pages of 5 unless another size is asked for", async () => {
      const ids = Array.from({ length: 7 }, (_, n) => `${n}0000000-0000-0000-0000-0000000jb101`);
      const answered = async (page_req: RequestOf<"batchStatus">["page_req"]) =>
        (await backend.client.call("batchStatus", { jobs: ids, page_req })).results.map((job) => job.id);
      assert.deepEqual(await answered(null), ids);
      assert.deepEqual(await answered({ per_page: 0 }), ids);
      assert.deepEqual(await answered({}), ids.slice(0, 5));
      assert.deepEqual(await answered({ cur_page: 2 }), ids.slice(5));
      const tooMany = JSON.stringify({ jobs: ids, page_req: { per_page: 101 } });
      assert.equal((await send(`${jobs()}/batch-status`, { body: tooMany })).status, 400);
    });

    it("gives a name to one of two calls at once", async () => {
      const call = async (name: string) =>
        one((await backend.client.call("batchCreation", { jobs: [creation({ ...plan, name })] })).results);
      const results = await Promise.all([call("one-Name"), call("one-name"), call("ONE-NAME")]);
      assert.equal(results.filter(({ error_code }) => error_code === "DRS.M00277").length, 2);
    });

    it("tests only connections to PostgreSQL, and to a place that is named", async () => {
      const { id } = one(
        (await backend.client.call("batchCreation", { jobs: [creation({ ...plan, name: "tested" })] }))
          .results,
      );
      const test = async (wrong: object) => {
        const end = {
          id,
          net_type: "eip",
          db_type: "postgresql",
          ip: "127.0.0.1",
          db_user: "u",
          db_password: "p",
        } as const;
        const jobs = [{ ...end, end_point_type: "so" as const, ...wrong }];
        return one((await backend.client.call("batchConnection", { jobs })).results);
      };
      for (const wrong of [{ db_type: "mysql" }, { ip: "" }, { db_user: "" }]) {
        const { status, error_code } = await test(wrong);
        assert.deepEqual([status, error_code], ["false", "DRS.M00007"], JSON.stringify(wrong));
      }
    });

    it("refuses other engines and names that are none", async () => {
      const mysql = { ...creation({ ...plan, name: "from-mysql" }), engine_type: "mysql" };
      assert.equal(
        one((await backend.client.call("batchCreation", { jobs: [mysql] })).results).error_code,
        "DRS.M00007",
      );
      const answer = await send(`${jobs()}/batch-creation`, {
        body: JSON.stringify({ jobs: [creation({ ...plan, name: "no" })] }),
      });
      assert.match(answer.body.error_msg ?? "", /^Invalid parameter jobs\.0\.name: must have 4 to 50/);
    });

    it("says of each task that does not exist", async () => {
      const id = "00000000-0000-0000-0000-0000000jb101";
      const ids = { jobs: [id] };
      assert.equal(one((await backend.client.call("batchStatus", ids)).results).error_code, "DRS.M00289");
      assert.equal(one((await backend.client.call("batchDetail", ids)).results).error_code, "DRS.M00289");
      assert.equal(one((await backend.client.call("batchProgress", ids)).results).error_code, "DRS.M00289");
      const start = await backend.client.call("batchStarting", { jobs: [{ job_id: id }] });
      assert.deepEqual([one(start.results).status, one(start.results).error_code], ["failed", "DRS.M00289"]);
    });
  });
});
