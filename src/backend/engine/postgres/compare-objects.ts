/** Compares which objects both ends of a task have: its tables, and what belongs to them. */
import { message } from "../../messages";
import type { ObjectComparison } from "../comparison";
import type { EngineTask } from "../engine-task";
import type { Side } from "../side";
import { plainName } from "../table-name";
import type { Databases, Row } from "./databases";
import { qualified } from "./names";

interface ObjectRow extends Row {
  readonly place: number;
  readonly kind: ObjectComparison["kind"];
  /** Empty for the table itself. */
  readonly name: string;
  /** Whether tables are made without it. */
  readonly left_out: boolean;
}

// Foreign keys to partitioned tables have parts that nobody has made; NOT NULL, a constraint since PostgreSQL 18, is the column's.
const objectsSql = `
  SELECT w.place::int - 1 AS place, o.* FROM unnest($1::text[]) WITH ORDINALITY w (name, place)
  JOIN pg_class t ON t.oid = to_regclass(w.name) AND t.relkind IN ('r', 'p')
  CROSS JOIN LATERAL (
    SELECT 'TABLE' AS kind, '' AS name, false AS left_out
    UNION ALL
    SELECT 'INDEX', c.relname, false FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = t.oid AND i.indisvalid
    UNION ALL
    SELECT 'CONSTRAINT', k.conname, k.contype = 'f' FROM pg_constraint k
    WHERE k.conrelid = t.oid AND k.contype IN ('p', 'u', 'c', 'x', 'f') AND (k.contype <> 'f' OR k.conparentid = 0)
    UNION ALL
    SELECT 'TRIGGER', g.tgname, true FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal) o`;

const kinds: readonly ObjectComparison["kind"][] = ["DB", "TABLE", "INDEX", "CONSTRAINT", "TRIGGER"];

/** The kinds one after another, and within each the tables in the task's order. */
export async function compareObjects(
  databases: Databases,
  task: EngineTask,
  signal: AbortSignal,
): Promise<readonly ObjectComparison[]> {
  const names = task.tables.map(qualified);
  const read = async (side: Side) => {
    const session = await databases.session(task[side], side, signal);
    try {
      const rows = await session.query<ObjectRow>(objectsSql, [names]);
      return new Map(rows.map((row) => [JSON.stringify([row.kind, row.place, row.name]), row]));
    } finally {
      await session.end();
    }
  };
  const [source, target] = await Promise.all([read("source"), read("target")]);
  // Each of the task's tables is listed, also one that neither end has.
  const tables = names.map((_, place): [string, ObjectRow] => [
    JSON.stringify(["TABLE", place, ""]),
    { kind: "TABLE", place, name: "", left_out: false },
  ]);
  const objects = [...new Map([...tables, ...target, ...source])]
    .toSorted(([, one], [, other]) => inOrder(one, other))
    .map(([id, { kind, place, name: part, left_out }]): ObjectComparison => {
      const table = task.tables[place];
      const name = [table && plainName(table), part].filter((word) => word).join(".");
      const [atSource, atTarget] = [source.has(id), target.has(id)];
      const reason = left_out && atSource && !atTarget ? message("leftOut", { name }) : undefined;
      return { kind, source: atSource ? name : null, target: atTarget ? name : null, reason };
    });
  return [{ kind: "DB", source: task.source.database, target: task.target.database }, ...objects];
}

function inOrder(one: ObjectRow, other: ObjectRow): number {
  return (
    kinds.indexOf(one.kind) - kinds.indexOf(other.kind) ||
    one.place - other.place ||
    (one.name < other.name ? -1 : 1)
  );
}
