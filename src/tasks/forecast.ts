/** The events that the service will cause by itself, and when. */

import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import { rowOf } from "../status/statuses";
import type { Task } from "./task";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** For so long the cloud keeps the resources of a task that is not started, and a task that could not be created. */
const keptMs = 3 * dayMs;
/** After so many days the cloud ends a failed task, unless it was created with another number (`expired_days`, 14 to 100). */
const usualExpiry = 14;

interface ForecastRow {
  /** How long ahead it is reported, in milliseconds. */
  readonly leadMs: number;
  /** When it will happen, milliseconds since 1970; undefined: not at all, or not known. */
  at(task: Task): number | undefined;
  /** A few words for a row of the list. @param left how long until then, in words. */
  row(left: string, l10n: Localizer): Shown;
  /** The event, its time, and what to do before it. */
  text(at: string, l10n: Localizer): Shown;
  /** Whether an alert is due, too; the backend's warnings alert for the rest. */
  readonly alerts: boolean;
}

/** The backend's warnings about the log that a source keeps: near its limit, filling the disk, without a limit. */
const logWarnings: readonly string[] = ["LW015", "LW016", "LW017"];

/**
 * Whether the backend warns of the log. Its estimates of times alone are of the last seconds: a burst of changes of a
 * healthy task would look like a loss.
 */
function isLogWarned({ warnings = [] }: Task): boolean {
  return warnings.some(({ code }) => logWarnings.includes(code));
}

const table = {
  orderEnds: {
    leadMs: 7 * dayMs,
    alerts: true,
    at: ({ order, status }) =>
      order?.renews === false && rowOf(status).holdsInstance && status !== "frozen"
        ? order.endsAt
        : undefined,
    row: (left, { t }) => t("order ends in {0}", left),
    text: (at, { t }) =>
      t(
        "The order of the task ends at {0} and does not renew. The task is frozen then. Renew the order or enable its automatic renewal before that.",
        at,
      ),
  },
  endsItself: {
    leadMs: 7 * dayMs,
    alerts: true,
    // The time of the last update is the nearest to that of the failure that the API gives.
    at: ({ cloud, status, updatedAt, expiredDays = usualExpiry }) =>
      cloud === true &&
      updatedAt !== undefined &&
      status !== "frozen" &&
      rowOf(status).alert === "error" &&
      rowOf(status).holdsInstance
        ? updatedAt + expiredDays * dayMs
        : undefined,
    row: (left, { t }) => t("ends by itself in {0}", left),
    text: (at, { t }) =>
      t(
        "The service ends this failed task by itself at about {0}, and bills it until then. Remove the cause and resume the task before that, or end it to stop the billing.",
        at,
      ),
  },
  resourcesGo: {
    leadMs: dayMs,
    alerts: true,
    at: ({ cloud, status, createdAt }) =>
      cloud === true && rowOf(status).configurable && createdAt !== undefined
        ? createdAt + keptMs
        : undefined,
    row: (left, { t }) => t("resources released in {0}", left),
    text: (at, { t }) =>
      t(
        "The service releases the resources of this task at about {0}, three days after it was created. Complete its configuration and start it before that.",
        at,
      ),
  },
  leavesList: {
    leadMs: dayMs,
    alerts: true,
    at: ({ status, createdAt }) =>
      rowOf(status).detail === "daysLeft" && createdAt !== undefined ? createdAt + keptMs : undefined,
    row: (left, { t }) => t("deleted in {0}", left),
    text: (at, { t }) =>
      t(
        "The task could not be created and leaves the list at {0}. Note its error and create it again before that.",
        at,
      ),
  },
  logLost: {
    leadMs: Number.POSITIVE_INFINITY,
    alerts: false,
    at: (task) => (isLogWarned(task) ? task.retainedLog?.lostAt : undefined),
    row: (left, { t }) => t("log lost in {0}", left),
    text: (at, { t }) =>
      t(
        "The replication slot at the source keeps the log that this task needs until about {0}. After that the task cannot continue and must copy all tables again. Resume the task before that.",
        at,
      ),
  },
  diskFull: {
    leadMs: Number.POSITIVE_INFINITY,
    alerts: false,
    at: (task) => (isLogWarned(task) ? task.retainedLog?.diskFullAt : undefined),
    row: (left, { t }) => t("source disk full in {0}", left),
    text: (at, { t }) =>
      t(
        "The log that the source retains for this task fills its disk at about {0}. Resume or end the task before that.",
        at,
      ),
  },
} as const satisfies Record<string, ForecastRow>;

export type ForecastId = keyof typeof table;

const rows: Readonly<Record<ForecastId, ForecastRow>> = table;
const ids = Object.keys(table) as readonly ForecastId[];
/** For what is asked of every task. */
const kinds = ids.map((id) => ({ row: rows[id], leadMs: rows[id].leadMs }));

/** Something that a service will do. */
export interface Forecast {
  readonly id: ForecastId;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The events ahead of a task, whenever they are. @param now milliseconds since 1970. */
export function forecastsOf(task: Task, now: number): readonly Forecast[] {
  return ids.flatMap((id) => {
    const at = rows[id].at(task);
    return at === undefined || at <= now ? [] : [{ id, at }];
  });
}

/** Whether it is close enough to be reported. */
export function isDue({ id, at }: Forecast, now: number): boolean {
  return at - rows[id].leadMs <= now;
}

/** Whether something of a task is due; asked of every task, so it makes no list. */
export function hasDueForecast(task: Task, now: number): boolean {
  for (const { row, leadMs } of kinds) {
    const at = row.at(task) ?? Number.NaN;
    if (at > now && at - leadMs <= now) {
      return true;
    }
  }
  return false;
}

/** When something of a task falls due or is past, milliseconds since 1970; infinite: never. */
export function nextTurn(task: Task, now: number): number {
  let turn = Number.POSITIVE_INFINITY;
  for (const { row, leadMs } of kinds) {
    const at = row.at(task) ?? Number.NaN;
    if (at > now) {
      const due = at - leadMs;
      turn = Math.min(turn, due > now ? due : at);
    }
  }
  return turn;
}

/** The events of a task that are due. */
export function dueForecasts(task: Task, now: number): readonly Forecast[] {
  return forecastsOf(task, now).filter((forecast) => isDue(forecast, now));
}

/** Those of the due ones that nothing else alerts for. */
export function alertingForecasts(task: Task, now: number): readonly Forecast[] {
  return dueForecasts(task, now).filter(({ id }) => rows[id].alerts);
}

/** When the next forecast of a task falls due, milliseconds since 1970; undefined: none will. */
export function nextDue(task: Task, now: number): number | undefined {
  let next: number | undefined;
  for (const { row, leadMs } of kinds) {
    const due = (row.at(task) ?? Number.NaN) - leadMs;
    if (due > now) {
      next = Math.min(next ?? due, due);
    }
  }
  return next;
}

/** A few words for a row of the list; the time left is coarse, so that the row stays still. */
export function forecastMark({ id, at }: Forecast, now: number, l10n: Localizer): Shown {
  const unit = at - now > 2 * hourMs ? hourMs : hourMs / 60;
  return rows[id].row(l10n.duration(Math.ceil((at - now) / unit) * unit), l10n);
}

/** The event, its time, and what to do before it. */
export function forecastText({ id, at }: Forecast, l10n: Localizer): Shown {
  return rows[id].text(l10n.shortTime(at), l10n);
}
