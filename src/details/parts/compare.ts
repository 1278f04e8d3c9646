/** Comparisons of a task: the list of them, and the tables and rows of one. */

import { explain } from "../../drs/error-text";
import type { Localizer } from "../../l10n/localizer";
import { type Shown, shown } from "../../l10n/shown";
import {
  type ComparedKind,
  type CompareResult,
  comparedKinds,
  compareTypeOf,
  databasesOf,
} from "../../tasks/use-cases/compared";
import { objectRows } from "./compare-objects";
import { type ComparisonResult, type ComparisonResults, resultsOf } from "./compare-results";
import { type Asked, type Cell, cellText, type Part, type PartTable, pageSize, timeCell } from "./part";

type Items<T> = NonNullable<T>;

interface Compared {
  readonly count: number;
  readonly tasks: Items<CompareResult["data_compare_task_list"]>;
  readonly results: ComparisonResults;
  readonly lines: Items<CompareResult["line_compare_detail_infos"]>;
  readonly contents: Items<CompareResult["content_compare_detail_infos"]>;
  readonly differences: CompareResult["content_diff_detail_info"];
  readonly objects: readonly ComparedKind[];
  /** Databases whose tables are not read. */
  readonly hidden: number;
}

/** Databases of a comparison whose tables are read. */
const comparedDatabases = 10;

export const compare: Part<Compared> = {
  heading: (t) => t("Comparison"),
  leadsOn: true,
  read: async (asked) => (asked.query.filter === "" ? await comparisons(asked) : await comparison(asked)),
  table: (value, l10n, { filter }) =>
    filter === ""
      ? list(value, l10n)
      : filter.startsWith(objectKind)
        ? objectRows(value.objects, l10n)
        : tables(value, l10n),
  around: ({ mayCompare, problem, l10n, local }) => ({
    buttons: mayCompare
      ? [
          { compare: "lines", label: l10n.t("Compare row counts") },
          { compare: "contents", label: l10n.t("Compare contents") },
          { compare: "object", label: l10n.t("Compare objects") },
        ]
      : [],
    notes: problem === undefined ? [] : [explain(problem, l10n, local)],
  }),
};

const nothingCompared = {
  ...{ count: 0, tasks: [], results: new Map<string, ComparisonResult>() },
  ...{ lines: [], contents: [], differences: undefined, objects: [], hidden: 0 },
};
const objectKind = "object/";

async function comparisons(asked: Asked) {
  const { v5, id, query, signal } = asked;
  const { offset } = query;
  const input = { job_id: id, type: "compare", query_type: "list", offset, limit: pageSize };
  const answer = await v5.call("showJobDetail", input, { signal });
  const tasks = answer?.job.compare_result?.data_compare_task_list ?? [];
  const results = await resultsOf(asked, tasks);
  return answer && { ...nothingCompared, count: answer.job.total_count ?? tasks.length, tasks, results };
}

/** The tables of one comparison, or its objects; `filter` is its kind and its id. */
async function comparison(asked: Asked) {
  const { v5, id, query, signal } = asked;
  const { offset, filter } = query;
  const [kind = "", compare_task_id = ""] = filter.split("/");
  if (filter.startsWith(objectKind)) {
    const objects = await comparedKinds(asked, compare_task_id);
    return { ...nothingCompared, count: objects.length, objects };
  }
  const compare_type = compareTypeOf(kind);
  const ask = async (query_type: string, more: Record<string, string | number> = {}) => {
    const input = { job_id: id, type: "compare", compare_type, query_type, compare_task_id, ...more };
    return (await v5.call("showJobDetail", input, { signal }))?.job;
  };
  const overview = await ask("overview", { limit: comparedDatabases });
  const databases = databasesOf(overview?.compare_result);
  let [count, differences] = [0, undefined as CompareResult["content_diff_detail_info"]];
  const lines: Items<CompareResult["line_compare_detail_infos"]> = [];
  const contents: Items<CompareResult["content_compare_detail_infos"]> = [];
  for (const names of databases) {
    // Of contents the service lists the tables that cannot be compared apart.
    const kinds = kind === "contents" ? [{}, { compare_detail_type: "uncompare" }] : [{}];
    for (const more of kinds) {
      const detail = await ask("detail", { ...names, ...more, offset, limit: pageSize });
      count += detail?.total_count ?? 0;
      lines.push(...(detail?.compare_result?.line_compare_detail_infos ?? []));
      contents.push(...(detail?.compare_result?.content_compare_detail_infos ?? []));
    }
    if (
      kind === "contents" &&
      contents.some(({ content_compare_result }) => content_compare_result === false)
    ) {
      const diff = await ask("diff", { ...names, limit: pageSize });
      differences = diff?.compare_result?.content_diff_detail_info ?? differences;
    }
  }
  const hidden = Math.max(0, (overview?.total_count ?? 0) - databases.length);
  return { ...nothingCompared, count, lines, contents, differences, hidden };
}

function list({ count, tasks, results }: Compared, l10n: Localizer): PartTable {
  const { t } = l10n;
  return {
    columns: [t("Comparison"), t("Result"), t("Started"), t("Ended")],
    count,
    rows: tasks.map(({ id, type, status, start_time, end_time, error_msg }) => [
      { text: kindText(type, l10n), leadsTo: `${type ?? ""}/${id}` },
      {
        ...(resultCell(results.get(id), l10n) ?? statusCell(status, l10n)),
        detail: error_msg ? cellText(error_msg) : undefined,
      },
      timeCell(start_time, l10n),
      timeCell(end_time, l10n),
    ]),
    none: t("No comparison has run yet."),
  };
}

function kindText(kind: string | null | undefined, { t }: Localizer): Shown {
  switch (kind) {
    case "lines":
      return t("Row counts");
    case "contents":
      return t("Contents");
    case "object":
      return t("Objects");
    default:
      return cellText(kind);
  }
}

function resultCell(result: ComparisonResult | undefined, { t, number }: Localizer): Cell | undefined {
  switch (result?.verdict) {
    case "same":
      return { text: t("Same"), tone: "ok" };
    case "different":
      return { text: differenceText(result.rows, { t, number }), tone: "error" };
    case "impossible":
      return { text: t("Cannot be compared"), tone: "warning" };
    case undefined:
      return undefined;
  }
}

function differenceText(rows: number | undefined, { t, number }: Pick<Localizer, "t" | "number">): Shown {
  return rows === undefined
    ? t("Different")
    : rows === 1
      ? t("1 row differs")
      : t("{0} rows differ", number(rows));
}

function statusCell(status: string | null | undefined, { t }: Localizer): Cell {
  switch (status) {
    case "WAITING_FOR_RUNNING":
      return { text: t("Waiting") };
    case "RUNNING":
    case "FULL_DOING":
    case "INCRE_DOING":
      return { text: t("Running") };
    case "SUCCESSFUL":
      // What it has found is not known.
      return { text: t("Finished") };
    case "FAILED":
      return { text: t("Failed"), tone: "error" };
    case "CANCELLED":
      return { text: t("Canceled") };
    default:
      return { text: cellText(status) };
  }
}

function tables({ count, lines, contents, differences, hidden }: Compared, l10n: Localizer): PartTable {
  const { t, number } = l10n;
  const rowsOf = (value: string | number | null | undefined): Cell =>
    value == null || value === "" || !Number.isFinite(Number(value))
      ? { text: shown("–"), number: true }
      : { text: number(Number(value)), number: true };
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
      { text: cellText(name), code: true },
      { ...verdict(same), detail: message ? cellText(message) : undefined },
      rowsOf(source),
      rowsOf(target),
      rowsOf(difference),
      { text: cellText(same === false ? keysOf(differences, name ?? "") : ""), code: true },
    ]),
    none: t("This comparison has no results yet."),
    notes: [
      ...(rows.length === 0 ? [] : [t("{0} of the tables shown differ.", number(different))]),
      ...(hidden === 0 ? [] : [t("Databases whose tables are not shown: {0}.", number(hidden))]),
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

/** How many keys of a table are shown. */
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
