/**
 * The official Terraform provider, unchanged, takes tasks through their lives: create, change, pause, resume, other
 * objects, reset after a failure, destroy; after each step a plan is empty, and rows are compared at both ends. What the
 * extension copies as Terraform imports a task without a difference.
 *
 * Run by scripts/test-clients.mjs, which says where the backend is (DRS_READY), where its data directory is (DRS_DATA),
 * and which program is Terraform or OpenTofu (DRS_TERRAFORM). The provider is that of the program's registry, or the one
 * that was built into the folder DRS_TERRAFORM_PROVIDER. It waits 20 seconds for each status, so that this takes minutes.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { DrsClient } from "../../src/drs/client";
import { terraformOf } from "../../src/files/terraform";
import { until } from "../support/backend-process";

const setting = (name: string): string => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
};
const ready: {
  readonly endpoint: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
} = JSON.parse(setting("DRS_READY"));
const contents = (name: string) => readFileSync(join(setting("DRS_DATA"), name), "utf8");
const { databasePassword }: { readonly databasePassword: string } = JSON.parse(contents("identity.json"));
const client = new DrsClient({
  ...{ endpoint: ready.endpoint, projectId: ready.project_id },
  ...{ accessKey: ready.access_key, secretKey: ready.secret_key },
});
const program = setting("DRS_TERRAFORM");
const provider = process.env.DRS_TERRAFORM_PROVIDER;
const folder = mkdtempSync(join(tmpdir(), "drs-terraform-"));
const run = promisify(execFile);

type Server = "source" | "target";

let steps = 0;
function step(text: string): void {
  steps += 1;
  console.log(`  ${text}`);
}

async function sql(server: Server, database: string, text: string): Promise<readonly object[]> {
  const connection = new pg.Client({
    ...{ host: "127.0.0.1", port: Number(contents(`${server}.port`)), database },
    ...{ user: "postgres", password: databasePassword },
  });
  await connection.connect();
  try {
    return (await connection.query<object>(text)).rows;
  } finally {
    await connection.end();
  }
}

async function sameRows(database: string, table: string): Promise<void> {
  const text = `SELECT count(*)::int, sum(hashtextextended(t::text, 0)::numeric) FROM ${table} t`;
  const [one] = await until(
    `rows of ${table} are alike at both ends`,
    async () => [
      JSON.stringify(await sql("source", database, text)),
      JSON.stringify(await sql("target", database, text)),
    ],
    ([source, target]) => source === target,
  );
  step(`${database}: rows alike ${one}`);
}

/** A folder of its own, with its own state. */
class Workspace {
  readonly #folder = mkdtempSync(join(folder, "workspace-"));

  async write(resources: string): Promise<void> {
    const source = JSON.stringify("registry.terraform.io/huaweicloud/huaweicloud");
    const endpoint = JSON.stringify(ready.endpoint);
    writeFileSync(
      join(this.#folder, "main.tf"),
      `terraform {
  required_providers {
    huaweicloud = { source = ${source} }
  }
}
provider "huaweicloud" {
  region     = "local"
  access_key = ${JSON.stringify(ready.access_key)}
  secret_key = ${JSON.stringify(ready.secret_key)}
  project_id = ${JSON.stringify(ready.project_id)}
  auth_url   = ${JSON.stringify(`${ready.endpoint}/v3`)}
  endpoints  = { drs = ${endpoint}, iam = ${endpoint} }
}
${resources}`,
    );
    writeFileSync(
      join(folder, "settings.tfrc"),
      provider === undefined
        ? ""
        : `provider_installation {
  dev_overrides { ${source} = ${JSON.stringify(provider)} }
  direct {}
}`,
    );
    if (provider === undefined) {
      await this.call("init", "-no-color");
    }
  }

  async call(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, "settings.tfrc"), TF_IN_AUTOMATION: "1" };
    const { stdout } = await run(program, args, { cwd: this.#folder, env, maxBuffer: 2 ** 26 });
    return stdout;
  }

  async apply(): Promise<void> {
    const said = await this.call("apply", "-auto-approve", "-no-color");
    // What the provider could not do and did not stop for.
    assert.doesNotMatch(said, /failed to update/);
  }

  /** A plan finds nothing to do. */
  async settled(what: string): Promise<void> {
    assert.match(await this.call("plan", "-no-color"), /No changes\./);
    step(`${what}: the plan is empty`);
  }

  async state(address: string): Promise<Readonly<Record<string, unknown>>> {
    const { values } = JSON.parse(await this.call("show", "-json"));
    const found = values.root_module.resources.find((one: { address: string }) => one.address === address);
    return found.values;
  }
}

async function databases(name: string): Promise<void> {
  await sql("source", "postgres", `CREATE DATABASE ${name}`);
  await sql("target", "postgres", `CREATE DATABASE ${name}`);
  for (const table of ["one", "two"]) {
    await sql("source", name, `CREATE TABLE ${table} (id int PRIMARY KEY, v text)`);
    await sql("source", name, `INSERT INTO ${table} SELECT n, md5(n::text) FROM generate_series(1, 20000) n`);
  }
}

function end(block: string, server: Server, database: string): string {
  return `${block} {
    engine_type = "postgresql"
    ip          = "127.0.0.1"
    port        = ${contents(`${server}.port`)}
    user        = "postgres"
    password    = ${JSON.stringify(databasePassword)}
    name        = "${database}"
    subnet_id   = "subnet"
  }`;
}

/** Passwords are never answered, so that they are ignored, as the provider's documentation does it. */
function task(database: string, fields: readonly string[]): string {
  return `resource "huaweicloud_drs_job" "life" {
  type           = "sync"
  engine_type    = "postgresql"
  direction      = "non-dbs"
  net_type       = "eip"
  migration_type = "FULL_INCR_TRANS"
  node_type      = "micro"
  force_destroy  = true
  ${end("source_db", "source", database)}
  ${end("destination_db", "target", database)}
  limit_speed {
    speed      = "15"
    start_time = "10:00"
    end_time   = "12:00"
  }
  policy_config {
    conflict_policy = "stop"
    index_trans     = true
  }
  ${fields.join("\n  ")}
  lifecycle {
    ignore_changes = [source_db[0].password, destination_db[0].password]
  }
}
`;
}

const address = "huaweicloud_drs_job.life";

/** PostgreSQL's tables are named with their schema, as the service answers them. */
function tables(database: string, ...names: readonly string[]): string {
  const table_names = JSON.stringify(names.map((name) => `public.${name}`));
  return `tables {\n    database    = "${database}"\n    table_names = ${table_names}\n  }`;
}

/** A task of some tables. */
async function life(): Promise<void> {
  const database = "terraform";
  await databases(database);
  const workspace = new Workspace();
  const first = ['name = "terraform-life"', 'description = "first"', 'tags = { stage = "test" }'];
  const second = [
    'name = "terraform-renamed"',
    'description = "second"',
    'tags = { stage = "other", more = "tag" }',
  ];
  const status = async () => (await workspace.state(address)).status;
  const apply = async (what: string, ...fields: readonly string[]) => {
    await workspace.write(task(database, fields));
    await workspace.apply();
    await workspace.settled(`tables: ${what}`);
  };
  await apply("create", ...first, tables(database, "one"));
  await sameRows(database, "one");
  await apply("name, description and tags", ...second, tables(database, "one"));
  await apply("pause", ...second, tables(database, "one"), 'action = "stop"', 'pause_mode = "target"');
  assert.equal(await status(), "PAUSING");
  await sql("source", database, "UPDATE one SET v = 'changed' WHERE id <= 100");
  await apply("resume", ...second, tables(database, "one"), 'action = "restart"');
  await sameRows(database, "one");
  await apply("another table", ...second, tables(database, "one", "two"), 'action = "restart"');
  await sameRows(database, "two");

  await sql("target", database, "INSERT INTO one VALUES (100000, 'in the way')");
  await sql("source", database, "INSERT INTO one VALUES (100000, 'copied')");
  await until(
    "the task fails",
    async () => {
      await workspace.call("apply", "-refresh-only", "-auto-approve", "-no-color");
      return await status();
    },
    (one) => one === "INCRE_TRANSFER_FAILED",
  );
  // A reset copies everything again, and leaves to the user what the target has.
  await sql("target", database, "DROP TABLE one, two");
  await apply("reset after a failure", ...second, tables(database, "one", "two"), 'action = "reset"');
  await sameRows(database, "one");

  await imported(String((await workspace.state(address)).id));
  await workspace.call("destroy", "-auto-approve", "-no-color");
  step("tables: destroy");
}

/** A task of a whole database. */
async function wholeDatabase(): Promise<void> {
  const database = "terraform_whole";
  await databases(database);
  const workspace = new Workspace();
  await workspace.write(task(database, ['name = "terraform-whole"', `databases = ["${database}"]`]));
  await workspace.apply();
  await workspace.settled("database: create");
  await sameRows(database, "one");
  await imported(String((await workspace.state(address)).id));
  await workspace.call("destroy", "-auto-approve", "-no-color");
  step("database: destroy");
}

/** What the extension copies as Terraform finds the task as it is. */
async function imported(id: string): Promise<void> {
  const [detail] = (await client.call("batchDetail", { jobs: [id] })).results;
  const text = detail && terraformOf(detail, undefined);
  assert.ok(text !== undefined);
  const workspace = new Workspace();
  await workspace.write(text.replaceAll(/(variable .* \{\n)/g, '$1  default = "secret"\n'));
  const said = await workspace.call("plan", "-no-color");
  assert.match(said, /Plan: 1 to import, 0 to add, 0 to change, 0 to destroy\./, said);
  await workspace.apply();
  await workspace.settled("copied as Terraform, imported");
}

/** The resource of version 5 reads nothing back, and changes and ends nothing: it deletes tasks that have ended. */
async function lifeV5(): Promise<void> {
  const workspace = new Workspace();
  const at = (server: Server, role: string) => `{
    db_type       = "postgresql"
    endpoint_type = "offline"
    endpoint_role = "${role}"
    endpoint {
      endpoint_name = "postgresql"
      ip            = "127.0.0.1"
      db_port       = "${contents(`${server}.port`)}"
      db_user       = "postgres"
      db_password   = ${JSON.stringify(databasePassword)}
      db_name       = "shop"
    }
  }`;
  await workspace.write(`resource "huaweicloud_drs_job_v5" "life" {
  base_info {
    name          = "terraform-v5"
    job_type      = "sync"
    engine_type   = "postgresql"
    job_direction = "non-dbs"
    task_type     = "FULL_INCR_TRANS"
    net_type      = "eip"
    tags {
      key   = "stage"
      value = "test"
    }
  }
  source_endpoint ${at("source", "so")}
  target_endpoint ${at("target", "ta")}
  node_info {
    spec {
      node_type = "micro"
    }
    vpc {
      vpc_id    = "vpc"
      subnet_id = "subnet"
    }
  }
}
`);
  await workspace.apply();
  await workspace.settled("version 5: create");
  const id = String((await workspace.state("huaweicloud_drs_job_v5.life")).id);
  await assert.rejects(workspace.call("destroy", "-auto-approve", "-no-color"), /DRS\.M00304/);
  await client.call("batchDelete", { jobs: [{ job_id: id, delete_type: "terminate" }] });
  await until(
    "the task ends",
    async () => (await client.call("batchStatus", { jobs: [id] })).results[0]?.status,
    (status) => status === "RELEASE_RESOURCE_COMPLETE",
  );
  await workspace.call("destroy", "-auto-approve", "-no-color");
  step("version 5: destroy");
}

async function main(): Promise<void> {
  console.log("official Terraform provider");
  const ended = await Promise.allSettled([life(), wholeDatabase(), lifeV5()]);
  const failures = ended.filter((one) => one.status === "rejected");
  for (const { reason } of failures) {
    console.error(reason);
    process.exitCode = 1;
  }
  console.log(
    `${steps} steps passed${failures.length === 0 ? "" : `, ${failures.length} of the lives failed`}`,
  );
  client.dispose();
  rmSync(folder, { recursive: true, force: true });
}

void main();
