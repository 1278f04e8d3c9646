/** What a comparison of both ends says to a model. */
import { isDrsError } from "../drs/errors";
import { beginComparison, type ComparisonType, followComparison } from "../tasks/use-cases/compare-ends";
import { type ResolvedTask, ToolError } from "./tool-context";

export interface CompareInput {
  readonly type: Exclude<ComparisonType, "object">;
  /** A comparison that was begun before. */
  readonly comparison_id?: string | undefined;
}

/** A call waits this long for the end; agents' clients give up after a minute. */
const waitMs = 40_000;
const maxTables = 100;

/** Begins a comparison, or looks for the one that was begun, and answers its results once it has ended. */
export async function compare(
  found: ResolvedTask,
  input: CompareInput,
  signal: AbortSignal,
): Promise<object> {
  try {
    return await compared(found, input, signal);
  } catch (error) {
    if (isDrsError(error) && error.failure.code === "APIGW.0101") {
      throw new ToolError("This region does not offer comparisons through its API. Compare in the console.");
    }
    throw error;
  }
}

async function compared(
  { session, task, place }: ResolvedTask,
  { type, comparison_id }: CompareInput,
  signal: AbortSignal,
): Promise<object> {
  const id = comparison_id ?? (await beginComparison(session, task.id, type, signal));
  if (id === undefined) {
    throw new ToolError(
      "The service began the comparison without telling its id. Look at it in the console.",
    );
  }
  const facts = { name: task.name, id: task.id, connection: place.name, comparison_id: id };
  const wanted = { id, begun: comparison_id === undefined };
  const { comparison, results } = await followComparison(session, task.id, wanted, {
    signal,
    limitMs: waitMs,
  });
  if (comparison === undefined && comparison_id !== undefined) {
    throw new ToolError("The task has no comparison of this id.");
  }
  const state = comparison?.status ?? "RUNNING";
  return comparison === undefined || results === undefined
    ? { ...facts, state, note: "Not over yet. Call again with comparison_id." }
    : {
        ...{ ...facts, type: comparison.type, state, error: comparison.error_msg },
        ...{ started: comparison.start_time, ended: comparison.end_time, ...tablesOf(results) },
      };
}

interface Row {
  readonly source_table_name?: string | null | undefined;
  readonly target_table_name?: string | null | undefined;
  readonly source_row_num?: string | number | null | undefined;
  readonly target_row_num?: string | number | null | undefined;
  readonly difference_row_num?: string | number | null | undefined;
  readonly message?: string | null | undefined;
}

interface Details {
  readonly line_compare_detail_infos?:
    | readonly (Row & { readonly status?: string | null | undefined })[]
    | null
    | undefined;
  readonly content_compare_detail_infos?:
    | readonly (Row & { readonly content_compare_result?: boolean | null | undefined })[]
    | null
    | undefined;
}

type Result = "different" | "cannot be compared" | "same";
const order: readonly Result[] = ["different", "cannot be compared", "same"];

/** The tables, those first that differ. */
function tablesOf(details: readonly Details[]): object {
  const rows = details
    .flatMap(({ line_compare_detail_infos: lines, content_compare_detail_infos: contents }) => [
      ...(lines ?? []).map((row) => ({ row, result: resultOf(lineResults[row.status ?? ""]) })),
      ...(contents ?? []).map((row) => ({ row, result: resultOf(row.content_compare_result) })),
    ])
    .sort((one, other) => order.indexOf(one.result) - order.indexOf(other.result));
  const count = (wanted: Result) => rows.filter(({ result }) => result === wanted).length;
  return {
    tables_count: rows.length,
    tables_not_same: count("different"),
    tables_not_compared: count("cannot be compared"),
    tables: rows.slice(0, maxTables).map(({ row, result }) => ({
      ...{ source: row.source_table_name, target: row.target_table_name, result },
      ...{ source_rows: numberOf(row.source_row_num), target_rows: numberOf(row.target_row_num) },
      ...{ differing_rows: numberOf(row.difference_row_num), message: row.message || undefined },
    })),
  };
}

const lineResults: Readonly<Record<string, boolean>> = { CONSISTENT: true, INCONSISTENT: false };

function resultOf(same: boolean | null | undefined): Result {
  return same == null ? "cannot be compared" : same ? "same" : "different";
}

function numberOf(value: string | number | null | undefined): number | undefined {
  return value === null || value === undefined || value === "" ? undefined : Number(value);
}
