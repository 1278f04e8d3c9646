/** Comparisons of objects, and those of objects and data in one call, in the words of v3. */
import type { InputOf } from "../../drs/all-operations";
import { type Comparison, isAlike } from "../jobs/comparisons";
import { type Job, tableId } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, type Language, message } from "../messages";
import { errorOf, noted, notedOutcome, outcomeOf } from "./outcome";
import type { Parts } from "./parts";
import type { Handlers } from "./server";
import { kindsWith } from "./views-compare";
import { countsByKind, errorText, objectDetail, objectsHead } from "./views-compare-objects";
import { contentResults, lineResults, objectResults, taskList } from "./views-compare-results";

export type CompareTaskHandlers = Pick<
  Handlers,
  | "createObjectComparison"
  | "showObjectComparison"
  | "listComparedObjects"
  | "createComparisons"
  | "queryComparisons"
  | "listHealthComparisons"
>;

/** How v3 numbers what came of a comparison of objects. */
const states = { different: 0, equal: 2 } as const;
const lastOne = { offset: 0, limit: 1 };

/**
 * The operations of v3 that begin comparisons of both kinds and read them. Comparisons run in the background: the answer
 * is their id, or why the task cannot be compared.
 *
 * @throws ApiError DRS.M00289 for an unknown task.
 */
export function createCompareTaskHandlers({ store, comparisons }: Parts): CompareTaskHandlers {
  const known = (id: string): Job => comparedJob(store, id);
  const begin = async (job: Job, step: () => Promise<string | null>, language: Language) => {
    const { answer, refusal } = await notedOutcome(store, job.id, "CREATE_COMPARE", step);
    return { compare_task_id: answer ?? null, ...errorOf(refusal, language) };
  };
  const ofObjects = async (job: Job, id?: string | null): Promise<Comparison | undefined> =>
    id
      ? await comparisons.get(job.id, id, kindsWith.objects)
      : (await comparisons.list(job.id, lastOne, kindsWith.objects)).comparisons[0];
  /** The result of a comparison, or its error, as one part of an answer. */
  const part = async <T extends object>(
    job: Job,
    kind: Comparison["kind"],
    id: string | null | undefined,
    language: Language,
    show: (comparison: Comparison) => T,
  ) => {
    if (!id) {
      return undefined;
    }
    const { answer, refusal } = await outcomeOf(
      async () => await comparisons.get(job.id, id, kindsWith[kind]),
    );
    return answer === undefined
      ? { compare_task_id: id, ...errorOf(refusal, language) }
      : { ...show(answer), error_msg: errorText(answer, language) };
  };

  return {
    createObjectComparison: async ({ job_id }) => {
      const job = known(job_id);
      await noted(store, job_id, "CREATE_COMPARE", async () => {
        await comparisons.create(job, "objects", undefined);
      });
      return {};
    },

    showObjectComparison: async ({ job_id }, language) => {
      const comparison = await ofObjects(known(job_id));
      if (comparison === undefined) {
        return { compare_result: [] };
      }
      return {
        ...objectsHead(comparison, language),
        compare_result: countsByKind(comparison).map(({ kind, source, target, different }) => ({
          ...{ type: kind, source_count: source, target_count: target },
          status: different === 0 ? states.equal : states.different,
        })),
      };
    },

    listComparedObjects: async ({ job_id, compare_type, compare_job_id, offset, limit }, language) => {
      const job = known(job_id);
      const comparison = await ofObjects(job, compare_job_id);
      const objects = comparison?.objects.filter(({ kind }) => kind === compare_type) ?? [];
      return {
        count: objects.length,
        compare_detail: objects.slice(offset, offset + limit).map((object) => ({
          ...objectDetail(job, object, language),
          status: isAlike(object) ? states.equal : states.different,
        })),
      };
    },

    createComparisons: async ({ job_id, object_level_compare_type, data_level_compare_info }, language) => {
      const job = known(job_id);
      const ofData = data_level_compare_info;
      return {
        job_id,
        object_level_compare_create_result: object_level_compare_type
          ? await begin(job, async () => await comparisons.create(job, "objects", undefined), language)
          : undefined,
        data_level_compare_create_result: ofData
          ? await begin(job, async () => await createDataComparison(job, ofData), language)
          : undefined,
      };
    },

    queryComparisons: async (query, language) => {
      const { job_id, object_level_compare_id, line_compare_id, content_compare_id } = query;
      const job = known(job_id);
      const page = { offset: (query.current_page - 1) * query.per_page, limit: query.per_page };
      const isNamed = object_level_compare_id || line_compare_id || content_compare_id;
      const listed = isNamed ? undefined : await comparisons.list(job.id, page);
      return {
        job_id,
        compare_task_list_results: listed && taskList(listed.count, listed.comparisons),
        object_level_compare_results: await part(job, "objects", object_level_compare_id, language, (one) =>
          objectResults(job, one, language),
        ),
        line_compare_results: await part(job, "lines", line_compare_id, language, (one) =>
          lineResults(job, one, page, language),
        ),
        content_compare_results: await part(job, "contents", content_compare_id, language, (one) =>
          contentResults(job, one, page, language),
        ),
      };
    },

    /** A policy begins them, and no task here can have one. */
    listHealthComparisons: async ({ job_id }) => {
      known(job_id);
      return { count: 0, compare_jobs: [] };
    },
  };

  async function createDataComparison(
    job: Job,
    info: NonNullable<InputOf<"createComparisons">["data_level_compare_info"]>,
  ): Promise<string | null> {
    const { compare_type, conflict_policy, start_time, compare_object_infos } = info;
    if (Number(start_time || 0) > Date.now()) {
      throw new ApiError("DRS.M10018", message("unsupported", { what: "create-compare-task start_time" }));
    }
    const unfinished = comparisons.unfinishedData(job.id);
    if (unfinished !== undefined && conflict_policy === "keep") {
      return unfinished.id;
    }
    if (unfinished !== undefined) {
      await comparisons.cancel(job.id, unfinished.id);
    }
    return await comparisons.create(job, compare_type, tablesNamed(job, compare_object_infos));
  }
}

/** @throws ApiError DRS.M00289, as v3 has it. */
export function comparedJob(store: JobStore, id: string): Job {
  const job = store.get(id);
  if (job === undefined) {
    throw new ApiError("DRS.M00289", message("noSuchJob"));
  }
  return job;
}

/** The ids of the task's tables that a comparison names; undefined: it names none, and means all. */
export function tablesNamed(
  job: Job,
  databases: InputOf<"createComparison">["compare_object"],
): ReadonlySet<string> | undefined {
  const named = (databases ?? []).flatMap(({ table_name }) => table_name ?? []);
  const tables = job.tables.filter((table) => named.includes(table.table) || named.includes(tableId(table)));
  return named.length === 0 ? undefined : new Set(tables.map(tableId));
}
