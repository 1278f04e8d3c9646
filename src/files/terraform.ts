/** A task as the Terraform resource `huaweicloud_drs_job`. */
import type { Connection } from "../connections/connection";
import type { JobDetail } from "../tasks/decode";
import { endTypes, isPostgres, usualEngine } from "./engines";
import type { TaskFile } from "./model";
import { fileOf } from "./task-as-file";

/** The region of a connection; undefined where it has none: that of a private endpoint may be the endpoint's host. */
export function regionIn(connection: Connection): string | undefined {
  return connection.kind === "cloud" && new URL(connection.endpoint).host !== connection.region
    ? connection.region
    : undefined;
}

/** @param region the connection's; undefined: the provider's. */
export function terraformOf(detail: JobDetail, region: string | undefined): string | undefined {
  const file = fileOf(detail);
  if (file === undefined) {
    return undefined;
  }
  const name = identifierOf(file.name);
  const engine = file.engine ?? usualEngine;
  const [sourceType, targetType] = endTypes(engine);
  const address = `huaweicloud_drs_job.${name}`;
  const fields: Fields = {
    region,
    name: file.name,
    type: detail.db_use_type ?? "sync",
    engine_type: engine,
    direction: file.direction,
    net_type: file.network,
    migration_type: detail.task_type,
    node_type: file.nodeType,
    description: file.description,
    expired_days: /^\d{1,3}$/.test(detail.expired_days ?? "") ? Number(detail.expired_days) : undefined,
    destination_db_readnoly: detail.is_target_readonly ?? false,
    multi_write: detail.multi_write,
    is_open_fast_clean: detail.is_open_fast_clean,
  };
  const blocks = [
    endBlock("source_db", sourceType, file.source, detail.source_endpoint, `${name}_source_password`),
    endBlock(
      "destination_db",
      targetType,
      file.target,
      detail.target_endpoint,
      `${name}_destination_password`,
    ),
    ...(detail.speed_limit ?? []).map(({ begin, end, speed }) =>
      block("limit_speed", { speed, start_time: begin, end_time: end }),
    ),
    ...objectBlocks(file, engine),
    ...(file.tags === undefined ? [] : [mapOf("tags", file.tags)]),
    lifecycleOf(detail, file.objects),
  ];
  return `${[
    ...["source", "destination"].map((side) =>
      block(`variable "${name}_${side}_password"`, { type: raw("string"), sensitive: true }),
    ),
    block("import", { to: raw(address), id: detail.id }),
    `resource "huaweicloud_drs_job" ${quoted(name)} {\n${indented([linesOf(fields), ...blocks].join("\n\n"))}\n}`,
  ].join("\n\n")}\n`;
}

/** The fields that the provider does not read of a task that it imports: for most of these it would replace, that is delete, the task. */
const unread = [
  ...["source_db", "destination_db"].flatMap((end) => [`${end}[0].ip`, `${end}[0].password`]),
  ...["engine_type", "expired_days", "migrate_definer", "force_destroy"],
];

/** Of the objects it reads only a selection. */
function lifecycleOf({ object_switch }: JobDetail, objects: TaskFile["objects"]): string {
  const some = object_switch === false ? ["tables"] : [];
  const names = [...unread, ...(objects === "all" ? ["databases"] : some)];
  return [
    "# Terraform does not read these of a task that it imports, and would replace the task because of them.",
    "lifecycle {",
    `  ignore_changes = [\n${names.map((name) => `    ${name},\n`).join("")}  ]`,
    "}",
  ].join("\n");
}

/** An expression that is written as it is. */
interface Raw {
  readonly raw: string;
}
type Value = string | number | boolean | Raw | readonly string[] | null | undefined;
type Fields = Readonly<Record<string, Value>>;

function raw(text: string): Raw {
  return { raw: text };
}

function endBlock(
  name: string,
  type: string,
  end: TaskFile["source"],
  endpoint: JobDetail["source_endpoint"],
  variable: string,
): string {
  return block(name, {
    engine_type: type,
    ip: end.host,
    port: end.port,
    user: end.user,
    password: raw(`var.${variable}`),
    name: end.database,
    ssl_enabled: end.ssl,
    instance_id: end.instance,
    region: end.region,
    vpc_id: endpoint?.vpc_id,
    subnet_id: endpoint?.subnet_id,
  });
}

/** The resource knows databases, and tables by their database. */
function objectBlocks({ objects, source }: TaskFile, engine: string): readonly string[] {
  const database = source.database ?? "";
  if (objects === "all") {
    return database === "" ? [] : [linesOf({ databases: [database] })];
  }
  const { databases = [], schemas = [], tables = [] } = objects;
  const byDatabase = new Map<string, string[]>();
  for (const table of tables) {
    const [first = "", ...rest] = table.split(".");
    const [of, called] = isPostgres(engine) ? [database, table] : [first, rest.join(".")];
    byDatabase.set(of, [...(byDatabase.get(of) ?? []), called]);
  }
  const whole = byDatabase.size === 0 ? databases : [];
  return [
    ...(whole.length === 0 ? [] : [linesOf({ databases: whole })]),
    ...[...byDatabase].map(([of, table_names]) => block("tables", { database: of, table_names })),
    ...(whole.length === databases.length
      ? []
      : [
          `# Whole databases, which the resource cannot have beside tables: ${databases.map(quoted).join(", ")}`,
        ]),
    ...(schemas.length === 0
      ? []
      : [`# Whole schemas, for which the resource has no argument: ${schemas.map(quoted).join(", ")}`]),
  ];
}

function block(head: string, fields: Fields): string {
  return `${head} {\n${indented(linesOf(fields))}\n}`;
}

function mapOf(name: string, fields: Readonly<Record<string, string>>): string {
  const entries = Object.entries(fields).map(([key, value]) => `${quoted(key)} = ${quoted(value)}`);
  return `${name} = {\n${indented(entries.join("\n"))}\n}`;
}

/** Aligned as `terraform fmt` does it, without what is not known. */
function linesOf(fields: Fields): string {
  const known = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined || value === null || value === "" ? [] : [[key, expressionOf(value)] as const],
  );
  const width = Math.max(0, ...known.map(([key]) => key.length));
  return known.map(([key, value]) => `${key.padEnd(width)} = ${value}`).join("\n");
}

function expressionOf(value: NonNullable<Value>): string {
  if (typeof value === "object") {
    return "raw" in value ? value.raw : `[${value.map(quoted).join(", ")}]`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A text in which nothing is an expression: `${` and `%{` begin templates. */
function quoted(text: string): string {
  const code = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const escaped = text
    .replaceAll(/["\\]/g, "\\$&")
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, code)
    .replaceAll(/([$%])\{/g, "$1$1{");
  return `"${escaped}"`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** Letters, digits, `_` and `-`, and a letter first. */
function identifierOf(name: string): string {
  const plain = name.replaceAll(/[^\w-]/g, "_");
  return /^[A-Za-z_]/.test(plain) ? plain : `task_${plain}`;
}
