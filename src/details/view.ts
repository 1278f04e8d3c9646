/** A task → what its details page shows. */

import { type Localizer, remainingText, type Translate } from "../l10n/localizer";
import { type Shown, shown } from "../l10n/shown";
import { actionRow, byHelpfulness } from "../status/actions";
import { isStreaming, rowOf } from "../status/statuses";
import { addressText } from "../tasks/address";
import { transitionIn } from "../tasks/allowed-actions";
import { attemptText } from "../tasks/attempt-text";
import { forecastsOf, forecastText, isDue } from "../tasks/forecast";
import { retainedLogText } from "../tasks/retained-log";
import { routeOf } from "../tasks/route";
import { errorText, meaningOf, statusName } from "../tasks/status-text";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { isReached } from "../tasks/use-cases/follow-outcome";
import { oftenText } from "../tasks/use-cases/status-since";
import type { DetailsFacts, Freshness, Reader } from "./facts";
import type {
  ActionButton,
  Bar,
  CopyableFact,
  Delay,
  EmptyView,
  Notice,
  NoticeRemedy,
  Problem,
  Progress,
  StreamView,
  TaskView,
} from "./page-view";
import type { Moment } from "./part-view";
import { copyAgainButton, problemOf } from "./problem";
import { objectTable, sectionsOf } from "./sections";

/** For so long the page says that an action has had its effect, in milliseconds. */
const newsMs = 2 * 60_000;

/** The page of a task. */
export function detailsOf(task: Task, facts: DetailsFacts): TaskView {
  const { l10n, listed } = facts;
  const { t } = l10n;
  const status = rowOf(task.status);
  const progress = progressOf(task, facts);
  const problem = problemOf(task, facts);
  return {
    kind: "task",
    language: l10n.language,
    name: shown(task.name === "" ? task.id : task.name),
    status: {
      name: statusName(task, l10n),
      since: facts.since && { ...momentOf(facts.since.at, l10n), often: oftenOf(task, facts) },
      meaning: meaningOf(task, l10n),
      icon: status.icon,
      color: listed ? status.color : "disabledForeground",
      alert: status.alert,
    },
    notices: [
      ...absenceNotices(facts),
      ...staleNotices(facts),
      ...readOnlyNotices(facts),
      ...transitionNotices(task, facts),
      ...attemptNotices(task, facts),
      ...forecastNotices(task, facts),
    ],
    route: routeOf(task, l10n),
    actionsLabel: t("Actions"),
    actions: listed ? buttonsOf(facts, problem) : [],
    running: facts.running,
    problem,
    stream: streamOf(task, l10n),
    progress,
    delay: progress === undefined ? delayOf(task, facts) : undefined,
    sections: sectionsOf(task, facts.connection, l10n),
    objects: { ...objectTable(task.objects ?? [], l10n), copyAgain: copyAgainButton(task, facts) },
  };
}

/** The page of a task of which nothing is known. */
export function emptyDetails(taskId: string, reader: Reader, place: DetailsFacts["place"]): EmptyView {
  const { l10n, freshness } = reader;
  return {
    kind: "empty",
    language: l10n.language,
    ...absence(taskId, freshness, l10n),
    notices: [...closedNotices(reader, place), ...staleNotices(reader)],
  };
}

/** The way out of not being connected, where the page does not say why; the page itself says that of any connection. */
function closedNotices(reader: Reader, place: DetailsFacts["place"]): readonly Notice[] {
  const { t } = reader.l10n;
  const { connected, hidden, problem } = reader.freshness;
  if (connected || problem !== undefined || (hidden === undefined && place !== "local")) {
    return [];
  }
  const text =
    hidden === undefined
      ? t("The local backend is not connected.")
      : t("The connection {0} is not shown.", hidden);
  return [{ level: "warning", text, remedy: remedyOf(reader) }];
}

/** The button that brings the data back. */
function remedyOf({ l10n: { t }, freshness: { wayBack } }: Reader): NoticeRemedy | undefined {
  switch (wayBack) {
    case undefined:
      return undefined;
    case "startBackend":
      return { does: wayBack, icon: "debug-start", label: t("Start the Local Backend") };
    case "showConnection":
      return { does: wayBack, icon: "eye", label: t("Show the Connection") };
    case "enterSecret":
      return { does: wayBack, icon: "key", label: t("Enter Again") };
  }
}

function absence(
  taskId: string,
  { connected, asOf, problem }: Freshness,
  { t }: Localizer,
): Pick<EmptyView, "heading" | "text" | "waiting"> {
  if (!connected) {
    return {
      heading: t("Not connected"),
      text: t("This page shows the task once the connection is restored."),
      waiting: false,
    };
  }
  if (asOf === undefined) {
    return problem === undefined
      ? { heading: t("Loading the task…"), text: shown(taskId), waiting: true }
      : { heading: t("The task could not be read"), text: shown(taskId), waiting: false };
  }
  return {
    heading: t("This task is not in the list"),
    text: t("The task {0} was deleted, or it belongs to another connection.", taskId),
    waiting: false,
  };
}

/** The text that a copy button stands for; undefined when the task has none. */
export function copyText(task: Task, what: CopyableFact): string | undefined {
  switch (what) {
    case "id":
      return task.id;
    case "parentId":
      return task.parentId;
    case "error":
      return errorText(task);
    case "source":
    case "target":
      return addressText(task[what] ?? {});
  }
}

function absenceNotices(facts: DetailsFacts): readonly Notice[] {
  const { connected, asOf, hidden, problem } = facts.freshness;
  const { t } = facts.l10n;
  if (facts.listed) {
    return [];
  }
  if (!connected) {
    const text =
      hidden === undefined
        ? t("Not connected. This page shows the last known state of the task.")
        : t("The connection {0} is not shown. This page shows the last known state of the task.", hidden);
    return [{ level: "warning", text, remedy: problem === undefined ? remedyOf(facts) : undefined }];
  }
  return asOf === undefined
    ? []
    : [
        {
          level: "info",
          text: t("This task is no longer in the list. This page shows its last known state."),
        },
      ];
}

function staleNotices(reader: Reader): readonly Notice[] {
  const { t, time } = reader.l10n;
  const { asOf, problem } = reader.freshness;
  if (problem === undefined) {
    return [];
  }
  const text =
    asOf === undefined
      ? t("The tasks could not be read.")
      : t("The last refresh failed. The data is as of {0}", time(asOf));
  const refresh = t("Refresh");
  return [{ level: "warning", text, detail: problem, since: asOf, refresh, remedy: remedyOf(reader) }];
}

function readOnlyNotices({ l10n: { t }, readOnly }: DetailsFacts): readonly Notice[] {
  return readOnly === undefined
    ? []
    : [
        {
          level: "info",
          text: t("Read-only: actions are disabled for this connection."),
          detail: readOnly,
          refresh: t("Refresh"),
        },
      ];
}

function transitionNotices(task: Task, { l10n: { t }, listed }: DetailsFacts): readonly Notice[] {
  const transition = listed ? transitionIn(task) : undefined;
  switch (transition) {
    case "pausing":
      return [{ level: "info", text: t("The task is being paused.") }];
    case "switchingOver":
      return [{ level: "info", text: t("The task is being switched over. Wait until that is done.") }];
    case undefined:
      return [];
  }
}

/**
 * What was asked for, until the next action, until something else became of the task, or until it has failed, which is
 * shown with the failure.
 */
function attemptNotices(task: Task, { l10n, attempt, listed }: DetailsFacts): readonly Notice[] {
  const { kind, at = 0 } = attempt?.outcome ?? {};
  if (attempt === undefined || !listed || kind === "failed") {
    return [];
  }
  if (kind === "reached" && (Math.abs(Date.now() - at) > newsMs || !isReached(attempt.action, task))) {
    return [];
  }
  return [{ level: "info", text: attemptText(attempt, l10n), busy: attempt.outcome === undefined }];
}

/** The events that the service will cause by itself, whenever that is. */
function forecastNotices(task: Task, { l10n, listed }: DetailsFacts): readonly Notice[] {
  const now = Date.now();
  return (listed ? forecastsOf(task, now) : []).map((forecast) => ({
    level: isDue(forecast, now) ? "warning" : "info",
    text: forecastText(forecast, l10n),
  }));
}

function buttonsOf({ actions, l10n }: DetailsFacts, problem: Problem | undefined): readonly ActionButton[] {
  const mayContinue = problem === undefined || problem.steps.length === 0;
  return actions.toSorted(byHelpfulness).map((action, index) => ({
    action,
    label: l10n.localize(actionRow(action).name),
    icon: actionRow(action).icon,
    // An action that stops a task is never the primary button, nor is one that comes after the steps of a remedy.
    primary: index === 0 && actionRow(action).continues && mayContinue,
  }));
}

function momentOf(at: number, { time }: Localizer): Moment {
  return { text: time(at), time: new Date(at).toISOString() };
}

/** How often a task has failed: a healthy one that was paused at times is of no interest. */
function oftenOf({ status }: Task, { since, l10n }: DetailsFacts): Shown | undefined {
  return since === undefined || rowOf(status).alert !== "error" ? undefined : oftenText(since, l10n);
}

function streamOf(task: Task, l10n: Localizer): StreamView | undefined {
  const { t } = l10n;
  const warnings = warningsOf(task);
  const { retainedLog } = task;
  if (warnings.length === 0 && retainedLog === undefined) {
    return undefined;
  }
  return {
    level: warnings.length > 0 ? "warning" : "info",
    heading: warnings.length > 0 ? t("Warnings") : t("Retained log"),
    warnings: warnings.map(({ code, message, since }) => ({
      ...{ code: shown(code), text: shown(message) },
      since: since === undefined ? undefined : momentOf(since, l10n),
    })),
    log:
      retainedLog === undefined
        ? undefined
        : {
            label: warnings.length > 0 ? t("Retained log") : undefined,
            text: retainedLogText(retainedLog, l10n),
          },
  };
}

/** The full synchronization while it matters: it runs, it failed, or something stopped the task within it. */
function progressOf(task: Task, { l10n }: DetailsFacts): Progress | undefined {
  const { t } = l10n;
  const { status, percent, remaining } = task;
  const { phase } = rowOf(status);
  const within = percent !== undefined && percent > 0 && percent < 100;
  if (phase !== "full" && (phase === "incremental" || !within)) {
    return undefined;
  }
  const bar = (label: Shown, value: number | undefined): Bar => ({
    label,
    percent: value,
    text: value === undefined ? t("Not known yet") : l10n.percent(value),
  });
  return {
    ...bar(t("Full synchronization"), percent),
    remaining: remaining === undefined ? undefined : t("Remaining: {0}", remainingText(remaining, l10n)),
    parts: (task.parts ?? []).map((part) => bar(partLabel(part.part, t), part.percent)),
  };
}

function partLabel(part: string, t: Translate): Shown {
  switch (part) {
    case "struct":
      return t("Structure");
    case "data":
      return t("Data");
    case "index":
      return t("Indexes");
    default:
      return shown(part);
  }
}

function delayOf(
  { status, delayMs }: Task,
  { l10n: { t, duration }, listed }: DetailsFacts,
): Delay | undefined {
  const live = listed && isStreaming(status);
  if (!live && (delayMs === undefined || rowOf(status).pace === "final")) {
    return undefined;
  }
  return {
    label: t("Delay"),
    value: delayMs === undefined ? t("Not known yet") : duration(delayMs),
    known: delayMs !== undefined,
    note: live
      ? t("How far the target database is behind the source database")
      : t("How far the target database was behind the source database when it was last measured"),
  };
}
