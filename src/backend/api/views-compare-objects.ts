/** The result of a comparison of objects in the fields of each API version. */
import { type Comparison, isAlike, type ObjectResult } from "../jobs/comparisons";
import type { Job } from "../jobs/job";
import { type Language, render } from "../messages";
import { isoSeconds } from "./views-v5";

/** How many objects of a kind each end has, and how many only one of them has or defines differently. */
export interface KindCounts {
  readonly kind: ObjectResult["kind"];
  readonly source: number;
  readonly target: number;
  readonly different: number;
}

/** In the order of the results; empty until there are any. */
export function countsByKind({ objects }: Comparison): readonly KindCounts[] {
  return [...new Set(objects.map(({ kind }) => kind))].map((kind) => {
    const some = objects.filter((object) => object.kind === kind);
    return {
      kind,
      source: some.filter(({ source }) => source !== null).length,
      target: some.filter(({ target }) => target !== null).length,
      different: some.filter((object) => !isAlike(object)).length,
    };
  });
}

/** A comparison of objects, as both versions show it. */
export function objectsHead(comparison: Comparison, language: Language) {
  const { id, status, createdAt } = comparison;
  const at = isoSeconds(createdAt);
  return {
    ...{ compare_job_id: id, create_time: at, start_time: at, status },
    ...{ export_status: "INIT", report_remain_seconds: -1, error_msg: errorText(comparison, language) },
  };
}

/** Why a comparison failed. */
export function errorText({ error }: Comparison, language: Language): string | null {
  return error === null ? null : render(error, language);
}

/** An object at both ends, as both versions list it. */
export function objectDetail({ source, target }: Job, object: ObjectResult, language: Language) {
  return {
    source_db_name: source.database,
    source_db_value: object.source,
    target_db_name: target.database,
    target_db_value: object.target,
    error_message: object.reason === undefined ? null : render(object.reason, language),
  };
}
