/** Comparisons of a task: the list of them, and the tables and rows of one. */
import type { Localizer } from "../l10n/localizer";
import type { PartValues, Query } from "./part-reader";
import { type PartTable, timeCell } from "./part-table";
import type { Cell } from "./part-view";

type Compared = PartValues["compare"];

export function comparePart(value: Compared, l10n: Localizer, { filter }: Query): PartTable {
  return filter === "" ? list(value, l10n) : tables(value, l10n);
}

function list({ count, tasks }: Compared, l10n: Localizer): PartTable {
  const { t } = l10n;
  return {
    columns: [t("Comparison"), t("Status"), t("Started"), t("Ended")],
    count,
    rows: tasks.map(({ id, type, status, start_time, end_time, error_msg }) => [
      { text: kindText(type, l10n), leadsTo: `${type ?? ""}/${id}` },
      { ...statusCell(status, l10n), detail: error_msg || undefined },
      timeCell(start_time, l10n),
      timeCell(end_time, l10n),
    ]),
    none: t("Nothing was compared yet."),
  };
}

function kindText(kind: string | null | undefined, { t }: Localizer): string {
  switch (kind) {
    case "lines":
      return t("Row counts");
    case "contents":
      return t("Contents");
    case "object":
      return t("Objects");
    default:
      return kind ?? "";
  }
}

function statusCell(status: string | null | undefined, { t }: Localizer): Cell {
  switch (status) {
    case "WAITING_FOR_RUNNING":
      return { text: t("Waiting") };
    case "RUNNING":
      return { text: t("Running") };
    case "SUCCESSFUL":
      return { text: t("Finished"), tone: "ok" };
    case "FAILED":
      return { text: t("Failed"), tone: "error" };
    case "CANCELLED":
      return { text: t("Canceled") };
    default:
      return { text: status ?? "" };
  }
}

function tables({ count, lines, contents, differences }: Compared, l10n: Localizer): PartTable {
  const { t, number } = l10n;
  const rowsOf = (value: string | number | null | undefined): Cell =>
    value == null || value === "" ? { text: "–" } : { text: number(Number(value)) };
  const verdict = (same: boolean | undefined): Cell =>
    same === undefined
      ? { text: t("Cannot be compared"), tone: "warning" }
      : same
        ? { text: t("Same"), tone: "ok" }
        : { text: t("Different"), tone: "error" };
  const rows = [
    ...lines.map(
      ({ source_table_name, source_row_num, target_row_num, difference_row_num, status, message }) => ({
        same: status === "CONSISTENT" ? true : status === "INCONSISTENT" ? false : undefined,
        cells: [source_table_name, source_row_num, target_row_num, difference_row_num] as const,
        message,
      }),
    ),
    ...contents.map((table) => ({
      same: table.content_compare_result ?? undefined,
      cells: [
        table.source_table_name,
        table.source_row_num,
        table.target_row_num,
        table.difference_row_num,
      ] as const,
      message: table.message,
    })),
  ];
  const different = rows.filter(({ same }) => same === false).length;
  return {
    columns: [
      t("Table"),
      t("Result"),
      t("Rows in the source"),
      t("Rows in the target"),
      t("Rows that differ"),
      t("Keys"),
    ],
    count,
    rows: rows.map(({ same, cells: [name, source, target, difference], message }) => [
      { text: name ?? "", code: true },
      { ...verdict(same), detail: message || undefined },
      rowsOf(source),
      rowsOf(target),
      rowsOf(difference),
      { text: same === false ? keysOf(differences, name ?? "") : "", code: true },
    ]),
    none: t("This comparison has no results yet."),
    notes: [
      ...(rows.length === 0 ? [] : [t("{0} of the tables shown differ.", number(different))]),
      ...(differences == null || (differences.count ?? 0) === 0
        ? []
        : [
            t(
              "Rows only in the source: {0}; only in the target: {1}; with other contents: {2}.",
              number(differences.target_meta_is_null ?? 0),
              number(differences.source_meta_is_null ?? 0),
              number(differences.source_target_meta_not_null ?? 0),
            ),
          ]),
    ],
    back: t("All comparisons"),
  };
}

/** How many keys of a table are told. */
const toldKeys = 5;

/** The keys of the rows that differ; the service names the table in the statements that read them. */
function keysOf(differences: Compared["differences"], table: string): string {
  const plain = (text: string) => text.replaceAll(/["`]/g, "");
  const keys = (differences?.contents_infos ?? [])
    .filter(({ source_select_sql, target_select_sql }) =>
      plain(`${source_select_sql ?? target_select_sql ?? ""} `).includes(`${plain(table)} `),
    )
    .map(({ source_key_value, target_key_value }) =>
      (source_key_value?.length ? source_key_value : (target_key_value ?? [])).join(", "),
    );
  return [...keys.slice(0, toldKeys), ...(keys.length > toldKeys ? ["…"] : [])].join("; ");
}
