/** What is wrong with a task, as its details page says it: error, cause, remedy and what to press. */
import { type StepId, stepRow } from "../failures/steps";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown, shownLines } from "../l10n/shown";
import { actionRow, byHelpfulness } from "../status/actions";
import { rowOf } from "../status/statuses";
import { mayChangePassword, mayCopyAgain } from "../tasks/allowed-actions";
import { attemptText } from "../tasks/attempt-text";
import { isOfDemo } from "../tasks/demo";
import { errorName } from "../tasks/error-name";
import { nextAction, permittedSteps, remedySteps } from "../tasks/remedy-steps";
import { errorText, unfreezing } from "../tasks/status-text";
import { lostTables } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import type { DetailsFacts } from "./facts";
import type { ActionButton, Explanation, Problem, StepButton } from "./page-view";
import { copyButton } from "./sections";
import { unreadyProblem, unreadySteps } from "./unready";

/** So much of an error is drawn at once; a service may send hundreds of kilobytes. */
const longestMessage = 4_000;

/** What is wrong with a task, and what can be done; undefined when nothing is. */
export function problemOf(task: Task, facts: DetailsFacts): Problem | undefined {
  const { t } = facts.l10n;
  const { alert, phase } = rowOf(task.status);
  if (facts.unready !== undefined) {
    const steps = unreadySteps(facts.unready, task, facts.place);
    return {
      ...unreadyProblem(facts.unready, facts.place, facts.l10n),
      attempt: lastText(facts),
      steps: stepButtons(steps, facts),
      resume: resumeOf(task, facts),
    };
  }
  const name = errorName(task.error?.code, facts.l10n);
  const number = task.error?.code && shown(task.error.code);
  const code = name === number ? number : joined(" · ", [name, number]);
  // Its copy button has all of it.
  const message = task.error?.message && shownLines(beginningOf(task.error.message, longestMessage));
  const copy = task.error === undefined ? undefined : copyButton("error", t("Error"), t);
  const explanation = task.error && explanationOf(facts);
  if (alert !== "error") {
    const heading = t("Last reported error");
    // A task that is being started has no phase: a case of another one may fit its error better.
    const known = alert === "none" && phase === undefined ? undefined : explanation;
    return task.error && { level: "warning", heading, code, message, explanation: known, copy, steps: [] };
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
      steps: stepsOf(task, facts),
    };
  }
  return {
    level: "error",
    heading: t("What went wrong"),
    code,
    message: task.error === undefined ? t("The service gave no reason.") : message,
    explanation,
    advice: facts.listed && facts.readOnly === undefined ? adviceOf(task, facts) : undefined,
    attempt: lastText(facts),
    copy,
    steps: stepsOf(task, facts),
    resume: resumeOf(task, facts),
  };
}

/** The result of the last step, or the outcome of the last action. */
function lastText({ taken, attempt, l10n }: DetailsFacts): Shown | undefined {
  if (taken !== undefined) {
    return joined(" ", [shown(l10n.clockTime(taken.at)), taken.text]);
  }
  return attempt?.outcome?.kind === "failed" ? attemptText(attempt, l10n) : undefined;
}

/** The steps of the remedy that can be taken now. */
function stepsOf(task: Task, facts: DetailsFacts): readonly StepButton[] {
  return stepButtons(remedySteps(task, facts.diagnosis, facts.readOnly !== undefined), facts);
}

function stepButtons(
  steps: readonly StepId[],
  { l10n, listed, readOnly, freshness }: DetailsFacts,
): readonly StepButton[] {
  if (!listed || !freshness.connected) {
    return [];
  }
  return permittedSteps(steps, readOnly !== undefined).map((step) => stepButton(step, l10n));
}

/** The action that lets the task run again when the cause is removed: the last step, and the next once another was taken. */
function resumeOf(
  task: Task,
  { actions, diagnosis, taken, l10n, listed }: DetailsFacts,
): ActionButton | undefined {
  const next = nextAction(task, diagnosis, actions);
  if (next === undefined || !listed) {
    return undefined;
  }
  const { name, icon } = actionRow(next);
  return { action: next, label: l10n.localize(name), icon, primary: taken !== undefined };
}

function stepButton(step: StepId, { localize }: Localizer): StepButton {
  const { name, icon, by } = stepRow(step);
  return { step, label: localize(name), icon, part: "part" in by ? by.part : undefined };
}

/** The button that copies tables again; undefined where that cannot be. */
export function copyAgainButton(task: Task, facts: DetailsFacts): StepButton | undefined {
  return canCopyAgain(task, facts) ? stepButton("copyTables", facts.l10n) : undefined;
}

function canCopyAgain(task: Task, { listed, readOnly, place }: DetailsFacts): boolean {
  return listed && readOnly === undefined && mayCopyAgain(task, place);
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
  if (diagnosis?.advice !== undefined) {
    return l10n.localize(diagnosis.advice);
  }
  if (lostTables(task).length > 0 && canCopyAgain(task, facts)) {
    return t("Copy the tables again, because they lack rows. This also resumes the task.");
  }
  if (status === "frozen") {
    return unfreezing(task, l10n);
  }
  if (rowOf(status).endsByForce && actions.includes("end")) {
    return t("End the task again to release its resources.");
  }
  if (diagnosis?.resumable === false && actions.includes("reset")) {
    return t("Remove the cause, then reset the task: it starts over.");
  }
  if (diagnosis?.resumable === false && actions.includes("end")) {
    return t("This task cannot continue. End it, and create a new one if its data is still needed.");
  }
  if (task.error?.code === "28P01" && isOfDemo(task) && mayChangePassword(task)) {
    return t("Change Database Password… offers the password that the demo gave this user.");
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
