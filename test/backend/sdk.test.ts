/**
 * The service's own SDK against the backend: its core builds, signs and sends requests just as its generated clients
 * do (the client of DRS itself is not in the npm registry).
 */
import assert from "node:assert/strict";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials";
import { ClientBuilder } from "@huaweicloud/huaweicloud-sdk-core/ClientBuilder";
import { ServiceResponseException } from "@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException";
import type { HcClient } from "@huaweicloud/huaweicloud-sdk-core/HcClient";
import { Logger4jInstance } from "@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger";
import { Region } from "@huaweicloud/huaweicloud-sdk-core/region/region";
import * as v from "valibot";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { creation } from "../support/backend-task";

const results = v.looseObject({ results: v.array(v.looseObject({ error_code: v.nullish(v.string()) })) });

describe("an official SDK client", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    // The SDK prints every request that is refused.
    Logger4jInstance.level = "off";
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    await backend.sql("source", "postgres", "CREATE DATABASE sdk");
    await backend.sql("target", "postgres", "CREATE DATABASE sdk");
    await backend.sql("source", "sdk", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const credentials = () =>
    new BasicCredentials().withAk(backend.ready.access_key).withSk(backend.ready.secret_key);
  /** With a user agent of its own, the SDK writes nothing into the home directory. */
  const build = (configure: (builder: ClientBuilder<HcClient>) => ClientBuilder<HcClient>): HcClient =>
    configure(
      new ClientBuilder<HcClient>((client: HcClient) => client).withOptions({ customUserAgent: "test" }),
    ).build();
  const client = () =>
    build((builder) =>
      builder
        .withCredential(credentials().withProjectId(backend.ready.project_id))
        .withEndpoint(backend.ready.endpoint),
    );
  const send = async (
    sdk: HcClient,
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    data: Record<string, unknown> | undefined,
    more: { readonly path?: Record<string, string>; readonly query?: Record<string, string> } = {},
  ): Promise<unknown> =>
    await sdk.sendRequest({
      ...{ method, url, contentType: "application/json", ...(data === undefined ? {} : { data }) },
      ...{ queryParams: more.query ?? {}, pathParams: more.path ?? {}, headers: {} },
    });

  it("lists, creates, tests, checks, starts, pauses, resumes, ends and deletes a task", async () => {
    const sdk = client();
    const v3 = async (method: "POST" | "PUT" | "DELETE", path: string, body: Record<string, unknown>) => {
      const answer = v.parse(results, await send(sdk, method, `/v3/{project_id}/jobs/${path}`, body));
      const [result] = answer.results;
      assert.ok(result !== undefined && !result.error_code, JSON.stringify(answer));
      return result;
    };
    const plan = {
      name: "made-by-the-sdk",
      source: { ...backend.login("source"), database: "sdk" },
      target: { ...backend.login("target"), database: "sdk" },
    };
    const made = await v3("POST", "batch-creation", { jobs: [creation(plan)] });
    const id = v.parse(v.string(), made.id);
    const reaches = async (status: string) =>
      await until(
        `the SDK reads ${status}`,
        async () => (await v3("POST", "batch-status", { jobs: [id] })).status,
        (read) => read === status,
      );
    await reaches("CONFIGURATION");
    for (const [end_point_type, end] of [
      ["so", plan.source],
      ["ta", plan.target],
    ] as const) {
      await v3("POST", "batch-connection", {
        jobs: [
          {
            ...{ id, net_type: "eip", db_type: "postgresql", end_point_type },
            ...{ ip: end.host, db_port: end.port, db_user: end.user, db_password: end.password },
            db_name: end.database,
          },
        ],
      });
    }
    await v3("POST", "batch-precheck", { jobs: [{ job_id: id, precheck_mode: "forStartJob" }] });
    await until(
      "the pre-check passes",
      async () => (await v3("POST", "batch-precheck-result", { jobs: [id] })).result,
    );
    await v3("POST", "batch-starting", { jobs: [{ job_id: id, start_time: "" }] });
    await reaches("INCRE_TRANSFER_STARTED");
    const list = v.parse(
      v.looseObject({ total_record: v.number(), jobs: v.array(v.looseObject({ status: v.string() })) }),
      await send(sdk, "POST", "/v3/{project_id}/jobs", {
        ...{ cur_page: 1, per_page: 10, db_use_type: "sync", name: id },
      }),
    );
    assert.deepEqual([list.total_record, list.jobs[0]?.status], [1, "INCRE_TRANSFER_STARTED"]);
    assert.equal((await v3("POST", "batch-detail", { jobs: [id] })).name, plan.name);
    await v3("POST", "batch-pause-task", { jobs: [{ job_id: id, pause_mode: "target" }] });
    await reaches("PAUSING");
    await v3("POST", "batch-retry-task", { jobs: [{ job_id: id }] });
    await reaches("INCRE_TRANSFER_STARTED");

    const detail = v.parse(
      v.looseObject({ job: v.looseObject({ status: v.string() }) }),
      await send(sdk, "GET", "/v5/{project_id}/jobs/{job_id}", undefined, {
        path: { job_id: id },
        query: { type: "overview" },
      }),
    );
    assert.equal(detail.job.status, "INCRE_TRANSFER_STARTED");
    await v3("DELETE", "batch-jobs", { jobs: [{ job_id: id, delete_type: "terminate" }] });
    await reaches("RELEASE_RESOURCE_COMPLETE");
    await send(sdk, "DELETE", "/v5/{project_id}/jobs/{job_id}", {}, { path: { job_id: id } });
    await assert.rejects(
      send(sdk, "GET", "/v5/{project_id}/jobs/{job_id}/actions", undefined, { path: { job_id: id } }),
      (error) => error instanceof ServiceResponseException && error.errorCode === "DRS.10000010",
    );
  });

  it("looks the project up by the region's name", async () => {
    const { endpoint } = backend.ready;
    const sdk = build((builder) =>
      builder
        .withCredential(credentials().withIamEndpoint(endpoint))
        .withRegion(new Region("local", endpoint)),
    );
    const answer = await send(sdk, "POST", "/v3/{project_id}/jobs", {
      ...{ cur_page: 1, per_page: 1, db_use_type: "sync" },
    });
    assert.equal(v.parse(v.looseObject({ jobs: v.array(v.unknown()) }), answer).jobs.length, 1);
  });

  it("understands what the backend refuses", async () => {
    await assert.rejects(
      send(client(), "GET", "/v5/{project_id}/jobs/child-count", {}),
      (error) =>
        error instanceof ServiceResponseException &&
        error.httpStatusCode === 400 &&
        error.errorCode === "DRS.M10018" &&
        error.requestId !== undefined,
    );
  });
});
