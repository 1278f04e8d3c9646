/** The remedy of a failed task, computed from the server's words and from what both ends have now. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { requireEngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { ConflictRow, FoundRemedy, Remedy } from "../remedy";
import type { Side } from "../side";
import type { FailureFacts, RejectedRow } from "../stop-cause";
import { plainName, type TableName } from "../table-name";
import type { Databases } from "./databases";
import { qualified } from "./names";

/** More rows than these are found by the next attempt. */
const mostRows = 5;

const none: FoundRemedy = { rows: [], statements: [] };

/** Nothing where the words name nothing that is there: what cannot be shown is not offered. */
export async function remedyOf(
  databases: Databases,
  task: EngineTask,
  { code, reason, rejected }: FailureFacts,
): Promise<FoundRemedy> {
  if (code === "53400" || code === "53300") {
    return await limit(databases, task, reason);
  }
  if (code === "28000") {
    return login(task, reason);
  }
  const table = rejected ?? tableIn(reason, task.tables);
  if (table === undefined) {
    return none;
  }
  switch (code) {
    case "23505":
      return rejected === undefined ? none : await conflict(databases, task, rejected);
    case "23P01":
    case "23503":
    case "23514":
      return await constraint(databases, task, table, reason);
    case "23502":
      return notNull(table, reason);
    case "P0001":
    case "P0002":
    case "P0003":
    case "P0004":
      return await triggers(databases, task, table);
    default:
      return none;
  }
}

/** Settings that the words of a server mean, and the end where they are too low. */
const limits: readonly (readonly [RegExp, setting: string, Side])[] = [
  [/max_wal_senders|standby connections/, "max_wal_senders", "source"],
  [
    /replication origin|replication state slot|max_active_replication_origins/,
    "max_active_replication_origins",
    "target",
  ],
  [/replication slots/, "max_replication_slots", "source"],
  [/max_replication_slots/, "max_replication_slots", "source"],
  [/too many clients|connection slots/, "max_connections", "source"],
];

/** Twice as much. It takes a superuser and a restart. */
async function limit(databases: Databases, task: EngineTask, reason: string): Promise<FoundRemedy> {
  const [, setting, side] = limits.find(([words]) => words.test(reason)) ?? [];
  if (setting === undefined || side === undefined) {
    return none;
  }
  const found = await databases.query<{ value: string }>(
    task[side],
    "SELECT setting AS value FROM pg_settings WHERE name = $1",
    [setting],
  );
  const statements = found.map(({ value }) => ({
    side,
    sql: `ALTER SYSTEM SET ${setting} = ${Number(value) * 2}`,
  }));
  return { rows: [], statements };
}

/** For the ends at which the task has the user that may not log in. */
function login(task: EngineTask, reason: string): FoundRemedy {
  const [, user] = /role "([^"]+)" is not permitted to log in/.exec(reason) ?? [];
  const sides = (["source", "target"] as const).filter((side) => task[side].user === user);
  return {
    rows: [],
    statements: sides.map((side) => ({ side, sql: `ALTER ROLE ${escapeIdentifier(user ?? "")} LOGIN` })),
  };
}

/** A table of the task that the words name. */
function tableIn(words: string, tables: readonly TableName[]): TableName | undefined {
  return tables.find(
    (table) =>
      words.includes(`"${plainName(table)}"`) ||
      new RegExp(`\\b(?:relation|table) "${escaped(table.table)}"`).test(words),
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const atTarget = (sql: string): Remedy => ({ side: "target", sql });

/** The rows at both ends under the keys that the server names, and the removal of those that only the target has so. */
async function conflict(databases: Databases, task: EngineTask, rejected: RejectedRow): Promise<FoundRemedy> {
  const rows: ConflictRow[] = [];
  const statements: Remedy[] = [];
  for (const key of keysIn(rejected.detail).slice(0, mostRows)) {
    const where = key
      .map(([column, value]) => `${escapeIdentifier(column)} = ${escapeLiteral(value)}`)
      .join(" AND ");
    const [target, source] = await Promise.all(
      (["target", "source"] as const).map(
        async (side) => await rowAt(databases, task, side, rejected, where),
      ),
    );
    if (target != null) {
      const { schema, table } = rejected;
      rows.push({
        schema,
        table,
        key: key.map(([column, value]) => `${column} = ${value}`).join(", "),
        source: source ?? null,
        target,
      });
      statements.push(atTarget(`DELETE FROM ${qualified(rejected)} WHERE ${where}`));
    }
  }
  return { rows, statements };
}

/** `Key (a, b)=(1, 2)`: columns and values, of each key. A value that cannot be told from the next is left out. */
function keysIn(detail: string): readonly (readonly (readonly [column: string, value: string])[])[] {
  const keys = detail.matchAll(/Key \(([^)]+)\)=\((.*?)\)(?=;| already exists|\.?$|, )/gms);
  return [...keys].flatMap(([, names = "", text = ""]) => {
    const columns = names.split(", ").map((name) => name.replaceAll(/^"|"$/g, "").replaceAll('""', '"'));
    const values = columns.length === 1 ? [text] : text.split(", ");
    return columns.length === values.length
      ? [columns.map((column, index) => [column, values[index] ?? ""] as const)]
      : [];
  });
}

/** The columns of a row as text; null: there is none, or it cannot be read. */
async function rowAt(
  databases: Databases,
  task: EngineTask,
  side: Side,
  table: TableName,
  where: string,
): Promise<ConflictRow["target"]> {
  try {
    const columns = await databases.query<{ name: string; value: string | null }>(
      task[side],
      `SELECT c.key AS name, c.value AS value
       FROM (SELECT * FROM ${qualified(table)} WHERE ${where} LIMIT 1) r, json_each_text(to_json(r)) c`,
    );
    return columns.length === 0 ? null : columns.map(({ name, value }) => [name, value]);
  } catch (error) {
    requireEngineError(error);
    return null;
  }
}

async function constraint(
  databases: Databases,
  task: EngineTask,
  table: TableName,
  reason: string,
): Promise<FoundRemedy> {
  const [, name] = /constraint "([^"]+)"/.exec(reason) ?? [];
  const found = await databases.query<{ name: string }>(
    task.target,
    "SELECT conname AS name FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2",
    [qualified(table), name ?? ""],
  );
  const statements = found.map((one) =>
    atTarget(`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${escapeIdentifier(one.name)}`),
  );
  return { rows: [], statements };
}

function notNull(table: TableName, reason: string): FoundRemedy {
  const [, column] = /null value in column "([^"]+)"/.exec(reason) ?? [];
  return column === undefined
    ? none
    : {
        rows: [],
        statements: [
          atTarget(`ALTER TABLE ${qualified(table)} ALTER COLUMN ${escapeIdentifier(column)} DROP NOT NULL`),
        ],
      };
}

/** Those that fire for replicated rows. */
async function triggers(databases: Databases, task: EngineTask, table: TableName): Promise<FoundRemedy> {
  const found = await databases.query<{ name: string }>(
    task.target,
    `SELECT tgname AS name FROM pg_trigger
     WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgenabled IN ('R', 'A') ORDER BY 1`,
    [qualified(table)],
  );
  const statements = found.map(({ name }) =>
    atTarget(`ALTER TABLE ${qualified(table)} DISABLE TRIGGER ${escapeIdentifier(name)}`),
  );
  return { rows: [], statements };
}
