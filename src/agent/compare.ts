/** A comparison of both ends as the answer to a model. */
import { isDrsError } from "../drs/errors";
import {
  beginComparison,
  type ComparisonResults,
  type ComparisonType,
  followComparison,
} from "../tasks/use-cases/compare-ends";
import { type ResolvedTask, ToolError } from "./tool-context";

export interface CompareInput {
  /** Of the comparison that is begun; `lines` by default. */
  readonly type?: "lines" | "contents" | "objects" | undefined;
  /** A comparison that was begun before. */
  readonly comparison_id?: string | undefined;
}

/** A call waits this long for the end; agents' clients give up after a minute. */
const waitMs = 40_000;
const maxTables = 100;
/** Objects of a kind that are named. */
const maxNames = 20;

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
  const kind: ComparisonType | undefined = type === "objects" ? "object" : type;
  const id = comparison_id ?? (await beginComparison(session, task.id, kind ?? "lines", signal));
  if (id === undefined) {
    throw new ToolError(
      "The service began the comparison without telling its id. Look at it in the console.",
    );
  }
  const facts = { name: task.name, id: task.id, connection: place.name, comparison_id: id };
  const wanted = { id, begun: comparison_id === undefined, type: kind };
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
        ...{ ...facts, type: comparison.type === "object" ? "objects" : comparison.type, state },
        ...{ error: comparison.error_msg, started: comparison.start_time, ended: comparison.end_time },
        ...(state === "SUCCESSFUL"
          ? {}
          : { note: "It did not end as it should: nothing is known of what is not listed." }),
        ...(comparison.type === "object" ? kindsOf(results) : tablesOf(results)),
      };
}

/** The kinds of objects, and which of them are not the same at both ends. */
function kindsOf({ kinds }: ComparisonResults): object {
  const found = kinds.map(({ type, status, source_count, target_count, different, reasons }) => ({
    ...{ objects: type, result: resultOf(verdicts[status ?? ""]) },
    ...{ source_count, target_count, different: different.slice(0, maxNames) },
    ...(different.length > maxNames ? { different_in_all: different.length } : {}),
    reasons: reasons.slice(0, maxNames),
  }));
  const count = (wanted: Result) => found.filter(({ result }) => result === wanted).length;
  return {
    kinds_count: found.length,
    kinds_not_same: count("different"),
    kinds_not_compared: count("cannot be compared"),
    kinds: found,
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
function tablesOf({ tables, whole }: ComparisonResults): object {
  const details: readonly Details[] = tables;
  const rows = details
    .flatMap(({ line_compare_detail_infos: lines, content_compare_detail_infos: contents }) => [
      ...(lines ?? []).map((row) => ({ row, result: resultOf(verdicts[row.status ?? ""]) })),
      ...(contents ?? []).map((row) => ({ row, result: resultOf(row.content_compare_result) })),
    ])
    .sort((one, other) => order.indexOf(one.result) - order.indexOf(other.result));
  const count = (wanted: Result) => rows.filter(({ result }) => result === wanted).length;
  return {
    tables_count: rows.length,
    tables_not_same: count("different"),
    tables_not_compared: count("cannot be compared"),
    ...(whole ? {} : { tables_not_read: "There are more tables. Look at the comparison in the console." }),
    tables: rows.slice(0, maxTables).map(({ row, result }) => ({
      ...{ source: row.source_table_name, target: row.target_table_name, result },
      ...{ source_rows: numberOf(row.source_row_num), target_rows: numberOf(row.target_row_num) },
      ...{ differing_rows: numberOf(row.difference_row_num), message: row.message || undefined },
    })),
  };
}

const verdicts: Readonly<Record<string, boolean>> = { CONSISTENT: true, INCONSISTENT: false };

function resultOf(same: boolean | null | undefined): Result {
  return same == null ? "cannot be compared" : same ? "same" : "different";
}

function numberOf(value: string | number | null | undefined): number | undefined {
  const number = Number(value ?? "odd");
  return value === "" || !Number.isFinite(number) ? undefined : number;
}
