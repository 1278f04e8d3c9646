import assert from "node:assert/strict";
import fc from "fast-check";
import type { TaskFile } from "../../../src/files/model";
import { planOf } from "../../../src/files/plan";
import { comparableFile, driftOf, fileOf } from "../../../src/files/task-as-file";
import { fileText } from "../../../src/files/templates";
import { regionIn, terraformOf } from "../../../src/files/terraform";
import { readTaskFile } from "../../../src/files/validate";
import type { JobDetail } from "../../../src/tasks/decode";
import { inEnglish } from "../../support/texts";

const mysql: JobDetail = {
  id: "7a8b0000-0000-0000-0000-00000000jb101",
  name: "orders-to-kafka",
  description: `copies "\${all}"`,
  status: "INCRE_TRANSFER_STARTED",
  ...{ task_type: "FULL_INCR_TRANS", net_type: "vpn", job_direction: "up", db_use_type: "sync" },
  inst_info: { engine_type: "mysql-to-kafka", inst_type: "medium" },
  subnet_id: "subnet-1",
  tags: [{ key: "stage", value: "test" }],
  source_endpoint: { ip: "10.0.0.1", db_port: 3306, db_user: "drs", ssl_link: true },
  target_endpoint: { ip: "10.0.0.2:9092", inst_id: "kafka-1", region: "cn-north-4", subnet_id: "s2" },
  object_infos: [
    { type: "database", id: "audit", name: "audit" },
    { type: "table", id: "shop-*-*-orders", name: "orders", parent_id: "shop" },
  ],
};
const postgres: JobDetail = {
  ...mysql,
  inst_info: { engine_type: "postgresql", inst_type: "micro" },
  ...{ net_type: "eip", job_direction: "non-dbs", subnet_id: "local", description: "" },
  source_endpoint: { ip: "a", db_port: 5432, db_user: "drs", db_name: "shop" },
  target_endpoint: { ip: "b", db_port: 5432, db_user: "drs", db_name: "copy" },
  object_infos: [
    { type: "schema", name: "sales" },
    { type: "table", name: "public-*-*-orders" },
  ],
};

function fileFrom(detail: JobDetail): TaskFile {
  return fileOf(detail) ?? assert.fail("no file");
}

describe("a task as a file", () => {
  it("has what the service says, for links of other engines too", () => {
    assert.deepEqual(fileOf(mysql), {
      ...{ name: "orders-to-kafka", description: `copies "\${all}"`, engine: "mysql-to-kafka" },
      ...{
        type: "full+incremental",
        network: "vpn",
        direction: "up",
        nodeType: "medium",
        subnet: "subnet-1",
      },
      tags: { stage: "test" },
      source: { host: "10.0.0.1", port: 3306, user: "drs", ssl: true },
      target: { host: "10.0.0.2:9092", instance: "kafka-1", region: "cn-north-4" },
      objects: { databases: ["audit"], tables: ["shop.orders"] },
    });
    assert.deepEqual(fileFrom(postgres).objects, { schemas: ["sales"], tables: ["public.orders"] });
    assert.equal(fileOf({ ...mysql, target_endpoint: null }), undefined);
  });

  it("is a valid file, and creates the same task again", () => {
    for (const detail of [mysql, postgres]) {
      const { description: _, ...file } = fileFrom(detail);
      assert.deepEqual(readTaskFile(fileText(file), inEnglish), { file, problems: [] });
      const { creation, selection } = planOf(file, { source: "one", target: "two" });
      assert.deepEqual(
        [creation.engine_type, creation.net_type, creation.job_direction, creation.node_type],
        [detail.inst_info?.engine_type, detail.net_type, detail.job_direction, detail.inst_info?.inst_type],
      );
      assert.equal(creation.source_endpoint.ip, detail.source_endpoint?.ip);
      const chosen = selection.job?.map(({ id, object_type, parent_id }) => [object_type, id, parent_id]);
      assert.deepEqual(
        chosen,
        detail === mysql
          ? [
              ["database", "audit", undefined],
              ["table", "shop-*-*-orders", "shop"],
            ]
          : [
              ["schema", "sales", "shop"],
              ["table", "public.orders", "shop"],
            ],
      );
    }
    const { creation } = planOf(fileFrom(mysql), { source: "one", target: "two" });
    assert.deepEqual(
      [creation.source_endpoint.db_type, creation.target_endpoint.db_type],
      ["mysql", "kafka"],
    );
  });

  it("differs from its task in the fields that were changed, whatever is left out or in another order", () => {
    const task = fileFrom(postgres);
    const minimal: TaskFile = {
      objects: { tables: ["public.orders"], schemas: ["sales"] },
      ...{ source: { ...task.source, password: { secret: "s" }, ssl: false }, target: task.target },
      ...{ type: "full+incremental", name: "Orders-to-kafka", tags: { stage: "test" } },
      enterpriseProject: "p1",
    };
    assert.deepEqual(driftOf(minimal, task), []);
    assert.deepEqual(
      driftOf({ ...minimal, nodeType: "high" }, { ...task, nodeType: undefined as never }),
      [],
    );
    const changed: TaskFile = {
      ...{ ...minimal, nodeType: "high", tags: {} },
      ...{ source: { ...minimal.source, port: 5433 }, objects: "all" },
    };
    assert.deepEqual(
      driftOf(changed, task)
        .map(({ field }) => field)
        .toSorted(),
      ["nodeType", "objects", "objects.schemas", "objects.tables", "source.port", "tags.stage"],
    );
    assert.deepEqual(
      driftOf(changed, task).find(({ field }) => field === "source.port"),
      { field: "source.port", file: 5433, task: 5432 },
    );
  });

  it("of a whole database has all objects, also where the service lists its tables", () => {
    assert.equal(fileFrom({ ...postgres, sync_database: true }).objects, "all");
  });

  it("beside a file: has that file's order and secrets, so that only differences are seen", () => {
    const task = fileFrom(postgres);
    const { engine: _, network: __, direction: ___, nodeType: ____, ...short } = task;
    const mine: TaskFile = { ...short, source: { user: "drs", password: { env: "DRS_A" }, ...task.source } };
    assert.equal(fileText(comparableFile(mine, task)), fileText(mine));
    const described = { ...mine, description: "more", source: { ...mine.source, ssl: false } };
    assert.equal(fileText(comparableFile(described, task)), fileText({ ...described, description: "" }));
    const renamed = { ...mine, target: { ...mine.target, host: "c" } };
    assert.equal(fileText(comparableFile(renamed, task)), fileText(mine));
  });
});

describe("a task as Terraform", () => {
  it("has the resource, its import, and both passwords as variables", () => {
    assert.equal(
      terraformOf(mysql, "cn-north-4"),
      `variable "orders-to-kafka_source_password" {
  type      = string
  sensitive = true
}

variable "orders-to-kafka_destination_password" {
  type      = string
  sensitive = true
}

import {
  to = huaweicloud_drs_job.orders-to-kafka
  id = "7a8b0000-0000-0000-0000-00000000jb101"
}

resource "huaweicloud_drs_job" "orders-to-kafka" {
  region                  = "cn-north-4"
  name                    = "orders-to-kafka"
  type                    = "sync"
  engine_type             = "mysql-to-kafka"
  direction               = "up"
  net_type                = "vpn"
  migration_type          = "FULL_INCR_TRANS"
  node_type               = "medium"
  description             = "copies \\"$\${all}\\""
  destination_db_readnoly = false

  source_db {
    engine_type = "mysql"
    ip          = "10.0.0.1"
    port        = 3306
    user        = "drs"
    password    = var.orders-to-kafka_source_password
    ssl_enabled = true
  }

  destination_db {
    engine_type = "kafka"
    ip          = "10.0.0.2:9092"
    password    = var.orders-to-kafka_destination_password
    instance_id = "kafka-1"
    region      = "cn-north-4"
    subnet_id   = "s2"
  }

  tables {
    database    = "shop"
    table_names = ["orders"]
  }

  # Whole databases, which the resource cannot have beside tables: "audit"

  tags = {
    "stage" = "test"
  }

  # Terraform does not read these of a task that it imports, and would replace the task because of them.
  lifecycle {
    ignore_changes = [
      source_db[0].ip,
      source_db[0].password,
      destination_db[0].ip,
      destination_db[0].password,
      engine_type,
      expired_days,
      migrate_definer,
      force_destroy,
    ]
  }
}
`,
    );
  });

  it("says which schemas are whole, for which there is no argument", () => {
    const text = terraformOf(postgres, undefined) ?? "";
    assert.match(text, /# Whole schemas.*: "sales"/);
    assert.match(text, /table_names = \["public\.orders"\]/);
    assert.doesNotMatch(text, /region/);
    assert.match(terraformOf({ ...postgres, object_infos: [] }, undefined) ?? "", /databases = \["shop"\]/);
  });

  it("has the region of a connection, not the host that stands for one, and no number that is none", () => {
    const place = {
      id: "c",
      kind: "cloud",
      name: "n",
      projectId: "p",
      signIn: { kind: "permanentKey" },
    } as const;
    const at = (endpoint: string, region: string) =>
      regionIn({ ...place, site: "private", endpoint, region });
    assert.equal(at("https://drs.example:8443", "drs.example:8443"), undefined);
    assert.equal(at("https://drs.example", "drs.example"), undefined);
    assert.equal(at("https://drs.cn-north-4.myhuaweicloud.com", "cn-north-4"), "cn-north-4");
    assert.equal(
      regionIn({ id: "l", kind: "local", name: "n", projectId: "p", endpoint: "http://127.0.0.1:1" }),
      undefined,
    );
    for (const expired_days of ["soon", "1e400", "-1", ""]) {
      assert.doesNotMatch(terraformOf({ ...postgres, expired_days }, undefined) ?? "", /expired_days +=/);
    }
  });

  it("ignores the objects where the provider does not read them", () => {
    const all = terraformOf({ ...postgres, sync_database: true }, undefined) ?? "";
    assert.match(all, /databases = \["shop"\]/);
    assert.doesNotMatch(all, /tables \{/);
    assert.match(all, /^ {6}databases,$/m);
    const chosen = (object_switch: boolean) => terraformOf({ ...postgres, object_switch }, undefined) ?? "";
    assert.match(chosen(false), /^ {6}tables,$/m);
    assert.doesNotMatch(chosen(true), /^ {6}(tables|databases),$/m);
  });

  it("quotes whatever a name contains, on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const whole = terraformOf({ ...postgres, name: "a", description: text }, undefined) ?? "";
        const line = whole.split("\n").find((one) => one.includes("description "));
        const [, written = ""] = /= "(.*)"$/s.exec(line ?? "") ?? [];
        // Nothing ends the text early, and nothing in it is an expression.
        assert.match(written, /^(?:[^"\\\p{Cc}]|\\["\\]|\\u[0-9a-f]{4})*$/u);
        assert.doesNotMatch(written.replaceAll(/([$%])\1\{/g, ""), /[$%]\{/);
        const read = written
          .replaceAll(/([$%])\1\{/g, "$1{")
          .replaceAll(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code, one) =>
            code === undefined ? one : String.fromCharCode(Number.parseInt(code, 16)),
          );
        assert.equal(read, text);
      }),
    );
  });
});
