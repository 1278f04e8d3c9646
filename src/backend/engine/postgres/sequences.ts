/** Sequences: PostgreSQL's logical replication moves rows only, so that their positions are copied here. */
import { type Message, message } from "../../messages";
import type { EndLogin } from "../database-login";
import { EngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import { plainName, type TableName } from "../table-name";
import type { Databases, Row } from "./databases";
import { qualified, schemasAndTables } from "./names";
import type { Asked } from "./per-table";

/** A sequence that a table's column takes its values from, or that belongs to it. */
export interface ColumnSequence extends Row {
  /** The table's. */
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly sequence: { readonly schema: string; readonly table: string };
  /** `identity`: of an identity column; `owned`: it belongs to the column (serial); `default`: its default uses it. */
  readonly kind: "identity" | "owned" | "default";
  /** As in `AS bigint`. */
  readonly type: string;
  /** As CREATE SEQUENCE and identity columns take them. */
  readonly options: string;
  /** SELECT allows reading all of a sequence, USAGE its last value. */
  readonly readable: boolean;
  readonly usable: boolean;
}

// Of several uses of a sequence the closest counts. A domain's default is that of its columns.
const sequencesSql = `
  WITH wanted AS (
    SELECT c.oid, w.schema, w."table" FROM unnest($1::text[], $2::text[]) w (schema, "table")
    JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"),
  uses AS (
    SELECT d.objid AS seq, w.oid AS rel, d.refobjsubid AS att, CASE d.deptype WHEN 'i' THEN 1 ELSE 2 END AS rank
    FROM pg_depend d JOIN wanted w ON w.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT x.refobjid, w.oid, f.adnum, 3 FROM pg_attrdef f JOIN wanted w ON w.oid = f.adrelid
    JOIN pg_depend x ON x.classid = 'pg_attrdef'::regclass AND x.objid = f.oid AND x.refclassid = 'pg_class'::regclass
    UNION ALL
    SELECT x.refobjid, w.oid, a.attnum, 3 FROM pg_attribute a JOIN wanted w ON w.oid = a.attrelid
    JOIN pg_depend x ON x.classid = 'pg_type'::regclass AND x.objid = a.atttypid AND x.refclassid = 'pg_class'::regclass
    WHERE a.attnum > 0 AND NOT a.atthasdef)
  SELECT DISTINCT ON (u.rel, u.seq) w.schema, w."table", a.attname AS column,
         json_build_object('schema', n.nspname, 'table', c.relname) AS sequence,
         CASE u.rank WHEN 1 THEN 'identity' WHEN 2 THEN 'owned' ELSE 'default' END AS kind,
         format_type(q.seqtypid, NULL) AS type,
         format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s', q.seqstart, q.seqincrement,
                q.seqmin, q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) AS options,
         has_sequence_privilege(c.oid, 'SELECT') AS readable, has_sequence_privilege(c.oid, 'USAGE') AS usable
  FROM uses u JOIN wanted w ON w.oid = u.rel JOIN pg_class c ON c.oid = u.seq AND c.relkind = 'S'
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence q ON q.seqrelid = c.oid
  JOIN pg_attribute a ON a.attrelid = u.rel AND a.attnum = u.att AND NOT a.attisdropped
  ORDER BY u.rel, u.seq, u.rank, u.att`;

/** The sequences of those of the tables that are there. */
export async function columnSequences(
  databases: Asked,
  connection: EndLogin,
  tables: readonly TableName[],
): Promise<readonly ColumnSequence[]> {
  return await databases.query<ColumnSequence>(connection, sequencesSql, schemasAndTables(tables));
}

/**
 * Sets the target's sequences to where the source's stand: each on its own, and only forwards.
 *
 * @returns what could not be set, and why. That fails nothing.
 * @throws EngineError when an end cannot be reached (any more).
 */
export async function alignSequences(databases: Databases, task: EngineTask): Promise<readonly Message[]> {
  const { source, target, tables } = task;
  const [wanted, have, gone, untracked] = await Promise.all([
    columnSequences(databases, source, tables),
    columnSequences(databases, target, tables),
    missingTables(databases, source, tables),
    untrackedDefaults(databases, target, tables),
  ]);
  const warnings: Message[] = [
    ...have
      .filter(({ schema, table }) => gone.has(qualified({ schema, table })))
      .map(({ schema, table, sequence }) =>
        message("sequenceOfLostTable", {
          table: plainName({ schema, table }),
          sequence: plainName(sequence),
        }),
      ),
    ...untracked.map(({ column, expression, ...table }) =>
      message("sequenceUntracked", { table: plainName(table), column, expression }),
    ),
  ];
  for (const one of wanted) {
    const goal = counterpart(one, have);
    if (goal !== undefined) {
      const warning = await aligned(databases, task, one, goal);
      warnings.push(...(warning === undefined ? [] : [warning]));
    }
  }
  return warnings;
}

/** The sequence of the same column at the target; a column without is the target's own affair. */
function counterpart(
  { schema, table, column, sequence }: ColumnSequence,
  have: readonly ColumnSequence[],
): ColumnSequence | undefined {
  const same = (other: ColumnSequence) => qualified(other.sequence) === qualified(sequence);
  const ofColumn = have.filter(
    (other) => other.schema === schema && other.table === table && other.column === column,
  );
  return ofColumn.find(same) ?? ofColumn[0] ?? have.find(same);
}

/** Sets one sequence; answers why it could not. */
async function aligned(
  databases: Databases,
  { source, target }: EngineTask,
  from: ColumnSequence,
  to: ColumnSequence,
): Promise<Message | undefined> {
  const sequence = plainName(to.sequence);
  if (countsDown(from) !== countsDown(to)) {
    return message("sequenceTurned", { sequence });
  }
  try {
    const position = await positionOf(databases, source, from);
    if (position === undefined) {
      return message("sequenceNotRead", { sequence: plainName(from.sequence), user: source.user });
    }
    // Rows that the target has written itself may have taken it further.
    await databases.query(
      target,
      `SELECT setval($1::regclass, $2::bigint, $3::boolean)
       FROM ${qualified(to.sequence)} t JOIN pg_sequence q ON q.seqrelid = $1::regclass
       WHERE CASE WHEN q.seqincrement > 0 THEN t.last_value < $2::bigint ELSE t.last_value > $2::bigint END
         OR (t.last_value = $2::bigint AND $3::boolean AND NOT t.is_called)`,
      [qualified(to.sequence), position.last, position.called],
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind === "loss") {
      throw error;
    }
    const { side = "target", reason } = error;
    return message("sequenceNotSet", { sequence, side, reason });
  }
}

function countsDown({ options }: ColumnSequence): boolean {
  return options.includes("INCREMENT BY -");
}

interface Untracked extends Row, TableName {
  readonly column: string;
  readonly expression: string;
}

/** Defaults that name a sequence as a text: PostgreSQL itself learns which one only when a row is inserted. */
async function untrackedDefaults(
  databases: Databases,
  target: EndLogin,
  tables: readonly TableName[],
): Promise<readonly Untracked[]> {
  return await databases.query<Untracked>(
    target,
    `SELECT w.schema, w."table", a.attname AS column, e.expression
     FROM unnest($1::text[], $2::text[]) w (schema, "table")
     JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"
     JOIN pg_attrdef f ON f.adrelid = c.oid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.adnum
     CROSS JOIN LATERAL (SELECT pg_get_expr(f.adbin, f.adrelid) AS expression) e
     WHERE e.expression LIKE '%nextval(%' AND NOT EXISTS (
       SELECT FROM pg_depend x JOIN pg_class s ON s.oid = x.refobjid AND s.relkind = 'S'
       WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = f.oid AND x.refclassid = 'pg_class'::regclass)
     ORDER BY 1, 2, a.attnum`,
    schemasAndTables(tables),
  );
}

/** Where a sequence stands; undefined when the user may not know. */
async function positionOf(
  databases: Databases,
  source: EndLogin,
  { sequence, readable, usable }: ColumnSequence,
): Promise<{ readonly last: string; readonly called: boolean } | undefined> {
  if (readable) {
    const [row] = await databases.query<{ last: string; called: boolean }>(
      source,
      `SELECT last_value::text AS last, is_called AS called FROM ${qualified(sequence)}`,
    );
    return row;
  }
  if (!usable) {
    return undefined;
  }
  const [row] = await databases.query<{ last: string | null }>(
    source,
    "SELECT pg_sequence_last_value($1::regclass)::text AS last",
    [qualified(sequence)],
  );
  return row?.last == null ? undefined : { last: row.last, called: true };
}

async function missingTables(
  databases: Databases,
  source: EndLogin,
  tables: readonly TableName[],
): Promise<ReadonlySet<string>> {
  const rows = await databases.query<{ schema: string; table: string }>(
    source,
    `SELECT w.schema, w."table" FROM unnest($1::text[], $2::text[]) w (schema, "table")
     WHERE NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE n.nspname = w.schema AND c.relname = w."table" AND c.relkind IN ('r', 'p'))`,
    schemasAndTables(tables),
  );
  return new Set(rows.map(qualified));
}
