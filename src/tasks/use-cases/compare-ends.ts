/** Compares both ends of a task through v5, the only part of the API that has differences by table. */
import type { Clock } from "../../drs/clock";
import { isDrsError } from "../../drs/errors";
import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { poll } from "../../drs/poll";
import { v5Of } from "../../drs/v5";
import { type ComparedKind, type CompareResult, comparedKinds, compareTypeOf, databasesOf } from "./compared";
import type { TaskSession } from "./control";

/** `lines`: numbers of rows. `contents`: every value. `object`: which objects both ends have, and how they are defined. */
export type ComparisonType = "lines" | "contents" | "object";
type JobDetailV5 = ResponseIn<OperationsV5, "showJobDetail">["job"];
/** A comparison as the service lists it. */
export type Comparison = NonNullable<CompareResult["data_compare_task_list"]>[number];

const firstMs = 300;
const longestMs = 3_000;
/** Of a comparison that follows changes (`INCRE_DOING`) the rows of before were compared. */
const running = new Set(["RUNNING", "WAITING_FOR_RUNNING", "FULL_DOING"]);
const pageSize = 1000;
/** At most this many pages of tables are read. */
const mostPages = 30;

/**
 * Begins a comparison.
 *
 * @returns its id; undefined where the service does not return it.
 * @throws DrsError, `notFound` where the service has no v5.
 */
export async function beginComparison(
  { client, control }: TaskSession,
  id: string,
  type: ComparisonType,
  signal: AbortSignal,
): Promise<string | undefined> {
  const operation = "executeAction";
  const job = { action_name: "create_compare", action_params: { compare_task_param: { type } } };
  return await control.run(operation, `${id}/compare`, async () => {
    const { query_id } = await v5Of(client).need(operation, { job_id: id, job }, { signal });
    return query_id ?? undefined;
  });
}

/** How a comparison stands; `results` once it has ended. */
export interface ComparisonState {
  readonly comparison: Comparison | undefined;
  readonly results: ComparisonResults | undefined;
}

/** The compared items: tables, or kinds of objects. */
export interface ComparisonResults {
  readonly tables: readonly CompareResult[];
  /** Whether all tables were read. */
  readonly whole: boolean;
  readonly kinds: readonly ComparedKind[];
}

/**
 * Waits for the end of a comparison, `limitMs` at most.
 *
 * @param begun whether it was begun just now, so that the service may not list it yet.
 * @throws DrsError; the signal's reason when it aborts.
 */
export async function followComparison(
  { client }: Pick<TaskSession, "client">,
  task: string,
  {
    id,
    begun,
    type,
  }: { readonly id: string; readonly begun: boolean; readonly type?: ComparisonType | undefined },
  limits: { readonly signal: AbortSignal; readonly limitMs: number; readonly clock?: Clock },
): Promise<ComparisonState> {
  const v5 = v5Of(client);
  const { signal } = limits;
  const ask = async (query: Readonly<Record<string, string | number>>) => {
    const input = { job_id: task, type: "compare", offset: 0, limit: pageSize, ...query };
    return (await v5.need("showJobDetail", input, { signal })).job;
  };
  // The service may list comparisons of data alone: that of objects is known by its overview.
  const ofObjects = type === "object" || !begun;
  let comparison: Comparison | undefined;
  const isOver = await poll(
    async () => {
      const { compare_result } = await ask({ query_type: "list" });
      const listed = compare_result?.data_compare_task_list?.find((entry) => entry.id === id);
      comparison = listed ?? (ofObjects ? await objectComparison(ask, id) : undefined);
      const ended = comparison !== undefined && !running.has(comparison.status ?? "");
      return ended || (comparison === undefined && !begun) || undefined;
    },
    { firstMs, longestMs, ...limits },
  );
  if (comparison === undefined || isOver === undefined) {
    return { comparison, results: undefined };
  }
  const results =
    comparison.type === "object"
      ? { tables: [], whole: true, kinds: await comparedKinds({ v5, id: task, signal }, id) }
      : { ...(await comparedTables(ask, comparison)), kinds: [] };
  return { comparison, results };
}

type Ask = (query: Readonly<Record<string, string | number>>) => Promise<JobDetailV5>;

async function objectComparison(ask: Ask, id: string): Promise<Comparison | undefined> {
  try {
    const query = { query_type: "overview", compare_type: compareTypeOf("object"), compare_task_id: id };
    const found = (await ask(query)).compare_result?.objects_compare_overview_info;
    return found?.compare_job_id === id ? { ...found, id, type: "object" } : undefined;
  } catch (error) {
    // A service may refuse what it does not know.
    if (isDrsError(error) && ["validation", "notFound"].includes(error.failure.kind)) {
      return undefined;
    }
    throw error;
  }
}

/** The tables of all databases, page by page, as many pages as are read at once. */
async function comparedTables(
  ask: Ask,
  { id, type }: Comparison,
): Promise<Pick<ComparisonResults, "tables" | "whole">> {
  const common = { compare_type: compareTypeOf(type), compare_task_id: id };
  const overview = await ask({ ...common, query_type: "overview" });
  const databases = databasesOf(overview.compare_result);
  // Of contents the service lists the tables that cannot be compared apart.
  const kinds = type === "contents" ? [{}, { compare_detail_type: "uncompare" }] : [{}];
  const tables: CompareResult[] = [];
  let whole = (overview.total_count ?? databases.length) <= databases.length;
  for (const names of databases.length === 0 ? [{}] : databases) {
    for (const kind of kinds) {
      for (let offset = 0, left = 1; left > 0; ) {
        if (tables.length === mostPages) {
          return { tables, whole: false };
        }
        const detail = await ask({ ...common, query_type: "detail", ...names, ...kind, offset });
        const found = tablesIn(detail.compare_result);
        tables.push(detail.compare_result ?? {});
        offset += found;
        left = found === 0 ? 0 : (detail.total_count ?? offset) - offset;
        whole &&= found > 0 || (detail.total_count ?? 0) <= offset;
      }
    }
  }
  return { tables, whole };
}

function tablesIn(result: CompareResult | null | undefined): number {
  const { line_compare_detail_infos: lines, content_compare_detail_infos: contents } = result ?? {};
  return (lines?.length ?? 0) + (contents?.length ?? 0);
}
