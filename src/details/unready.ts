/** Why a task that is only configured cannot be started, by what its page has read. */
import type { StepId } from "../failures/steps";
import type { Localizer } from "../l10n/localizer";
import { shown } from "../l10n/shown";
import { rowOf } from "../status/statuses";
import { mayChangePassword, mayPrecheck } from "../tasks/allowed-actions";
import type { Task } from "../tasks/task";
import type { Fact, Problem } from "./page-view";
import type { Readings } from "./part-reader";
import { cellText } from "./parts/part";
import type { PrecheckRow } from "./parts/precheck";
import { precheckItemName } from "./parts/precheck-items";
import { isFailed } from "./parts/timeline";

/** What did not pass last: items of the pre-check, or the test of a database connection. */
export type Unready =
  | { readonly kind: "precheck"; readonly failed: readonly PrecheckRow[] }
  | { readonly kind: "connection"; readonly reason: string | undefined };

/** At most this many items are in the box; the part of the page has all. */
const mostItems = 3;

/** What keeps a task from being started; undefined: nothing does, or it was not read. */
export function unreadyIn({ status }: Pick<Task, "status">, readings: Readings): Unready | undefined {
  if (!rowOf(status).configurable) {
    return undefined;
  }
  const { rows = [], reasons = [] } = readings.timeline?.value ?? {};
  const last = rows.findIndex(({ name }) => name === "MODIFY_DB_CONFIG" || name === "PRE_CHECK");
  const row = rows[last];
  if (row?.name === "MODIFY_DB_CONFIG" && isFailed(row)) {
    return { kind: "connection", reason: reasons[last] };
  }
  const { passed, rows: items = [] } = readings.precheck?.value ?? {};
  const failed = items.filter(({ result }) => result === "FAILED");
  return passed === false && failed.length > 0 ? { kind: "precheck", failed } : undefined;
}

/** The box that says so, without its buttons. */
export function unreadyProblem(
  unready: Unready,
  place: "local" | "cloud",
  { t, localize, number }: Localizer,
): Pick<Problem, "level" | "heading" | "message" | "explanation" | "advice"> {
  if (unready.kind === "connection") {
    return {
      level: "error",
      heading: t("The last test of a database connection failed"),
      message: unready.reason === undefined ? t("The service gave no reason.") : cellText(unready.reason),
      advice: t("Correct the connection in the task file, and configure the task with it again."),
    };
  }
  const factOf = ({ item, failed_reason, raw_error_msg }: PrecheckRow): Fact => {
    const known = precheckItemName(item ?? "");
    const name = known === undefined ? shown(item ?? "") : localize(known);
    const reason = failed_reason || raw_error_msg;
    // The local backend's reasons are sentences, beside which a name that says what should be so is confusing.
    return {
      label: reason && place === "local" ? undefined : name,
      text: reason ? cellText(reason) : t("Failed"),
    };
  };
  const more = unready.failed.length - mostItems;
  return {
    level: "error",
    heading: t("The last pre-check did not pass"),
    explanation: {
      facts: [
        ...unready.failed.slice(0, mostItems).map(factOf),
        ...(more > 0 ? [{ text: t("… and {0} more below", number(more)) }] : []),
      ],
    },
    advice: t("Resolve what did not pass, then start the task. The start runs the pre-check again."),
  };
}

/** The steps that help, in their order. */
export function unreadySteps(unready: Unready, task: Task, place: "local" | "cloud"): readonly StepId[] {
  const check: readonly StepId[] = mayPrecheck(task) ? ["precheck"] : [];
  if (unready.kind === "connection") {
    return ["openFile", ...check];
  }
  const isLogin = unready.failed.some(({ item }) => /connection$/i.test(item ?? ""));
  return [
    ...(place === "local" && unready.failed.some(({ remedy_sql }) => remedy_sql)
      ? (["runSql"] as const)
      : []),
    ...(isLogin && mayChangePassword(task) ? (["changePassword"] as const) : []),
    ...check,
  ];
}
