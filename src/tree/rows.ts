/** The texts of the tree's rows. */

import { beginningOf, coarseDelay, coarseRemaining, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { freezeRow } from "../status/freezes";
import { rowOf } from "../status/statuses";
import { transitionIn } from "../tasks/allowed-actions";
import { countsText, isDelayed, noThresholds } from "../tasks/attention";
import { engineName } from "../tasks/engine-name";
import { errorName } from "../tasks/error-name";
import { dueForecasts, forecastMark, forecastsOf, hasDueForecast } from "../tasks/forecast";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { type Group, ownAttention } from "./layout";

/**
 * The grey text behind a task's name: what matters in its status, and its engine.
 *
 * @param withEngine whether engines differ: what all tasks have in common only takes room.
 */
export function descriptionOf(
  task: Task,
  l10n: Localizer,
  thresholds = noThresholds,
  withEngine = true,
): Shown {
  const isLate = isDelayed(task, thresholds);
  const detail = isLate ? undefined : statusDetail(task, l10n);
  // Why a task stands still comes before what that leads to.
  const first = rowOf(task.status).alert === "none" ? [] : [detail];
  const parts = [
    ...first,
    isLate ? l10n.t("⚠ behind {0}", coarseDelay(task.delayMs ?? 0, l10n)) : undefined,
    warningMark(task, l10n),
    forecastMarks(task, l10n),
    transitionText(task, l10n),
    ...(first.length > 0 ? [] : [detail]),
    withEngine ? engineName(task.engine) : undefined,
  ];
  return joined(
    " · ",
    parts.map((part) => part && shown(beginningOf(part, 100))),
  );
}

/** The label of a task's row for a screen reader: name, status, and the row's other text. @param description of the row. */
export function labelOf(task: Task, l10n: Localizer, description: Shown): Shown {
  return joined(", ", [shown(task.name), l10n.localize(rowOf(task.status).name), description]);
}

/** First, because a narrow view cuts the end off. */
function warningMark(task: Task, { t }: Localizer): Shown | undefined {
  const length = task.warnings === undefined ? 0 : warningsOf(task).length;
  return length === 0 ? undefined : length === 1 ? t("⚠ 1 warning") : t("⚠ {0} warnings", length);
}

/** The events that the service will soon cause by itself. */
function forecastMarks(task: Task, l10n: Localizer): Shown {
  const now = Date.now();
  if (!hasDueForecast(task, now)) {
    return "";
  }
  // A task that could not be created shows it first.
  const due = dueForecasts(task, now).filter(({ id }) => id !== "leavesList");
  return joined(
    " · ",
    due.map((forecast) => shown(`⚠ ${forecastMark(forecast, now, l10n)}`)),
  );
}

function transitionText(task: Task, { t }: Localizer): Shown | undefined {
  switch (transitionIn(task)) {
    case "pausing":
      return t("being paused");
    case "switchingOver":
      return t("being switched over");
    case undefined:
      return undefined;
  }
}

function statusDetail(task: Task, l10n: Localizer): Shown | undefined {
  switch (rowOf(task.status).detail) {
    case "apiStatus":
      return shown(task.apiStatus);
    case "progress":
      return fullDetail(task, l10n);
    case "delay":
      return task.delayMs === undefined ? undefined : l10n.t("delay {0}", coarseDelay(task.delayMs, l10n));
    case "startTime":
      return task.scheduledAt === undefined
        ? undefined
        : l10n.t("starts {0}", l10n.nearTime(task.scheduledAt, Date.now()));
    case "daysLeft":
      return joined(" · ", [errorName(task.error?.code, l10n), daysLeft(task, l10n)]);
    case "error":
      return errorName(task.error?.code, l10n);
    case "freeze":
      return l10n.localize(freezeRow(task.freeze?.id ?? "arrears").name);
  }
}

function fullDetail({ percent, remaining }: Task, l10n: Localizer): Shown | undefined {
  if (percent === undefined) {
    return undefined;
  }
  const left = percent >= 100 || remaining === undefined ? undefined : coarseRemaining(remaining, l10n);
  return joined(" · ", [l10n.percent(Math.floor(percent)), left]);
}

/** A task that could not be created stays listed for three days. */
function daysLeft(task: Task, l10n: Localizer): Shown | undefined {
  const now = Date.now();
  const leaving = forecastsOf(task, now).find(({ id }) => id === "leavesList");
  return leaving && forecastMark(leaving, now, l10n);
}

/** The grey text behind a group's name: how many tasks, how many of them need a look besides their status, how many are muted. */
export function groupDescription(group: Group, l10n: Localizer): Shown {
  const { rows, attention, muted } = group;
  const own = ownAttention(group);
  return joined(" · ", [
    l10n.number(rows.length),
    countsText(new Map([...attention].filter(([id]) => id !== own)), l10n),
    muted === 0 ? "" : l10n.t("{0} muted", l10n.number(muted)),
  ]);
}
