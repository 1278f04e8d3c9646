/** The results of a comparison, as v5 lists them: databases, their tables, and kinds of objects. */
import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import type { V5 } from "../../drs/v5";

type JobDetailV5 = ResponseIn<OperationsV5, "showJobDetail">["job"];
export type CompareResult = NonNullable<JobDetailV5["compare_result"]>;
type Kind = NonNullable<
  NonNullable<CompareResult["objects_compare_overview_info"]>["compare_results"]
>[number];
type FoundObject = NonNullable<CompareResult["objects_compare_detail_infos"]>[number];

/** A task of a service. */
export interface Comparable {
  readonly v5: Pick<V5, "call">;
  readonly id: string;
  readonly signal: AbortSignal;
}

export interface ComparedKind extends Kind {
  /** Some of those that only one end has, or both define differently. */
  readonly different: readonly string[];
  /** What the service says of them: each once, with the object's name where it is about one of several. */
  readonly reasons: readonly string[];
}

/** At most this many objects of a kind are searched for those that differ. */
const lookedThrough = 1000;

/** The name of a comparison's type in requests for its results. */
export function compareTypeOf(type: string | null | undefined): string {
  return type === "contents" ? "content_compare" : type === "object" ? "object_compare" : "line_compare";
}

/** The databases that an overview of rows or contents lists, as its details are asked for. */
export function databasesOf(
  overview: CompareResult | null | undefined,
): readonly { readonly source_db_name: string; readonly target_db_name: string }[] {
  const named = (source: string | null | undefined, target: string | null | undefined) => ({
    ...{ source_db_name: source ?? "", target_db_name: target ?? "" },
  });
  return [
    ...(overview?.line_compare_overview_infos ?? []).map((info) =>
      named(info.source_db_name, info.target_db_name),
    ),
    ...(overview?.content_compare_overview_infos ?? []).map((info) => named(info.source_db, info.target_db)),
  ];
}

/** The kinds of objects that a comparison has looked at. @throws DrsError when the service does not answer. */
export async function comparedKinds(
  { v5, id, signal }: Comparable,
  compare_task_id: string,
): Promise<readonly ComparedKind[]> {
  const common = { job_id: id, type: "compare", compare_type: compareTypeOf("object"), compare_task_id };
  const ask = async (query: { readonly query_type: string; readonly object_type?: string }) =>
    (await v5.call("showJobDetail", { ...common, ...query, limit: lookedThrough }, { signal }))?.job
      .compare_result;
  const kinds = (await ask({ query_type: "overview" }))?.objects_compare_overview_info?.compare_results ?? [];
  const read: ComparedKind[] = [];
  for (const kind of kinds) {
    const details =
      kind.status === "INCONSISTENT" && kind.type
        ? await ask({ query_type: "detail", object_type: kind.type })
        : undefined;
    const found = details?.objects_compare_detail_infos ?? [];
    // An object that both ends have differs where the service has something to say of it.
    const differing = found.filter(
      ({ source_db_value: source, target_db_value: target, error_message }) =>
        !source || !target || error_message,
    );
    read.push({
      ...kind,
      different: differing.map(nameOf).filter((name) => name !== ""),
      reasons: reasonsOf(differing),
    });
  }
  return read;
}

function nameOf({ source_db_value, target_db_value }: FoundObject): string {
  return source_db_value || target_db_value || "";
}

function reasonsOf(objects: readonly FoundObject[]): readonly string[] {
  const named = new Map<string, string[]>();
  for (const object of objects) {
    const reason = object.error_message;
    if (reason) {
      named.set(reason, [...(named.get(reason) ?? []), nameOf(object)]);
    }
  }
  return [...named].map(([reason, names]) =>
    names.length === 1 && objects.length > 1 ? `${names.join("")}: ${reason}` : reason,
  );
}
