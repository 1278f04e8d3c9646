/** What the backend answers to calls that the extension does not make. Every answer is held against the service's models. */

import assert from "node:assert/strict";
import { filledFields } from "../../scripts/coverage-table.mjs";
import { limits } from "../../scripts/limits.mjs";
import { EitherVersion } from "../../src/drs/either-version";
import type { RequestIn } from "../../src/drs/operation";
import { type OperationsOtherClients, operationsOtherClients } from "../../src/drs/operations-other-clients";
import { type OperationsRecords, operationsRecords } from "../../src/drs/operations-records";
import { operationsV5 } from "../../src/drs/operations-v5";
import { enterpriseProjects } from "../../src/tasks/use-cases/enterprise-projects";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask } from "../support/backend-task";
import { fieldsOf } from "../support/service-models";

describe("calls of other clients", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    backend.checkAnswers();
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const more = async <N extends keyof OperationsOtherClients & string>(
    name: N,
    input: RequestIn<OperationsOtherClients, N>,
  ) => await backend.client.callIn(operationsOtherClients, name, input);
  const kept = async <N extends keyof OperationsRecords & string>(
    name: N,
    input: RequestIn<OperationsRecords, N>,
  ) => await backend.client.callIn(operationsRecords, name, input);
  const detail = async (job_id: string) =>
    (await backend.client.callIn(operationsV5, "showJobDetail", { job_id, type: "detail" })).job;
  const update = async (job_id: string, type: string, params: Readonly<Record<string, unknown>>) =>
    await backend.client.callIn(operationsV5, "updateJob", { job_id, job: { type, params } });
  const newTask = async (name: string, account?: string) => {
    const database = name.replaceAll("-", "_");
    const plan = await planOf(
      backend,
      database,
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int)",
    );
    return await TestTask.create(backend, { ...plan, name, ...(account === undefined ? {} : { account }) });
  };
  const endOf = (side: "source" | "target", db_name: string) => {
    const { host, port, user, password } = backend.login(side);
    return {
      db_type: "postgresql",
      endpoint_type: "offline" as const,
      endpoint_role: side === "source" ? ("so" as const) : ("ta" as const),
      endpoint: {
        ...{ endpoint_name: "postgresql", ip: host, db_port: String(port), db_name },
        ...{ db_user: user, db_password: password },
      },
    };
  };
  const creationV5 = (name: string, database: string) => ({
    base_info: {
      ...{
        name,
        job_type: "sync" as const,
        engine_type: "postgresql",
        task_type: "FULL_INCR_TRANS" as const,
      },
      ...{ job_direction: "non-dbs" as const, net_type: "eip" as const },
    },
    source_endpoint: [endOf("source", database)],
    target_endpoint: [endOf("target", database)],
    node_info: { spec: { node_type: "micro" }, vpc: { vpc_id: "v", subnet_id: "s" } },
  });

  it("policies: accepts the one that PostgreSQL has, and refuses others by name", async () => {
    const { id: job_id } = await newTask("has-a-policy");
    const policies = async (policy: object) =>
      (await more("batchSetPolicy", { jobs: [{ job_id, ...policy }] })).results[0];
    assert.equal((await policies({ conflict_policy: "stop", index_trans: true }))?.status, "success");
    const refused = await policies({ conflict_policy: "overwrite", ddl_trans: true });
    assert.deepEqual([refused?.status, refused?.error_code], ["failed", "DRS.M10018"]);
    assert.match(refused?.error_msg ?? "", /conflict_policy, ddl_trans/);
    await assert.rejects(update(job_id, "policy", { policy_config: { index_trans: false } }), /index_trans/);
  });

  it("tags: both families of paths change and find the same ones", async () => {
    const { id: job_id } = await newTask("has-tags");
    const tagged = { job_id, resource_type: "sync" as const };
    const resource = { resource_id: job_id, resource_type: "sync" as const };
    await kept("changeTags", { ...tagged, action: "create", tags: [{ key: "a", value: "1" }, { key: "b" }] });
    await kept("changeTags", { ...tagged, action: "delete", tags: [{ key: "b" }] });
    await kept("addResourceTags", { ...resource, tags: [{ key: "c", value: "3" }, { key: "d" }] });
    await kept("removeResourceTags", { ...resource, tags: [{ key: "d" }] });
    const both = [
      { key: "a", value: "1" },
      { key: "c", value: "3" },
    ];
    assert.deepEqual((await kept("showTags", tagged)).tags, both);
    assert.deepEqual((await kept("showResourceTags", resource)).tags, both);
    const all = [
      { key: "a", values: ["1"] },
      { key: "c", values: ["3"] },
    ];
    assert.deepEqual((await kept("listProjectTags", { resource_type: "sync" })).tags, all);
    assert.deepEqual((await kept("listTags", { resource_type: "sync" })).tags, all);
    assert.deepEqual((await kept("listTags", { resource_type: "verify" })).tags, []);
    const found = async (wanted: object) => {
      const input = { resource_type: "sync" as const, ...wanted };
      const { resources, total_count } = await kept("listTagged", { ...input, limit: 100 });
      assert.equal((await kept("countTagged", input)).total_count, total_count);
      return resources.map(({ resource_name }) => resource_name);
    };
    assert.deepEqual(await found({ tags: [{ key: "a", values: ["1", "2"] }] }), ["has-tags"]);
    assert.deepEqual(
      await found({
        tags: [
          { key: "a", values: [] },
          { key: "c", values: ["4"] },
        ],
      }),
      [],
    );
    assert.deepEqual(await found({ matches: [{ key: "resource_name", value: "has-t" }] }), ["has-tags"]);
    assert.equal((await found({ without_any_tag: true })).includes("has-tags"), false);
    const tags = Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, value: "" }));
    await assert.rejects(kept("changeTags", { ...tagged, action: "create", tags }), /DRS\.M00007/);
  });

  it("says what tasks can be made of, and who pays for them", async () => {
    const { id: job_id } = await newTask("is-paid-for", "p1");
    assert.ok(Number((await more("showQuotas", {})).quotas?.resource?.used) >= 1);
    const links = await more("listLinks", { job_type: "sync", limit: 2 });
    assert.deepEqual([links.total_count, links.job_links.length], [9, 2]);
    assert.equal((await more("listLinks", { job_type: "migration" })).total_count, 0);
    const {
      body: [supported],
    } = await backend.client.callIn(operationsV5, "listSupportLinks", {
      job_type: "sync",
      limit: 100,
    });
    assert.deepEqual([supported?.total_count, supported?.support_links?.length], [9, 9]);
    const kind = { engine_type: "postgresql", db_use_type: "sync" as const, job_direction: "non-dbs" };
    const { node_types } = await more("listNodeTypes", kind);
    assert.ok(node_types.some(({ node_type, is_sellout }) => node_type === "micro" && is_sellout === false));
    await assert.rejects(more("listNodeTypes", { ...kind, engine_type: "mysql" }), /DRS\.M00007/);
    const { az_infos } = await more("listZones", { ...kind, node_type: "micro" });
    assert.deepEqual(az_infos, [{ code: "local", name: "local", status: "ENABLED" }]);
    const projects = await enterpriseProjects(backend.client, AbortSignal.timeout(limits.wait));
    assert.deepEqual(projects, [
      { id: "0", name: "default" },
      { id: "p1", name: "p1" },
    ]);
    const ofOne = new EitherVersion(backend.client, "p1");
    const { jobs } = await ofOne.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" });
    const { jobs: inV5 } = await ofOne.callIn(operationsV5, "listJobsV5", { job_type: "sync" });
    assert.deepEqual([jobs.map(({ id }) => id), inV5.map(({ id }) => id)], [[job_id], [job_id]]);
    assert.equal((await more("listJobParameters", { job_id })).count, 0);
    assert.equal((await more("listParameterHistory", { job_id })).count, 0);
    assert.deepEqual((await more("showTuning", { job_id })).incre_apply, []);
    assert.equal((await more("showObjectSupport", { job_id })).is_full_incre_trans_support_object, true);
  });

  it("notifications: settings of either version are kept and answered", async () => {
    const { id: job_id } = await newTask("notifies");
    const jobs = [{ job_id, status: "CONFIGURATION", engine_type: "postgresql" }];
    const info = { alarm_to_user: true, delay_time: 60, topic_urn: "urn:smn:a" };
    const { results } = await more("batchSetAlarms", { jobs, alarm_notify_info: info });
    assert.equal(results[0]?.status, "success");
    const shown = { alarm_to_user: true, topic_urn: "urn:smn:a", delay_time: 60 };
    const none = { rpo_delay: null, rto_delay: null };
    assert.deepEqual((await detail(job_id)).alarm_notify, { ...shown, ...none });
    await more("setAlarmTopic", { job_id, topic_urn: "urn:smn:b", is_alarm_to_user: false });
    assert.equal((await detail(job_id)).alarm_notify?.topic_urn, "urn:smn:b");
    await update(job_id, "notify", { alarm_notify: shown });
    assert.deepEqual((await detail(job_id)).alarm_notify, { ...shown, ...none });
    assert.equal((await more("listAlarmTopics", {})).total_count, 0);
  });

  it("objects: reads those of the source and of the task in the ways of v5.1 and v3", async () => {
    const { id: job_id } = await newTask("has-objects");
    const { id: query_id } = await more("collectObjects", { job_id, type: "source" });
    const state = await until(
      "the objects are read",
      async () =>
        await backend.client.callIn(operationsV5, "showDbObjectsCollected", {
          job_id,
          query_id: query_id ?? "",
        }),
      ({ status }) => status !== "pending",
    );
    assert.deepEqual(Object.keys(state.object_info?.has_objects?.schemas?.public?.tables ?? {}), ["t", "u"]);
    const tables = { t: { name: "t", type: "table", all: true } };
    const schemas = { public: { name: "public", all: false, tables } };
    const object_info = { has_objects: { name: "has_objects", all: false, schemas } };
    await update(job_id, "db_object", { db_object: { object_scope: "table", object_info } });
    assert.deepEqual(
      (await more("listChosenObjects", { job_id, type: "modified" })).object_info?.has_objects?.schemas,
      schemas,
    );
    const unknown = "0".repeat(36);
    const process = await more("batchStructProcess", { jobs: [job_id, unknown] });
    assert.deepEqual(
      process.results.map(
        ({ error_code, struct_process }) => error_code ?? struct_process?.result?.[0]?.status,
      ),
      [0, "DRS.M00289"],
    );
    const details = await more("batchStructDetail", { jobs: [job_id], type: "database" });
    assert.deepEqual(details.results[0]?.struct_detail?.list, [
      {
        src_DB: "has_objects",
        src_TB: "has_objects",
        dst_DB: "has_objects",
        dst_TB: "has_objects",
        progress: 0,
      },
    ]);
  });

  it("saved connections: keeps them without ever answering a password", async () => {
    const { db_type, endpoint } = endOf("source", "shop");
    const given = { db_type, endpoint, name: "the shop", description: "first" };
    const made = await kept("createConnection", given);
    assert.deepEqual([made.name, made.endpoint?.db_password], ["the shop", null]);
    const connection_id = made.connection_id ?? "";
    await kept("createConnection", { ...given, name: "another" });
    await kept("changeConnection", { connection_id, description: "second" });
    const listed = async (wanted: RequestIn<OperationsRecords, "listConnections">) =>
      (await kept("listConnections", wanted)).connections;
    const [one, ...others] = await listed({ name: "shop" });
    assert.deepEqual(
      [one?.description, one?.endpoint?.ip, one?.endpoint?.db_name, others],
      ["second", endpoint.ip, "shop", []],
    );
    assert.deepEqual(
      (await listed({ sort_dir: "asc" })).map(({ name }) => name),
      ["the shop", "another"],
    );
    assert.equal(JSON.stringify(await listed({})).includes(endpoint.db_password), false);
    await kept("deleteConnection", { connection_id });
    await assert.rejects(kept("deleteConnection", { connection_id }), /DRS\.M00007/);
    await assert.rejects(kept("createConnection", { ...given, db_type: "mysql" }), /DRS\.M00007/);
    assert.equal((await listed({})).length, 1);
  });

  it("prepared creations: are checked, changed, and committed all or none", async () => {
    const plan = await planOf(backend, "prepared_db", "CREATE TABLE t (id int PRIMARY KEY)");
    const db_object = { object_scope: "all" as const };
    const speed_limit = [{ begin: "00:00", end: "23:59", speed: "7" }];
    const jobs = ["prepared-1", "prepared-2"].map((name) => ({
      ...{ ...creationV5(name, "prepared_db"), db_object, speed_limit },
      policy_config: { conflict_policy: "stop" },
    }));
    const {
      job: { async_job_id },
    } = await kept("prepareJobs", { jobs });
    const shown = await kept("showPrepared", { async_job_id });
    assert.deepEqual(
      shown.jobs.map(({ base_info }) => base_info?.name),
      ["prepared-1", "prepared-2"],
    );
    assert.equal(JSON.stringify(shown).includes(plan.source.password), false);
    const change = async (name: string) =>
      await kept("changePrepared", {
        async_job_id,
        jobs: [{ type: "name", params: { job_id: shown.jobs[1]?.id, base_info: { name } } }],
      });
    await change("Prepared-1");
    assert.equal((await kept("listPrepared", {})).jobs[0]?.status, "ASYNC_JOB_VALIDATE_FAILED");
    assert.equal((await kept("showPreparedProgress", { async_job_id })).error_code, "DRS.M00277");
    await assert.rejects(kept("commitPrepared", { async_job_id }), /DRS\.M00277/);
    await change("prepared-3");
    assert.equal((await kept("commitPrepared", { async_job_id })).job.status, "COMMIT_SUCCESS");
    await assert.rejects(kept("commitPrepared", { async_job_id }), /DRS\.M00304/);
    const { jobs: made } = await backend.client.callIn(operationsV5, "listJobsV5", {
      ...{ job_type: "sync", name: "prepared-", sort_dir: "asc" },
    });
    assert.deepEqual(
      made.map(({ id, name }) => [id, name]),
      [
        [shown.jobs[0]?.id, "prepared-1"],
        [shown.jobs[1]?.id, "prepared-3"],
      ],
    );
    assert.deepEqual((await detail(made[0]?.id ?? "")).speed_limit, speed_limit);
    const wrong = {
      ...jobs[0],
      ...creationV5("prepared-4", "prepared_db"),
      speed_limit: [{ ...speed_limit[0], begin: "x" }],
    };
    // The type is the one of the others.
    await kept("prepareJobs", { jobs: [wrong as (typeof jobs)[number]] });
    assert.equal((await kept("listPrepared", {})).jobs[0]?.status, "ASYNC_JOB_VALIDATE_FAILED");
  });

  it("clones: have the configuration of their task, and none of its state", async () => {
    const task = await newTask("to-be-cloned");
    await task.select(["public.t"]);
    const { id, is_clone_job } = await kept("cloneJob", { job_id: task.id, name: "its-clone" });
    assert.equal(is_clone_job, "true");
    const [clone] = (await backend.client.call("batchDetail", { jobs: [id ?? ""] })).results;
    const original = await task.detail();
    assert.deepEqual(
      [clone?.name, clone?.source_endpoint, clone?.object_infos],
      ["its-clone", original.source_endpoint, original.object_infos],
    );
    await assert.rejects(kept("cloneJob", { job_id: task.id, name: "its-clone" }), /DRS\.M00277/);
  });

  it("answers every field of a creation in both versions as it was sent", async () => {
    const base = creationV5("says-everything", "echo");
    const end = (one: ReturnType<typeof endOf>) => ({
      ...{ ...one, endpoint_type: "ecs" as const },
      endpoint: {
        ...one.endpoint,
        id: "e1",
        endpoint_name: "ecs_postgresql",
        instance_id: "i",
        instance_name: "n",
      },
      cloud: { region: "r1", project_id: "p1", az_code: "az1" },
      vpc: { vpc_id: "v1", subnet_id: "s1", security_group_id: "g1" },
      ssl: { ssl_link: false, ssl_cert_name: "ca.pem", ssl_cert_check_sum: "0a" },
      customized_dns: { is_set_dns: true, set_dns_action: "add", dns_ip: "10.0.0.2" },
    });
    const job = {
      base_info: {
        ...{ ...base.base_info, description: "all of it", enterprise_project_id: "p1", expired_days: "20" },
        ...{ multi_write: false, is_open_fast_clean: true, tags: [{ key: "k", value: "v" }] },
        charging_mode: "period",
      },
      source_endpoint: base.source_endpoint.map(end),
      target_endpoint: base.target_endpoint.map((one) => ({
        ...end(one),
        config: { is_target_readonly: false, node_num: 2 },
      })),
      node_info: {
        base_info: { arch: "x86", availability_zone: "az1", instance_type: "single", role: "master" },
        spec: { node_type: "small" },
        vpc: { vpc_id: "v", subnet_id: "s", security_group_id: "g", custom_node_ip: "10.0.0.9" },
      },
      period_order: { period_type: 2, period_num: 1, is_auto_renew: 0 },
      public_ip_list: [{ id: "ip1", public_ip: "1.2.3.4", type: "master" }],
    };
    const { id } = await backend.client.callIn(operationsV5, "createJob", { job });
    const answered = await detail(id ?? "");
    const withoutPassword = (ends: readonly object[]) =>
      JSON.parse(JSON.stringify(ends), (key, value: unknown) => (key === "db_password" ? null : value));
    const sent = {
      ...job,
      source_endpoint: withoutPassword(job.source_endpoint),
      target_endpoint: withoutPassword(job.target_endpoint),
    };
    for (const [key, value] of Object.entries(sent)) {
      assertHas(answered[key], value, key);
    }
    const [v3] = (await backend.client.call("batchDetail", { jobs: [id ?? ""] })).results;
    assertHas(
      v3,
      {
        ...{ name: "says-everything", description: "all of it", is_target_readonly: false },
        ...{ multi_write: false, is_open_fast_clean: true, node_num: null, tags: job.base_info.tags },
        ...{ subnet_id: "s", vpc_id: "v", security_group_id: "g" },
        ...{ public_ip_list: job.public_ip_list, period_order: job.period_order },
        source_endpoint: {
          ...{ region: "r1", project_id: "p1", az_code: "az1", inst_id: "i", inst_name: "n" },
          ...{ vpc_id: "v1", subnet_id: "s1", security_group_id: "g1", ssl_cert_name: "ca.pem" },
        },
      },
      "v3",
    );
  });

  it("answers a creation of v3 in both versions as it was sent, with as little as the service asks for", async () => {
    const end = (side: "source" | "target") => {
      const { host: ip, port: db_port, user: db_user, password: db_password } = backend.login(side);
      return {
        ip,
        db_port,
        db_user,
        db_password,
        db_name: "echo",
        region: "r1",
        cluster_mode: "Sharding4.0+",
      };
    };
    const said = {
      ...{ name: "says-it-in-v3", description: "of v3", is_target_readonly: true },
      ...({ db_use_type: "sync", job_direction: "up", net_type: "vpc", task_type: "FULL_TRANS" } as const),
      ...{ multi_write: true, is_open_fast_clean: false, master_az: "a", slave_az: "b", node_num: 3 },
      period_order: { period_type: 3, period_num: 2, is_auto_renew: 1 },
      public_ip_list: [{ id: "ip1", public_ip: "1.2.3.4", type: "master" }],
    };
    const job = {
      ...said,
      ...{ engine_type: "postgresql", node_type: "medium", customize_sutnet_id: "s" },
      ...{ expired_days: "9", charging_mode: "period" },
      tags: [{ key: "only-a-key" }],
      sys_tags: [{ key: "_sys_enterprise_project_id", value: "p2" }],
      ...{ source_endpoint: end("source"), target_endpoint: end("target") },
    };
    const [made] = (await backend.client.call("batchCreation", { jobs: [job] })).results;
    const id = made?.id ?? "";
    const alarm_notify_info = { alarm_to_user: true, delay_time: 30, topic_urn: "urn:smn:r1:p1:calls" };
    const jobs = [{ job_id: id, status: "CONFIGURATION", engine_type: "postgresql" }];
    await more("batchSetAlarms", { jobs, alarm_notify_info });
    const withoutPassword = ({ db_password: _, ...rest }: ReturnType<typeof end>) => rest;
    const shown = {
      ...said,
      ...{ subnet_id: "s", inst_info: { engine_type: "postgresql", inst_type: "medium" } },
      ...{ tags: [{ key: "only-a-key", value: "" }] },
      source_endpoint: { ...withoutPassword(job.source_endpoint), db_type: "postgresql" },
      target_endpoint: withoutPassword(job.target_endpoint),
      alarm_notify: { alarm_to_user: true, delay_time: 30, topic_name: "calls" },
    };
    assertHas((await backend.client.call("batchDetail", { jobs: [id] })).results[0], shown, "v3");
    const { base_info, node_info, ...v5 } = await detail(id);
    const { name, description, job_direction, net_type, task_type, multi_write } = said;
    assertHas(
      base_info,
      {
        ...{ name, description, job_direction, net_type, task_type, multi_write, engine_type: "postgresql" },
        ...{ job_type: "sync", expired_days: "9", charging_mode: "period", enterprise_project_id: "p2" },
        ...{ is_open_fast_clean: false, tags: shown.tags },
      },
      "v5",
    );
    assertHas(node_info, { spec: { node_type: "medium" }, vpc: { subnet_id: "s" } }, "node_info");
    const { period_order, public_ip_list } = said;
    const target_endpoint = [{ config: { is_target_readonly: true }, cloud: { region: "r1" } }];
    assertHas(v5, { period_order, public_ip_list, target_endpoint }, "v5");
    const listed = await backend.client.call("listJobs", { db_use_type: "sync", name: id });
    assert.deepEqual(
      listed.jobs.map(({ name: one }) => one),
      [name],
    );
  });

  it("refuses what it does not serve, as the service refuses what it does not support", async () => {
    const { id } = await newTask("is-refused");
    const path = `/v5/${backend.ready.project_id}/subscriptions/${id}`;
    const unserved = await backend.send("GET", path, undefined);
    assert.equal(unserved.status, 400);
    assert.match(await unserved.text(), /DRS\.M10018.*show_subscription_detail/);
  });

  it("fills as many of the documented fields as docs/api-coverage.md says", async () => {
    const listed = await backend.client.call("listJobs", { db_use_type: "sync", per_page: 100 });
    const ids = listed.jobs.map(({ id }) => id);
    const page_req = { cur_page: 1, per_page: 100 };
    const details = await backend.client.call("batchDetail", { jobs: ids, page_req });
    const listedV5 = await backend.client.callIn(operationsV5, "listJobsV5", {
      job_type: "sync",
      limit: 100,
    });
    const detailsV5 = await Promise.all(ids.map(detail));
    assert.deepEqual(
      {
        listJobs: fieldsOf("v3", "JobInfo", listed.jobs),
        batchDetail: fieldsOf("v3", "QueryJobResp", details.results),
        listJobsV5: fieldsOf("v5", "JobListResp", listedV5.jobs),
        showJobDetail: fieldsOf("v5", "JobDetailResp", detailsV5),
      },
      filledFields,
    );
  });
});

/** That a value has all that another one has, and perhaps more. */
function assertHas(actual: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    assert.equal(actual.length, expected.length, where);
    for (const [index, one] of expected.entries()) {
      assertHas(actual[index], one, `${where}[${index}]`);
    }
  } else if (typeof expected === "object" && expected !== null) {
    assert.ok(typeof actual === "object" && actual !== null, `${where}: ${actual}`);
    for (const [key, value] of Object.entries(expected)) {
      assertHas(Reflect.get(actual, key), value, `${where}.${key}`);
    }
  } else {
    assert.equal(actual ?? null, expected ?? null, where);
  }
}
