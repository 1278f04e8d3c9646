/** A task → what its details page shows. */

import type { Diagnosis } from "../failures/known-case";
import { beginningOf, type Localizer, remainingText, type Translate } from "../l10n/localizer";
import { type Shown, shown, shownLines } from "../l10n/shown";
import { type ActionId, actionRow, byHelpfulness } from "../status/actions";
import { isStreaming, rowOf } from "../status/statuses";
import { mayCopyAgain, transitionIn } from "../tasks/actions";
import { addressText } from "../tasks/address";
import { forecastsOf, forecastText, isDue } from "../tasks/forecast";
import { keptLogText } from "../tasks/kept-log";
import { errorText, meaningOf, statusName, unfreezing } from "../tasks/problems";
import { lostTables, warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import type {
  ActionButton,
  Bar,
  CopyableFact,
  Delay,
  EmptyView,
  Explanation,
  Notice,
  Problem,
  Progress,
  StreamView,
  TaskView,
} from "./page-view";
import { copyButton, objectTable, routeOf, sectionsOf } from "./sections";

/** How fresh the store's data is. */
export interface Freshness {
  /** Whether there is a connection to read from. */
  readonly connected: boolean;
  /** When it was last read, milliseconds since 1970; undefined before the first time. */
  readonly asOf: number | undefined;
  /** Why the last reading failed, in the reader's language; undefined when it did not. */
  readonly problem: Shown | undefined;
}

/** The reader, and the state of the data. */
export interface Reader {
  readonly l10n: Localizer;
  readonly freshness: Freshness;
}

/** What a page says besides the task itself. */
export interface DetailsFacts extends Reader {
  /** The name of the task's connection; undefined while it is not shown. */
  readonly connection: string | undefined;
  /** Why nothing may be done with the connection's tasks; undefined when that is not known to be so. */
  readonly readOnly: Shown | undefined;
  /** The task is in the list as it was last read; otherwise `task` is the last that was known of it. */
  readonly listed: boolean;
  readonly place: "local" | "cloud";
  /** The legal actions. */
  readonly actions: readonly ActionId[];
  /** The action under way. */
  readonly running: ActionId | undefined;
  /** The known case behind the task's error; null: none matches; undefined: not looked up yet. */
  readonly diagnosis: Diagnosis | null | undefined;
}

/** The page of a task. */
export function detailsOf(task: Task, facts: DetailsFacts): TaskView {
  const { l10n, listed } = facts;
  const { t } = l10n;
  const status = rowOf(task.status);
  const progress = progressOf(task, facts);
  return {
    kind: "task",
    language: l10n.language,
    name: shown(task.name === "" ? task.id : task.name),
    status: {
      name: statusName(task, l10n),
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
      ...forecastNotices(task, facts),
    ],
    route: routeOf(task, l10n),
    actionsLabel: t("Actions"),
    actions: listed ? buttonsOf(facts) : [],
    running: facts.running,
    problem: problemOf(task, facts),
    stream: streamOf(task, l10n),
    progress,
    delay: progress === undefined ? delayOf(task, facts) : undefined,
    sections: sectionsOf(task, facts.connection, l10n),
    objects: { ...objectTable(task.objects ?? [], l10n), copyAgain: copyAgainLabel(task, facts) },
  };
}

/** The page of a task of which nothing is known. */
export function emptyDetails(taskId: string, reader: Reader): EmptyView {
  const { l10n, freshness } = reader;
  return {
    kind: "empty",
    language: l10n.language,
    ...absence(taskId, freshness, l10n),
    notices: staleNotices(reader),
  };
}

function absence(
  taskId: string,
  { connected, asOf, problem }: Freshness,
  { t }: Localizer,
): Pick<EmptyView, "heading" | "text" | "waiting"> {
  if (!connected) {
    return {
      heading: t("Not connected"),
      text: t("The page shows the task when the connection is restored."),
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

function absenceNotices({ l10n: { t }, freshness, listed }: DetailsFacts): readonly Notice[] {
  if (listed) {
    return [];
  }
  if (!freshness.connected) {
    return [
      { level: "warning", text: t("Not connected. This page shows the last known state of the task.") },
    ];
  }
  return freshness.asOf === undefined
    ? []
    : [
        {
          level: "info",
          text: t("This task is no longer in the list. This page shows its last known state."),
        },
      ];
}

function staleNotices({ l10n: { t, time }, freshness: { asOf, problem } }: Reader): readonly Notice[] {
  if (problem === undefined) {
    return [];
  }
  const text =
    asOf === undefined
      ? t("The tasks could not be read.")
      : t("The last refresh failed. The data is as of {0}", time(asOf));
  return [{ level: "warning", text, detail: problem, since: asOf, refresh: t("Refresh") }];
}

function readOnlyNotices({ l10n: { t }, readOnly }: DetailsFacts): readonly Notice[] {
  return readOnly === undefined
    ? []
    : [
        {
          level: "info",
          text: t("Read only: actions are disabled for this connection."),
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

/** What the service will do by itself, whenever that is. */
function forecastNotices(task: Task, { l10n, listed }: DetailsFacts): readonly Notice[] {
  const now = Date.now();
  return (listed ? forecastsOf(task, now) : []).map((forecast) => ({
    level: isDue(forecast, now) ? "warning" : "info",
    text: forecastText(forecast, l10n),
  }));
}

function buttonsOf({ actions, l10n }: DetailsFacts): readonly ActionButton[] {
  return actions.toSorted(byHelpfulness).map((action, index) => ({
    action,
    label: l10n.localize(actionRow(action).name),
    icon: actionRow(action).icon,
    // What stops a task is never what its page wants to be pressed.
    primary: index === 0 && actionRow(action).continues,
  }));
}

/** So much of an error is drawn at once; a service may send hundreds of kilobytes. */
const longestMessage = 4_000;

function problemOf(task: Task, facts: DetailsFacts): Problem | undefined {
  const { t } = facts.l10n;
  const { alert } = rowOf(task.status);
  const code = task.error?.code && shown(task.error.code);
  // Its copy button has all of it.
  const message = task.error?.message && shownLines(beginningOf(task.error.message, longestMessage));
  const copy = task.error === undefined ? undefined : copyButton("error", t("Error"), t);
  const explanation = task.error && explanationOf(facts);
  if (alert !== "error") {
    const heading = t("Last reported error");
    return task.error && { level: "warning", heading, code, message, explanation, copy };
  }
  if (task.status === "frozen") {
    const error = errorText(task);
    return {
      level: "error",
      heading: t("The task is frozen"),
      // An error that the task may have, too, is not why it is frozen.
      message: error ? t("It also reports an error: {0}", error) : undefined,
      advice: facts.listed && facts.readOnly === undefined ? adviceOf(task, facts) : undefined,
      copy,
    };
  }
  return {
    level: "error",
    heading: t("What went wrong"),
    code,
    message: task.error === undefined ? t("The service gave no reason.") : message,
    explanation,
    advice: facts.listed && facts.readOnly === undefined ? adviceOf(task, facts) : undefined,
    copy,
    copyAgain: lostTables(task).length > 0 ? copyAgainLabel(task, facts) : undefined,
  };
}

function copyAgainLabel(
  task: Task,
  { listed, readOnly, place, l10n: { t } }: DetailsFacts,
): Shown | undefined {
  return listed && readOnly === undefined && mayCopyAgain(task, place) ? t("Copy Tables Again…") : undefined;
}

function streamOf(task: Task, l10n: Localizer): StreamView | undefined {
  const { t, time } = l10n;
  const warnings = warningsOf(task);
  const { keptLog } = task;
  if (warnings.length === 0 && keptLog === undefined) {
    return undefined;
  }
  return {
    level: warnings.length > 0 ? "warning" : "info",
    heading: warnings.length > 0 ? t("Warnings") : t("Retained log"),
    warnings: warnings.map(({ code, message, since }) => ({
      ...{ code: shown(code), text: shown(message) },
      since: since === undefined ? undefined : { text: time(since), time: new Date(since).toISOString() },
    })),
    log:
      keptLog === undefined
        ? undefined
        : {
            label: warnings.length > 0 ? t("Retained log") : undefined,
            text: keptLogText(keptLog, l10n),
          },
  };
}

function explanationOf({ diagnosis, l10n: { t, localize } }: DetailsFacts): Explanation | undefined {
  if (diagnosis === undefined) {
    return undefined;
  }
  if (diagnosis === null) {
    return {
      facts: [
        { text: t("No known case matches this error. Copy its text to search for it or to ask for help.") },
      ],
    };
  }
  const { cause, remedy, sure, url } = diagnosis;
  return {
    facts: [
      { label: sure ? t("Cause") : t("Likely cause"), text: localize(cause) },
      { label: t("What to do"), text: localize(remedy) },
    ],
    link: { label: t("More about this case"), href: url },
  };
}

function adviceOf(task: Task, facts: DetailsFacts): Shown | undefined {
  const { l10n, actions, diagnosis } = facts;
  const { t } = l10n;
  const { status } = task;
  if (lostTables(task).length > 0 && copyAgainLabel(task, facts) !== undefined) {
    return t("Copy the tables again, because they lack rows. This also resumes the task.");
  }
  if (status === "frozen") {
    return unfreezing(task, l10n);
  }
  if (rowOf(status).endsByForce && actions.includes("end")) {
    return t("End the task again to release its resources.");
  }
  if (diagnosis?.resumable === false && actions.includes("end")) {
    return t("This task cannot continue. End it, and create a new one if its data is still needed.");
  }
  switch (actions.toSorted(byHelpfulness)[0]) {
    case "resume":
      return t("Remove the cause, then resume the task.");
    case "start":
      return t("Remove the cause, then start the task again.");
    case "reset":
      return t("Remove the cause, then reset the task: it starts over.");
    case "pause":
    case "end":
      return t("This task cannot be resumed. End it, and create a new one if its data is still needed.");
    case "delete":
      return t("Remove the cause, then create the task again. This one can be deleted.");
    case undefined:
      return t("No action is possible in this status.");
  }
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
