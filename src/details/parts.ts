/** What was read of a task → the parts of its page. */

import type { Bilingual } from "../l10n/bilingual";
import { explain } from "../l10n/error-text";
import type { Localizer } from "../l10n/localizer";
import { actionOfCode, actionRow } from "../status/actions";
import { parseStatus } from "../status/status";
import { rowOf, type StatusId } from "../status/statuses";
import { comparePart } from "./compare-part";
import { type PartReading, type PartValues, pageSize, type Query, type Readings } from "./part-reader";
import { type PartTable, timeCell } from "./part-table";
import type { Cell, Filter, Pager, PartId, PartView } from "./part-view";
import { precheckItemName } from "./precheck-items";

/** A status that this window has seen the task come into. */
export interface SeenStatus {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: StatusId;
}

export interface PartFacts {
  readonly l10n: Localizer;
  readonly local: boolean;
  readonly readings: Readings;
  isOpen(part: PartId): boolean;
  query(part: PartId): Query;
  /** Statuses that were seen, the oldest first: the timeline of a service that tells none. */
  readonly seen: readonly SeenStatus[];
  /** Whether a comparison may be begun now. */
  readonly mayCompare: boolean;
  /** Why the last request to compare failed. */
  readonly problem: unknown;
}

/** The parts in the order of the page. */
export function partsOf(facts: PartFacts): readonly PartView[] {
  const { l10n } = facts;
  const { t } = l10n;
  return [
    part("timeline", t("Timeline"), facts, timeline, { absent: seenTimeline(facts) }),
    part("tables", t("Progress of the tables"), facts, tables, {
      filter: { label: t("Search tables") },
    }),
    part("precheck", t("Pre-check"), facts, precheck),
    part("compare", t("Comparison"), facts, comparePart, {
      buttons: facts.mayCompare
        ? [
            { compare: "lines", label: t("Compare row counts") },
            { compare: "contents", label: t("Compare contents") },
          ]
        : [],
      notes: facts.problem === undefined ? [] : [explain(facts.problem, l10n, facts.local)],
    }),
    part("dirty", t("Dirty data"), facts, dirty, {
      filter: {
        label: t("Phase"),
        options: [
          { value: "", label: t("Incremental synchronization") },
          { value: "FULL_TRANSFER", label: t("Full synchronization") },
        ],
      },
    }),
    part("log", t("Log"), facts, log, {
      filter: {
        label: t("Level"),
        options: [
          { value: "", label: t("All levels") },
          { value: "Info", label: t("Information") },
          { value: "Warn", label: t("Warnings") },
          { value: "Error", label: t("Errors") },
        ],
      },
    }),
  ];
}

interface PartOptions {
  readonly filter?: Omit<Filter, "value">;
  readonly buttons?: PartView["buttons"];
  readonly notes?: readonly string[];
  /** What is shown where the service does not tell. */
  readonly absent?: PartTable;
}

function part<P extends PartId>(
  id: P,
  heading: string,
  facts: PartFacts,
  tableOf: (value: PartValues[P], l10n: Localizer, query: Query) => PartTable,
  { filter, buttons = [], notes = [], absent }: PartOptions = {},
): PartView {
  const { l10n, local } = facts;
  const { t, time, number } = l10n;
  const reading: PartReading<PartValues[P]> = facts.readings[id] ?? {};
  const query = facts.query(id);
  const table =
    reading.value === undefined ? (reading.absent ? absent : undefined) : tableOf(reading.value, l10n, query);
  const failed = reading.problem === undefined ? undefined : explain(reading.problem, l10n, local);
  const state =
    table !== undefined
      ? table.rows.length === 0
        ? {
            kind: "none" as const,
            text: query.filter === "" || id === "compare" ? table.none : t("Nothing matches."),
          }
        : undefined
      : reading.absent
        ? { kind: "none" as const, text: t("This service does not tell this.") }
        : failed !== undefined
          ? { kind: "error" as const, text: failed }
          : { kind: "loading" as const, text: t("Reading…") };
  const stale =
    failed !== undefined && table !== undefined && reading.asOf !== undefined
      ? [t("As of {0}. {1}", time(reading.asOf), failed)]
      : [];
  return {
    id,
    heading,
    open: facts.isOpen(id),
    count: table === undefined || (reading.absent && table.count === 0) ? undefined : number(table.count),
    state,
    notes: [...notes, ...stale, ...(table?.notes ?? [])],
    columns: table?.columns ?? [],
    rows: table?.rows ?? [],
    filter: filter === undefined || reading.absent ? undefined : { ...filter, value: query.filter },
    pager: table && pagerOf(table, query, l10n),
    back: table?.back,
    buttons: reading.absent || table?.back !== undefined ? [] : buttons,
  };
}

function pagerOf({ count, rows }: PartTable, { offset }: Query, { t, number }: Localizer): Pager | undefined {
  const end = offset + rows.length;
  if (offset === 0 && end >= count) {
    return undefined;
  }
  return {
    text: t("{0} to {1} of {2}", number(offset + 1), number(end), number(count)),
    previous: offset === 0 ? undefined : Math.max(0, offset - pageSize),
    next: end >= count ? undefined : end,
    labels: { previous: t("Previous"), next: t("Next") },
  };
}

/** Operations that are no actions of the page. */
const operationNames: Readonly<Record<string, Bilingual>> = {
  CREATE: { en: "Creation", zh: "创建" },
  MODIFY_DB_CONFIG: { en: "Database connection set", zh: "设置数据库连接" },
  RESET_DB_PWD: { en: "Password changed", zh: "修改数据库密码" },
  CHOOSE_OBJECT: { en: "Objects selected", zh: "选择对象" },
  PRE_CHECK: { en: "Pre-check", zh: "预检查" },
  MODIFY_CONFIGURATION: { en: "Settings changed", zh: "修改配置" },
  CREATE_COMPARE: { en: "Comparison started", zh: "创建对比" },
  CANCEL_COMPARE: { en: "Comparison canceled", zh: "取消对比" },
  COPY_AGAIN: { en: "Copy tables again", zh: "重新复制表" },
};

/** What happened: a status in the service's term, an action by its name, anything else as the service calls it. */
function eventCell(name: string, l10n: Localizer): Cell {
  const action = actionOfCode(name);
  const status = parseStatus(name) ?? "unknown";
  const { name: known, alert } = rowOf(status);
  if (action !== undefined) {
    return { text: l10n.localize(actionRow(action).name) };
  }
  const operation = Object.hasOwn(operationNames, name) ? operationNames[name] : undefined;
  if (operation !== undefined) {
    return { text: l10n.localize(operation) };
  }
  if (/^LW\d+$/.test(name)) {
    return { text: l10n.t("Warning {0}", name), tone: "warning" };
  }
  return status === "unknown" || status === "otherFailed"
    ? { text: name, code: true }
    : { text: l10n.localize(known), tone: alert === "none" ? undefined : alert };
}

function timeline({ count, rows }: PartValues["timeline"], l10n: Localizer): PartTable {
  const { t } = l10n;
  return {
    columns: [t("Time"), t("What happened"), t("Outcome"), t("By")],
    count,
    rows: rows.map(({ name, status, operation_time, user_name }) => [
      timeCell(operation_time, l10n),
      eventCell(name ?? "", l10n),
      outcome(status, l10n),
      { text: user_name ?? "" },
    ]),
    none: t("Nothing has happened yet."),
  };
}

function outcome(status: string | null | undefined, { t }: Localizer): Cell {
  switch (status?.toLowerCase()) {
    case "success":
      return { text: t("Done"), tone: "ok" };
    case "failed":
      return { text: t("Failed"), tone: "error" };
    default:
      return { text: status ?? "" };
  }
}

function seenTimeline({ seen, l10n }: PartFacts): PartTable {
  const { t, time, localize } = l10n;
  return {
    columns: [t("Time"), t("What happened")],
    count: seen.length,
    rows: seen
      .toReversed()
      .map(({ at, status }) => [
        { text: time(at), time: new Date(at).toISOString() },
        { text: localize(rowOf(status).name) },
      ]),
    none: t("Nothing has happened yet."),
    notes: [t("This service keeps no timeline. These are the statuses that this page has seen.")],
  };
}

function tables({ count, rows }: PartValues["tables"], { t, percent }: Localizer): PartTable {
  return {
    columns: [t("Name in the source"), t("Name in the target"), t("Progress")],
    count,
    rows: rows.map(({ src_db, src_tb, dst_db, dst_tb, progress }) => [
      { text: [src_db, src_tb].filter(Boolean).join("."), code: true },
      { text: [dst_db, dst_tb].filter(Boolean).join("."), code: true },
      progress == null ? { text: t("Not known yet") } : { text: percent(progress), percent: progress },
    ]),
    none: t("The service lists no tables for this task yet."),
  };
}

function precheck({ passed, rows }: PartValues["precheck"], { t, localize }: Localizer): PartTable {
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
    // Whoever looks for a remedy elsewhere needs the service's own name.
    return name === undefined
      ? { text: item, code: true }
      : { text: localize(name), detail: result === "PASSED" ? undefined : item };
  };
  return {
    columns: [t("Item"), t("Result"), t("Reason")],
    count: rows.length,
    rows: rows
      .toSorted((a, b) => rank(a.result) - rank(b.result))
      .map(({ item, result, failed_reason, raw_error_msg }) => [
        itemCell(item ?? "", result),
        results[result ?? ""] ?? { text: result ?? "" },
        {
          text: failed_reason || raw_error_msg || "",
          detail: failed_reason ? raw_error_msg || undefined : undefined,
        },
      ]),
    none: t("No pre-check was made yet. One is made when the task is started."),
    notes:
      rows.length === 0 || passed === undefined
        ? []
        : [passed ? t("The task passed the pre-check.") : t("The task did not pass the pre-check.")],
  };
}

function dirty({ count, rows }: PartValues["dirty"], l10n: Localizer): PartTable {
  const { t } = l10n;
  return {
    columns: [t("Time"), t("Table"), t("Why the target refused the row"), t("Statement")],
    count,
    rows: rows.map(({ db_name, schema_name, table_name, error_sql, error_time, error_msg }) => [
      timeCell(error_time, l10n),
      { text: [db_name, schema_name, table_name].filter(Boolean).join("."), code: true },
      { text: error_msg ?? "", tone: "error" },
      { text: error_sql ?? "", code: true },
    ]),
    none: t("The target refused no row."),
    notes:
      rows.length === 0
        ? []
        : [t("Remove the cause at the target, such as a row with the same key, then resume the task.")],
  };
}

function log({ count, rows }: PartValues["log"], l10n: Localizer): PartTable {
  const { t } = l10n;
  const levels: Readonly<Record<string, Cell>> = {
    info: { text: t("Information") },
    warn: { text: t("Warning"), tone: "warning" },
    error: { text: t("Error"), tone: "error" },
  };
  return {
    columns: [t("Time"), t("Level"), t("Message")],
    count,
    rows: rows.map(({ level, message, create_time }) => [
      timeCell(create_time, l10n),
      levels[level?.toLowerCase() ?? ""] ?? { text: level ?? "" },
      { text: message ?? "" },
    ]),
    none: t("The log is empty."),
  };
}
