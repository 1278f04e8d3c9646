import type { RejectedRow } from "../stop-cause";
import type { TableName } from "../table-name";
import type { WorkerError } from "./server-log";

/**
 * The row that a worker's error is about, from the words of PostgreSQL 15 to 18; undefined when it is about none.
 *
 * @param tables of the task: a copying worker names its table without the schema.
 */
export function rejectedRow(error: WorkerError, tables: readonly TableName[]): RejectedRow | undefined {
  const { sqlState, text: reason, detail, context } = error;
  const place = placeOf(context, tables);
  return place === undefined ? undefined : { ...place, sqlState, reason, row: rowOf(detail), detail };
}

function placeOf(
  context: string,
  tables: readonly TableName[],
): (TableName & { readonly command: string }) | undefined {
  const change = /during message type "(\w+)" for replication target relation "([^.]+)\.(.+?)"/s.exec(
    context,
  );
  if (change !== null) {
    const [, command = "", schema = "", table = ""] = change;
    return { command, schema, table };
  }
  const [, table] = /^COPY (.+), line \d+/.exec(context) ?? [];
  const copied = tables.find((candidate) => candidate.table === table);
  return copied === undefined ? undefined : { command: "COPY", ...copied };
}

/** The values of the row that came from the source, or of its key where no more is said. */
function rowOf(detail: string): string {
  const [, row] =
    /remote (?:row|tuple) (\(.*?\))(?:; replica identity .*)?\.$/s.exec(detail) ??
    /^Failing row contains (\(.*\))\.$/s.exec(detail) ??
    /^(Key \(.*\)=\(.*\)) /s.exec(detail) ??
    [];
  return row ?? "";
}
