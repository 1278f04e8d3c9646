import { stepRow } from "../../failures/steps";
import { shownLines } from "../../l10n/shown";
import { type Cell, cellText, type Part } from "./part";
import { precheckItemName } from "./precheck-items";

interface Precheck {
  readonly passed: boolean | undefined;
  readonly rows: readonly PrecheckRow[];
}

export interface PrecheckRow {
  readonly item?: string | null | undefined;
  readonly result?: string | null | undefined;
  readonly failed_reason?: string | null | undefined;
  readonly raw_error_msg?: string | null | undefined;
  readonly remedy_sql?: string | null | undefined;
}

/** The items of the last pre-check. */
export const precheck: Part<Precheck> = {
  heading: (t) => t("Pre-check"),
  filter: (t) => ({
    label: t("Show"),
    options: [
      { value: "", label: t("What did not pass") },
      { value: "all", label: t("All items") },
    ],
  }),
  around: ({ mayPrecheck, l10n }) => ({
    buttons: mayPrecheck ? [{ step: "precheck", label: l10n.localize(stepRow("precheck").name) }] : [],
  }),
  read: async ({ client, id, signal }) => {
    const { results } = await client.call("batchPrecheckResult", { jobs: [id] }, { signal });
    const [state] = results;
    return { passed: state?.result ?? undefined, rows: state?.precheck_result ?? [] };
  },
  table: ({ passed, rows }, { t, localize, number }, { filter }) => {
    const order = ["FAILED", "ALARM"];
    const rank = (result: string | null | undefined) =>
      (order.indexOf(result ?? "") + order.length + 1) % (order.length + 1);
    const results: Readonly<Record<string, Cell>> = {
      PASSED: { text: t("Passed"), tone: "ok" },
      ALARM: { text: t("Warning"), tone: "warning" },
      FAILED: { text: t("Failed"), tone: "error" },
    };
    const itemCell = (item: string, result: string | null | undefined): Cell => {
      const name = precheckItemName(item);
      // To look for a remedy elsewhere, a user needs the service's own name.
      return name === undefined
        ? { text: cellText(item), code: true }
        : { text: localize(name), detail: result === "PASSED" ? undefined : cellText(item) };
    };
    const found = rows.filter(({ result }) => result !== "PASSED");
    const isFolded = found.length > 0 || passed === true;
    const listed = filter === "all" || !isFolded ? rows : found;
    const failed = found.filter(({ result }) => result === "FAILED").length;
    const all = number(rows.length);
    const summary =
      failed > 0
        ? t("{0} of {1} failed", number(failed), all)
        : found.length > 0
          ? t("{0} of {1} with warnings", number(found.length), all)
          : t("{0} passed", all);
    return {
      columns: [t("Item"), t("Result"), t("Reason")],
      count: listed.length,
      summary: rows.length === 0 ? undefined : summary,
      rows: listed
        .toSorted((a, b) => rank(a.result) - rank(b.result))
        .map(({ item, result, failed_reason, raw_error_msg, remedy_sql }) => [
          itemCell(item ?? "", result),
          results[result ?? ""] ?? { text: cellText(result) },
          {
            text: cellText(failed_reason || raw_error_msg),
            detail: failed_reason && raw_error_msg ? cellText(raw_error_msg) : undefined,
            ...(remedy_sql ? { sql: shownLines(remedy_sql) } : {}),
          },
        ]),
      none:
        rows.length === 0
          ? t("No pre-check has run yet. Starting the task runs one.")
          : t("The task passed the pre-check."),
      notes:
        listed.length === 0 || passed === undefined
          ? []
          : [passed ? t("The task passed the pre-check.") : t("The task did not pass the pre-check.")],
    };
  },
};
