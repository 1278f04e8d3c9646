/** The pre-check of a task: what would keep PostgreSQL's logical replication from working, found beforehand. */
import { escapeLiteral } from "pg";
import { type Message, message } from "../../messages";
import {
  type CheckItem,
  type DatabaseLogin,
  EngineError,
  type EngineTask,
  type Side,
  type TableName,
} from "../engine";
import type { Databases, Row } from "./databases";
import { describe } from "./errors";
import { qualified } from "./names";
import { sourceTables } from "./publisher";
import { tableDefinition } from "./schema";
import { existingTables } from "./subscriber";

interface ServerRow extends Row {
  readonly version: number;
  readonly wal_level: string;
  readonly superuser: boolean;
  readonly replication: boolean;
  readonly can_create: boolean;
  readonly can_subscribe: boolean;
  readonly slots: number;
  readonly max_slots: number;
  readonly senders: number;
  readonly max_senders: number;
  readonly workers: number;
  readonly max_workers: number;
  readonly origins: number;
  readonly max_origins: number;
  /** What tells one database from another, whatever address leads to it. */
  readonly identity: string;
}

const serverSql = `
  SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('wal_level') AS wal_level,
         r.rolsuper AS superuser, r.rolreplication OR r.rolsuper AS replication,
         has_database_privilege(current_database(), 'CREATE') AS can_create,
         r.rolsuper OR EXISTS (SELECT 1 FROM pg_roles p WHERE p.rolname = 'pg_create_subscription'
                               AND pg_has_role(p.oid, 'USAGE')) AS can_subscribe,
         (SELECT count(*)::int FROM pg_replication_slots) AS slots,
         current_setting('max_replication_slots')::int AS max_slots,
         (SELECT count(*)::int FROM pg_stat_replication) AS senders,
         current_setting('max_wal_senders')::int AS max_senders,
         (SELECT count(*)::int FROM pg_stat_subscription WHERE pid IS NOT NULL) AS workers,
         current_setting('max_logical_replication_workers')::int AS max_workers,
         (SELECT count(*)::int FROM pg_subscription) AS origins,
         coalesce(current_setting('max_active_replication_origins', true),
                  current_setting('max_replication_slots'))::int AS max_origins,
         pg_postmaster_start_time() || ' ' || current_setting('port') || ' ' || current_database() AS identity
  FROM pg_roles r WHERE r.rolname = current_user`;

/** The oldest version of a source and of a target. */
const minimumVersion = 14;

/** Checks a task's databases; every finding says what is wrong. */
export async function checkTask(databases: Databases, task: EngineTask): Promise<readonly CheckItem[]> {
  const [source, target] = await Promise.all([
    server(databases, task.source, "source"),
    server(databases, task.target, "target"),
  ]);
  return [
    ...source.items,
    ...target.items,
    ...(source.row === undefined ? [] : sourceServer(source.row, task)),
    ...(target.row === undefined ? [] : targetServer(target.row, task)),
    ...(source.row === undefined || target.row === undefined ? [] : [twoDatabases(source.row, target.row)]),
    ...(source.row === undefined ? [] : await sourceObjects(databases, task)),
    ...(target.row === undefined || source.row === undefined ? [] : await targetObjects(databases, task)),
  ];
}

function twoDatabases(source: ServerRow, target: ServerRow): CheckItem {
  const same = source.identity === target.identity;
  return finding("different_databases", "network", same ? message("sameDatabase") : undefined);
}

async function server(databases: Databases, connection: DatabaseLogin, side: Side) {
  const item = `${side}_connection`;
  try {
    await databases.connectOnce(connection, side);
    const [row] = await databases.query<ServerRow>(connection, side, serverSql);
    return { row, items: [finding(item, "network", undefined)] };
  } catch (error) {
    if (!(error instanceof EngineError)) {
      throw error;
    }
    const failed: CheckItem = { ...finding(item, "network", describe(error, connection)), raw: error.reason };
    return { row: undefined, items: [failed] };
  }
}

function sourceServer(row: ServerRow, { source }: EngineTask): readonly CheckItem[] {
  const privileges = [
    ...(row.replication ? [] : ["REPLICATION"]),
    ...(row.can_create ? [] : [`CREATE ON DATABASE ${source.database}`]),
  ];
  return [
    version("source", row),
    finding(
      "source_wal_level",
      "parameters",
      row.wal_level === "logical" ? undefined : message("walLevel", { value: row.wal_level }),
    ),
    full("source_replication_slots", "max_replication_slots", row.slots, row.max_slots),
    full("source_wal_senders", "max_wal_senders", row.senders, row.max_senders),
    lacking("source_privileges", source, privileges),
  ];
}

function targetServer(row: ServerRow, { target }: EngineTask): readonly CheckItem[] {
  return [
    version("target", row),
    full("target_workers", "max_logical_replication_workers", row.workers, row.max_workers),
    full(
      "target_replication_origins",
      row.version >= 18 ? "max_active_replication_origins" : "max_replication_slots",
      row.origins,
      row.max_origins,
    ),
    lacking("target_privileges", target, [
      ...(row.can_subscribe ? [] : [row.version >= 16 ? "pg_create_subscription" : "SUPERUSER"]),
      ...(row.can_create ? [] : [`CREATE ON DATABASE ${target.database}`]),
    ]),
  ];
}

async function sourceObjects(databases: Databases, task: EngineTask): Promise<readonly CheckItem[]> {
  const found = await sourceTables(databases, task.source, task.tables);
  const foundNames = new Set(found.map(qualified));
  const missing = task.tables
    .filter((table) => !foundNames.has(qualified(table)))
    .map(({ schema, table }) => `${schema}.${table}`);
  const keyless = found.filter(({ key }) => !key).map(({ schema, table }) => `${schema}.${table}`);
  const lacks = found.flatMap(({ schema, table, owned, readable }) => [
    ...(owned ? [] : [`OWNER OF ${schema}.${table}`]),
    ...(readable ? [] : [`SELECT ON ${schema}.${table}`]),
  ]);
  return [
    finding(
      "source_objects",
      "objects",
      task.tables.length === 0
        ? message("noObjects")
        : missing.length > 0
          ? message("noTable", { table: listed(missing) })
          : undefined,
    ),
    finding(
      "source_primary_keys",
      "objects",
      keyless.length > 0 ? message("noPrimaryKey", { table: listed(keyless) }) : undefined,
    ),
    lacking("source_object_privileges", task.source, lacks),
  ];
}

async function targetObjects(databases: Databases, task: EngineTask): Promise<readonly CheckItem[]> {
  const { source, target } = task;
  const have = await existingTables(databases, target, task.tables);
  const sources = new Set((await sourceTables(databases, source, task.tables)).map(qualified));
  const [uncreatable, foreign, narrow, filled]: [Problem[], string[], Problem[], string[]] = [[], [], [], []];
  for (const table of task.tables) {
    const name = `${table.schema}.${table.table}`;
    const existing = have.get(qualified(table));
    if (existing === undefined) {
      if (sources.has(qualified(table))) {
        const reason = await whyNotCreatable(databases, task, table);
        uncreatable.push(...(reason === undefined ? [] : [{ table: name, what: reason }]));
      }
      continue;
    }
    if (!existing.writable) {
      foreign.push(`OWNER OF ${name}`);
      continue;
    }
    const columns = await lackingColumns(databases, task, qualified(table));
    narrow.push(...(columns.length > 0 ? [{ table: name, what: listed(columns) }] : []));
    const [row] = await databases.query(target, "target", `SELECT 1 FROM ${qualified(table)} LIMIT 1`);
    if (row !== undefined && task.copiesRows) {
      filled.push(name);
    }
  }
  const [first] = uncreatable;
  return [
    {
      ...finding(
        "target_objects",
        "objects",
        first &&
          message("cannotCreate", {
            table: listed(uncreatable.map(({ table }) => table)),
            reason: first.what,
          }),
      ),
      raw: first?.what,
    },
    lacking("target_object_privileges", target, foreign),
    finding(
      "target_columns",
      "objects",
      narrow[0] && message("targetLacksColumn", { table: narrow[0].table, column: narrow[0].what }),
    ),
    {
      ...finding(
        "target_rows",
        "objects",
        filled.length > 0 ? message("targetHasRows", { table: listed(filled) }) : undefined,
      ),
      ...(filled.length > 0 ? { result: "ALARM" } : {}),
    },
  ];
}

interface Problem {
  readonly table: string;
  readonly what: string;
}

/** What the target says to the making of a table: it is tried, and taken back. */
async function whyNotCreatable(
  databases: Databases,
  { source, target }: EngineTask,
  table: TableName,
): Promise<string | undefined> {
  const done = "0DRS1";
  const statements = await tableDefinition(databases, source, table);
  const body = statements.map((statement) => `EXECUTE ${escapeLiteral(statement)};`).join(" ");
  // An exception takes back everything that the block did.
  const trial = `DO ${escapeLiteral(`BEGIN ${body} RAISE EXCEPTION SQLSTATE '${done}'; END`)}`;
  try {
    await databases.query(target, "target", trial);
  } catch (error) {
    if (!(error instanceof EngineError)) {
      throw error;
    }
    return error.code === done ? undefined : error.reason;
  }
  return undefined;
}

async function lackingColumns(
  databases: Databases,
  task: EngineTask,
  table: string,
): Promise<readonly string[]> {
  const sql = `SELECT attname AS name FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`;
  const [wanted, have] = await Promise.all([
    databases.query<{ name: string }>(task.source, "source", sql, [table]),
    databases.query<{ name: string }>(task.target, "target", sql, [table]),
  ]);
  const names = new Set(have.map(({ name }) => name));
  return wanted.map(({ name }) => name).filter((name) => !names.has(name));
}

function finding(item: string, group: string, reason: Message | undefined): CheckItem {
  return { item, group, result: reason === undefined ? "PASSED" : "FAILED", reason };
}

function version(side: Side, row: ServerRow): CheckItem {
  const values = { version: String(row.version), minimum: String(minimumVersion) };
  const reason = row.version < minimumVersion ? message("versionTooOld", values) : undefined;
  return finding(`${side}_version`, "version", reason);
}

function full(item: string, setting: string, used: number, count: number): CheckItem {
  const reason = used >= count ? message("noneLeft", { setting, count: String(count) }) : undefined;
  return finding(item, "parameters", reason);
}

function lacking(item: string, { user }: DatabaseLogin, privileges: readonly string[]): CheckItem {
  const reason =
    privileges.length > 0 ? message("noPrivilege", { user, privilege: listed(privileges) }) : undefined;
  return finding(item, "privileges", reason);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} … (${names.length})` : shown;
}
