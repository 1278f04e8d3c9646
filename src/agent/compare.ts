/** Compares both ends of a task through v5, the only part of the API that tells differences by table. */
import { setTimeout as delay } from "node:timers/promises";
import { isDrsError } from "../drs/errors";
import { operationsV5 } from "../drs/operations-v5";
import { type ResolvedTask, ToolError } from "./tool-context";

export interface CompareInput {
  readonly type: "lines" | "contents";
  /** A comparison that was begun before. */
  readonly comparison_id?: string | undefined;
}

/** A call waits this long for the end; agents' clients give up after a minute. */
const waitMs = 40_000;
const firstPauseMs = 300;
const longestPauseMs = 3_000;
const maxTables = 100;
const running = new Set(["RUNNING", "WAITING_FOR_RUNNING"]);

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
  { session: { client }, task, place }: ResolvedTask,
  { type, comparison_id }: CompareInput,
  signal: AbortSignal,
): Promise<object> {
  const job_id = task.id;
  const result = async (query: Readonly<Record<string, string>>) => {
    const input = { job_id, type: "compare", offset: 0, limit: 1000, ...query };
    return (await client.callIn(operationsV5, "showJobDetail", input, { signal })).job.compare_result;
  };
  const begun = async () => {
    const job = { action_name: "create_compare", action_params: { compare_task_param: { type } } };
    const answer = await client.callIn(operationsV5, "executeAction", { job_id, job }, { signal });
    return answer.query_id ?? undefined;
  };
  const id = comparison_id ?? (await begun());
  if (id === undefined) {
    throw new ToolError(
      "The service began the comparison without telling its id. Look at it in the console.",
    );
  }
  const facts = { name: task.name, id: task.id, connection: place.name, comparison_id: id };
  const deadline = Date.now() + waitMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
    const { data_compare_task_list } = (await result({ query_type: "list" })) ?? {};
    const one = data_compare_task_list?.find((entry) => entry.id === id);
    if (one === undefined && comparison_id !== undefined) {
      throw new ToolError("The task has no comparison of this id.");
    }
    if (one !== undefined && !running.has(one.status ?? "")) {
      const compare_type = one.type === "contents" ? "content_compare" : "line_compare";
      const details = await result({ compare_type, compare_task_id: id, query_type: "detail" });
      return {
        ...{ ...facts, type: one.type, state: one.status, error: one.error_msg },
        ...{ started: one.start_time, ended: one.end_time, ...tablesOf(details) },
      };
    }
    if (Date.now() >= deadline) {
      return {
        ...facts,
        state: one?.status ?? "RUNNING",
        note: "Not over yet. Call again with comparison_id.",
      };
    }
    await delay(pause, undefined, { signal });
  }
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

/** The tables, those first that differ. */
function tablesOf(details: Details | null | undefined): object {
  const rows = [
    ...(details?.line_compare_detail_infos ?? []).map((row) => ({ row, same: row.status === "CONSISTENT" })),
    ...(details?.content_compare_detail_infos ?? []).map((row) => ({
      row,
      same: row.content_compare_result === true,
    })),
  ].sort((one, other) => Number(one.same) - Number(other.same));
  return {
    tables_count: rows.length,
    tables_not_same: rows.filter(({ same }) => !same).length,
    tables: rows.slice(0, maxTables).map(({ row, same }) => ({
      ...{ source: row.source_table_name, target: row.target_table_name, same },
      ...{ source_rows: numberOf(row.source_row_num), target_rows: numberOf(row.target_row_num) },
      ...{ differing_rows: numberOf(row.difference_row_num), message: row.message || undefined },
    })),
  };
}

function numberOf(value: string | number | null | undefined): number | undefined {
  return value === null || value === undefined || value === "" ? undefined : Number(value);
}
