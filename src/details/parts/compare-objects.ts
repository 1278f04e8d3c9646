/** A comparison of objects: how many of each kind both ends have, and which only one of them has or defines differently. */
import type { Localizer } from "../../l10n/localizer";
import type { ComparedKind } from "../../tasks/use-cases/compared";
import { type Cell, cellText, type PartTable } from "./part";

/** At most this many of the objects that differ are named and explained. */
const named = 5;
const explained = 3;

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
