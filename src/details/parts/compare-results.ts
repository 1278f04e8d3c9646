/** What comparisons have found, for their list: the service's list says only that they have ended. */
import type { V5 } from "../../drs/v5";
import { type CompareResult, compareTypeOf } from "../../tasks/use-cases/compared";
import type { Asked, V5Answer } from "./part";

type ComparedTask = NonNullable<CompareResult["data_compare_task_list"]>[number];

/** `rows`: how many differ, where that is known of all tables. */
export interface ComparisonResult {
  readonly verdict: "same" | "different" | "impossible";
  readonly rows?: number | undefined;
}

export type ComparisonResults = ReadonlyMap<string, ComparisonResult>;

/** At most this many comparisons, the newest that have ended, are read; each takes a request or two, once. */
const lookedInto = 3;
/** Tables whose differing rows are added up. */
const addedUp = 100;

/** What has ended stays as it is. By service, by task and comparison. */
const known = new WeakMap<V5, Map<string, ComparisonResult>>();

/** @param tasks the newest first. @throws DrsError when the service does not answer. */
export async function resultsOf(
  { v5, id, signal }: Pick<Asked, "v5" | "id" | "signal">,
  tasks: readonly ComparedTask[],
): Promise<ComparisonResults> {
  const kept = known.get(v5) ?? new Map<string, ComparisonResult>();
  known.set(v5, kept);
  const results = new Map<string, ComparisonResult>();
  const ended = tasks.filter(({ status }) => status === "SUCCESSFUL");
  for (const [index, task] of ended.entries()) {
    const key = `${id}/${task.id}`;
    const result = kept.get(key) ?? (index < lookedInto ? await lookInto(v5, id, task, signal) : undefined);
    if (result !== undefined) {
      kept.set(key, result);
      results.set(task.id, result);
    }
  }
  return results;
}

async function lookInto(
  v5: V5,
  job_id: string,
  { id, type }: ComparedTask,
  signal: AbortSignal,
): Promise<ComparisonResult | undefined> {
  const compare_type = compareTypeOf(type);
  const common = { job_id, type: "compare", compare_type, compare_task_id: id };
  const overview = await v5.call(
    "showJobDetail",
    { ...common, query_type: "overview", limit: 100 },
    { signal },
  );
  const found = overview?.job.compare_result;
  const statuses = [
    ...(found?.line_compare_overview_infos ?? []),
    ...(found?.content_compare_overview_infos ?? []),
    ...(found?.objects_compare_overview_info?.compare_results ?? []),
  ].map(({ status }) => status);
  if (statuses.includes("INCONSISTENT") && type === "object") {
    return { verdict: "different" };
  }
  if (statuses.includes("INCONSISTENT")) {
    const query = { ...common, query_type: "detail", limit: addedUp };
    return { verdict: "different", rows: rowsIn((await v5.call("showJobDetail", query, { signal }))?.job) };
  }
  if (statuses.includes("CAN_NOT_COMPARE")) {
    return { verdict: "impossible" };
  }
  const all = (overview?.job.total_count ?? statuses.length) <= statuses.length;
  return all && statuses.length > 0 && statuses.every((status) => status === "CONSISTENT")
    ? { verdict: "same" }
    : undefined;
}

/** How many rows differ; undefined where a table does not say so, or not all tables are there. */
function rowsIn(job: V5Answer<"showJobDetail">["job"] | undefined): number | undefined {
  const { line_compare_detail_infos: lines, content_compare_detail_infos: contents } =
    job?.compare_result ?? {};
  const rows = [...(lines ?? []), ...(contents ?? [])].map(({ difference_row_num, message }) =>
    // A message says why a table could not be compared, or that more of its rows may differ.
    Number(message ? Number.NaN : (difference_row_num ?? Number.NaN)),
  );
  const sum = rows.reduce((all, one) => all + one, 0);
  return sum > 0 && (job?.total_count ?? rows.length) <= rows.length ? sum : undefined;
}
