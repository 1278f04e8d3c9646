import assert from "node:assert/strict";
import { creationOf, detailOf, endpointOf, listedOf, objectsOf, progressOf } from "../../../src/drs/v5-words";

const id = "0123456789abcdef0123456789abcdef0123";
const action = { available_actions: ["PAUSE"] };
const listed = {
  ...{ id, name: "task", status: "PAUSING", description: "words", create_time: "2026-11-20T10:00:00Z" },
  ...{ engine_type: "postgresql", net_type: "eip", job_direction: "non-dbs", job_type: "sync" },
  ...{ task_type: "FULL_INCR_TRANS", billing_tag: true, node_new_framework: false, job_action: action },
};
const inV3 = {
  ...{ id, name: "task", status: "PAUSING", description: "words", create_time: "2026-11-20 10:00:00" },
  ...{ engine_type: "postgresql", net_type: "eip", job_direction: "non-dbs", db_use_type: "sync" },
  ...{ task_type: "FULL_INCR_TRANS", billing_tag: true, node_newFramework: false, job_action: action },
};

describe("a task of v5's list in v3's words", () => {
  it("has the same facts under v3's names, and so have its children", () => {
    const child = { ...listed, id: "child", create_time: null };
    assert.deepEqual(listedOf({ ...listed, children: [child] }), {
      ...inV3,
      children: [{ ...inV3, id: "child", create_time: null }],
    });
    assert.deepEqual(listedOf(listed).children, []);
  });
});

describe("a task of v5 in v3's words", () => {
  const end = {
    ...{ db_type: "postgresql", endpoint_type: "cloud" },
    endpoint: {
      ...{ ip: "10.0.0.1", db_port: "5432", db_user: "u", db_name: "shop" },
      ...{ instance_id: "i-1", instance_name: "orders" },
    },
    cloud: { region: "cn-north-4" },
    ssl: { ssl_link: true },
    vpc: { vpc_id: "v-1", subnet_id: "s-1" },
    config: { is_target_readonly: true },
  };
  const login = {
    ...{ db_type: "postgresql", ip: "10.0.0.1", db_port: 5432, db_user: "u", db_name: "shop" },
    ...{ inst_id: "i-1", inst_name: "orders", region: "cn-north-4", ssl_link: true },
    ...{ vpc_id: "v-1", subnet_id: "s-1" },
  };

  it("has its details, with times in milliseconds and ports as numbers", () => {
    const base_info = {
      ...{
        name: "task",
        description: "words",
        task_type: "FULL_TRANS",
        net_type: "vpc",
        job_direction: "up",
      },
      ...{ job_type: "sync", engine_type: "postgresql", start_time: "1779271200000", expired_days: 20 },
      ...{ multi_write: true, is_open_fast_clean: false, tags: [{ key: "k", value: "v" }] },
    };
    const job = {
      ...{ id, status: "FULL_TRANSFER_FAILED", create_time: "2026-11-20T10:00:00Z", base_info },
      ...{ source_endpoint: [end], target_endpoint: [end] },
      node_info: { spec: { node_type: "high" }, vpc: { subnet_id: "s-2" } },
      speed_limit: [{ begin: "01:00", end: "03:00", speed: "5" }],
    };
    assert.deepEqual(detailOf(job, "a row in the way"), {
      ...{ id, status: "FULL_TRANSFER_FAILED", name: "task", description: "words", task_type: "FULL_TRANS" },
      ...{ net_type: "vpc", job_direction: "up", db_use_type: "sync", create_time: "1795168800000" },
      inst_info: { engine_type: "postgresql", start_time: "1779271200000", inst_type: "high" },
      ...{ subnet_id: "s-2", is_target_readonly: true, multi_write: true, is_open_fast_clean: false },
      ...{ source_endpoint: login, target_endpoint: login },
      speed_limit: [{ begin: "01:00", end: "03:00", speed: "5", is_utc: true }],
      ...{ tags: [{ key: "k", value: "v" }], expired_days: "20", error_message: "a row in the way" },
    });
  });

  it("has no port that is none, and nothing of what v5 does not say", () => {
    for (const db_port of ["", "many", null]) {
      const detail = detailOf({ id, source_endpoint: [{ endpoint: { db_port } }] }, undefined);
      assert.equal(detail.source_endpoint?.db_port, null);
    }
    const { source_endpoint, target_endpoint, create_time, expired_days, name } = detailOf({ id }, null);
    assert.deepEqual(
      [source_endpoint, target_endpoint, create_time, expired_days, name],
      [undefined, undefined, null, null, undefined],
    );
    assert.equal(detailOf({ id, target_endpoint: [{}] }, null).is_target_readonly, undefined);
  });

  it("has its progress under v3's names", () => {
    const progress_info = { progress: "50", incr_trans_delay: "3", incr_trans_delay_millis: "3200" };
    assert.deepEqual(progressOf({ id, progress_info }), {
      ...{ job_id: id, progress: "50", incre_trans_delay: "3", incre_trans_delay_millis: "3200" },
    });
    assert.equal(progressOf({ id }).job_id, id);
  });
});

describe("a database in v5's words", () => {
  it("is one of the user's own where no instance is named", () => {
    const login = { db_type: "postgresql", ip: "10.0.0.1", db_name: "shop", inst_id: "", region: "" };
    assert.deepEqual(endpointOf(login, "ta"), {
      ...{ db_type: "postgresql", endpoint_type: "offline", endpoint_role: "ta" },
      endpoint: {
        ...{ endpoint_name: "postgresql", ip: "10.0.0.1", db_user: "", db_password: "", db_name: "shop" },
      },
    });
  });

  it("is one of the cloud where its instance is, with all that is known of it", () => {
    const login = {
      ...{ db_type: "mysql", ip: "10.0.0.1", db_port: 3306, db_user: "u", db_password: "p", db_name: "shop" },
      ...{ inst_id: "i-1", inst_name: "orders", region: "cn-north-4", project_id: "pr-1" },
      ...{ ssl_link: true, ssl_cert_key: "PEM" },
    };
    assert.deepEqual(endpointOf(login, "so"), {
      ...{ db_type: "mysql", endpoint_type: "cloud", endpoint_role: "so" },
      endpoint: {
        ...{ endpoint_name: "cloud_mysql", ip: "10.0.0.1", db_user: "u", db_password: "p", db_name: "shop" },
        ...{ db_port: "3306", instance_id: "i-1", instance_name: "orders" },
      },
      cloud: { region: "cn-north-4", project_id: "pr-1" },
      ssl: { ssl_link: true, ssl_cert_key: "PEM" },
    });
    const plain = endpointOf({ ...login, ssl_cert_key: "", project_id: null }, "so");
    assert.deepEqual([plain.ssl, plain.cloud?.project_id], [{ ssl_link: true }, ""]);
  });
});

describe("a creation in v5's words", () => {
  const login = { ip: "10.0.0.1", db_name: "shop" };
  const creation: Parameters<typeof creationOf>[0] = {
    name: "task",
    db_use_type: "sync",
    engine_type: "postgresql",
    job_direction: "non-dbs",
    net_type: "eip",
    node_type: "high",
    task_type: "FULL_TRANS",
    customize_sutnet_id: "s-1",
    source_endpoint: login,
    target_endpoint: { ...login, db_type: "mysql" },
  };
  const facts = {
    ...{ name: "task", job_type: "sync", engine_type: "postgresql", job_direction: "non-dbs" },
    ...{ net_type: "eip", task_type: "FULL_TRANS" },
  };

  it("names the type of each end, which is the task's where it has none of its own", () => {
    const { base_info, source_endpoint, target_endpoint, node_info } = creationOf(creation);
    assert.deepEqual(base_info, facts);
    assert.deepEqual(
      [source_endpoint[0], target_endpoint[0]].map((end) => [end?.db_type, end?.endpoint_role]),
      [
        ["postgresql", "so"],
        ["mysql", "ta"],
      ],
    );
    assert.deepEqual(node_info, { spec: { node_type: "high" }, vpc: { vpc_id: "", subnet_id: "s-1" } });
  });

  it("has description, tags and who pays where they are given", () => {
    const tags = [{ key: "k", value: "v" }];
    const sys_tags = [
      { key: "other", value: "no" },
      { key: "_sys_enterprise_project_id", value: "ep-1" },
    ];
    assert.deepEqual(creationOf({ ...creation, description: "", tags, sys_tags }).base_info, {
      ...facts,
      ...{ description: "", tags, enterprise_project_id: "ep-1" },
    });
  });
});

describe("selected objects in v5's words", () => {
  const one = (object_type: "database" | "schema" | "table", object: string, select = "true") => ({
    ...{ id: object, object_type, select, parent_id: "shop" },
  });

  it("are all where nothing else is selected, or a database as a whole", () => {
    const all = { object_scope: "all" };
    assert.deepEqual(objectsOf({ job_id: id }), all);
    assert.deepEqual(objectsOf({ job_id: id, selected: false, job: [one("table", "a")] }), all);
    assert.deepEqual(objectsOf({ job_id: id, selected: true, job: [] }), all);
    assert.deepEqual(objectsOf({ job_id: id, selected: true, job: [one("table", "a", "false")] }), all);
    assert.deepEqual(objectsOf({ job_id: id, selected: true, job: [one("database", "shop")] }), all);
  });

  it("are a map of databases, schemas and tables", () => {
    const table = (name: string) => ({ name, type: "table", all: true });
    const job = [
      ...[one("database", "shop", "partial"), one("database", "shop"), one("schema", "crm")],
      ...[one("table", "crm.held"), one("table", "app.items"), one("table", "app.more.dots")],
      ...[one("table", "odd.schema-*-*-odd.table"), one("table", "plain")],
      { object_type: "table" as const, select: "true", object_name: "named" },
    ];
    assert.deepEqual(objectsOf({ job_id: id, selected: true, job }), {
      object_scope: "table",
      object_info: {
        shop: {
          ...{ name: "shop", all: false },
          schemas: {
            crm: { name: "crm", all: true },
            app: {
              ...{ name: "app", all: false },
              tables: { items: table("items"), "more.dots": table("more.dots") },
            },
            "odd.schema": { name: "odd.schema", all: false, tables: { "odd.table": table("odd.table") } },
            public: { name: "public", all: false, tables: { plain: table("plain") } },
          },
        },
        "": {
          ...{ name: "", all: false },
          schemas: { public: { name: "public", all: false, tables: { named: table("named") } } },
        },
      },
    });
  });
});
