/**
 * Constraints that old rows need not meet (NOT VALID): the source permits what they forbid, so that the target does
 * without them while rows arrive, and has them when the task is over.
 */
import { escapeIdentifier } from "pg";
import { type Message, message } from "../../messages";
import { EngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { TableName } from "../table-name";
import type { Databases, Row } from "./databases";

interface Unvalidated extends Row {
  readonly constraint: string;
  readonly kind: "TABLE" | "DOMAIN";
  /** Of the table or domain, quoted. */
  readonly name: string;
  readonly definition: string;
  /** The columns of the table, or what the domain is made of: the target's must be the same. */
  readonly shape: string;
}

const shapeOfTable = `(SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;
const shapeOfDomain = "format_type(t.typbasetype, t.typtypmod)";

const unvalidatedSql = `
  WITH RECURSIVE wanted AS (
    SELECT c.oid, n.nspname, c.relname FROM unnest($1::text[], $2::text[]) w (schema, "table")
    JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"),
  used (oid, depth) AS (
    SELECT a.atttypid, 0 FROM wanted w JOIN pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT inner_type.oid, used.depth + 1 FROM used JOIN pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (
      SELECT t.typelem AS oid WHERE t.typelem <> 0
      UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
      UNION ALL SELECT a.atttypid FROM pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) inner_type WHERE used.depth < 16)
  SELECT k.conname AS constraint, 'TABLE' AS kind, quote_ident(w.nspname) || '.' || quote_ident(w.relname) AS name,
         pg_get_constraintdef(k.oid) AS definition, ${shapeOfTable} AS shape
  FROM wanted w JOIN pg_class c ON c.oid = w.oid JOIN pg_constraint k ON k.conrelid = c.oid
  WHERE k.contype IN ('c', 'n') AND NOT k.convalidated AND coalesce(to_jsonb(k)->>'conenforced', 'true') = 'true'
  UNION ALL
  SELECT k.conname, 'DOMAIN', quote_ident(n.nspname) || '.' || quote_ident(t.typname),
         pg_get_constraintdef(k.oid), ${shapeOfDomain}
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' AND NOT k.convalidated
  WHERE t.oid IN (SELECT oid FROM used)
  ORDER BY 2 DESC, 3, 1`;

/** Whether the target has the same table or domain without the constraint. Other tasks may still write the domain's values. */
const lacksSql = {
  TABLE: `SELECT 1 FROM pg_class c WHERE c.oid = to_regclass($1) AND ${shapeOfTable} = $2
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = $3)`,
  DOMAIN: `SELECT 1 FROM pg_type t WHERE t.oid = to_regtype($1) AND ${shapeOfDomain} = $2
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contypid = t.oid AND k.conname = $3)
    AND NOT EXISTS (SELECT 1 FROM pg_subscription_rel r JOIN pg_attribute a ON a.attrelid = r.srrelid
                    WHERE a.atttypid = t.oid AND NOT a.attisdropped)`,
} as const;

/**
 * Adds the source's NOT VALID constraints to the target. Nothing may be applied to these tables any more.
 *
 * @returns what could not be added, and why. That fails nothing.
 * @throws EngineError when an end cannot be reached (any more).
 */
export async function addUnvalidated(databases: Databases, task: EngineTask): Promise<readonly Message[]> {
  const { source, target } = task;
  const names = (pick: (table: TableName) => string) => task.tables.map(pick);
  const found = await databases.query<Unvalidated>(source, unvalidatedSql, [
    names(({ schema }) => schema),
    names(({ table }) => table),
  ]);
  const warnings: Message[] = [];
  for (const { constraint, kind, name, definition, shape } of found) {
    const sql = `ALTER ${kind} ${name} ADD CONSTRAINT ${escapeIdentifier(constraint)} ${definition}`;
    try {
      const [lacks] = await databases.query(target, lacksSql[kind], [name, shape, constraint]);
      if (lacks !== undefined) {
        await databases.query(target, sql);
      }
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "loss") {
        throw error;
      }
      warnings.push(message("constraintNotAdded", { constraint, object: name, reason: error.reason, sql }));
    }
  }
  return warnings;
}
