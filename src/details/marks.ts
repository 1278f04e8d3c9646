/** Events of a task as marks in its charts: statuses, warnings, and actions of users. */
import { serviceTime } from "../drs/service-time";
import type { Localizer } from "../l10n/localizer";
import { actionOfCode, actionRow } from "../status/actions";
import { parseStatus } from "../status/status";
import { rowOf } from "../status/statuses";
import { recoveryRatio, type Thresholds } from "../tasks/attention";
import type { ChartMark } from "./part-view";
import type { SeenStatus } from "./parts/part";
import { isWarning, type TimelineRow } from "./parts/timeline";

/** The oldest first. @param seen statuses that this window has seen: used where the service keeps no timeline. */
export function marksOf(
  rows: readonly TimelineRow[] | undefined,
  seen: readonly SeenStatus[],
  l10n: Localizer,
): readonly ChartMark[] {
  const marks =
    rows === undefined || rows.length === 0
      ? seen.map(({ at, status }) => statusMark(at, status, l10n))
      : rows.flatMap(({ name, operation_time }) => markOf(name ?? "", serviceTime(operation_time), l10n));
  return marks.toSorted((a, b) => a.at - b.at);
}

function markOf(name: string, at: number | undefined, l10n: Localizer): readonly ChartMark[] {
  if (at === undefined) {
    return [];
  }
  const action = actionOfCode(name);
  if (action !== undefined) {
    return [{ at, label: l10n.localize(actionRow(action).name), tone: "plain" }];
  }
  if (isWarning(name)) {
    return [{ at, label: l10n.t("Warning {0}", name), tone: "warning" }];
  }
  const status = parseStatus(name);
  return status === undefined || rowOf(status).api.length === 0 ? [] : [statusMark(at, status, l10n)];
}

function statusMark(at: number, status: SeenStatus["status"], { localize }: Localizer): ChartMark {
  const { name, alert } = rowOf(status);
  return { at, label: localize(name), tone: alert === "none" ? "plain" : alert };
}

/** When the delay went above what the user wants, and when the task had caught up. @param delays the oldest first. */
export function delayMarks(
  delays: readonly { readonly at: number; readonly delay: number | null }[],
  { delayMs: most }: Thresholds,
  { t, duration }: Localizer,
): readonly ChartMark[] {
  const marks: ChartMark[] = [];
  let isBehind = false;
  for (const { at, delay } of delays) {
    if (delay === null || most === undefined) {
      continue;
    }
    if (!isBehind && delay > most) {
      isBehind = true;
      marks.push({ at, label: t("Delay above {0}", duration(most)), tone: "warning" });
    } else if (isBehind && delay <= recoveryRatio * most) {
      isBehind = false;
      marks.push({ at, label: t("Caught up"), tone: "plain" });
    }
  }
  return marks;
}
