/** A comparison of objects: how many of each kind both ends have, and which only one of them has or defines differently. */
import type { Localizer } from "../../l10n/localizer";
import { compareTypeOf } from "./compare-results";
import { type Asked, type Cell, cellText, type PartTable, type V5Answer } from "./part";

type CompareResult = NonNullable<V5Answer<"showJobDetail">["job"]["compare_result"]>;
type Kind = NonNullable<
  NonNullable<CompareResult["objects_compare_overview_info"]>["compare_results"]
>[number];

type FoundObject = NonNullable<CompareResult["objects_compare_detail_infos"]>[number];

export interface ComparedKind extends Kind {
  /** Some of those that only one end has, or both define differently. */
  readonly different: readonly string[];
  /** What the service says of them: each once, with the object's name where it is about one of several. */
  readonly reasons: readonly string[];
}

/** So many objects of a kind are looked through for those that differ, and so many of these are named and explained. */
const lookedThrough = 1000;
const named = 5;
const explained = 3;

/** @throws DrsError when the service does not answer. */
export async function readObjects(
  { v5, id, signal }: Pick<Asked, "v5" | "id" | "signal">,
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

/** The table of what a comparison of objects found, one row for each kind of object. */
export function objectRows(kinds: readonly ComparedKind[], { t, number }: Localizer): PartTable {
  const count = (value: number | null | undefined): Cell => ({
    text: value == null ? cellText(null) : number(value),
    number: true,
  });
  const result = (status: string | null | undefined): Cell =>
    status === "CONSISTENT"
      ? { text: t("Same"), tone: "ok" }
      : status === "INCONSISTENT"
        ? { text: t("Different"), tone: "error" }
        : { text: t("Cannot be compared"), tone: "warning" };
  return {
    columns: [t("Objects"), t("Result"), t("In the source"), t("In the target"), t("Differences")],
    count: kinds.length,
    rows: kinds.map(({ type, status, source_count, target_count, different, reasons }) => [
      { text: cellText(type), code: true },
      result(status),
      count(source_count),
      count(target_count),
      {
        text: cellText([...different.slice(0, named), ...(different.length > named ? ["…"] : [])].join(", ")),
        code: true,
        detail: reasons.length === 0 ? undefined : cellText(reasons.slice(0, explained).join(" ")),
      },
    ]),
    none: t("This comparison has no results yet."),
    back: t("All comparisons"),
  };
}
