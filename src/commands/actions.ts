import * as vscode from "vscode";
import type { Session } from "../connections/session";
import { isDrsError } from "../drs/errors";
import { diagnosisOfFindings } from "../failures/diagnosis";
import { explain } from "../l10n/error-text";
import { escapeNotification, type Localizer } from "../l10n/localizer";
import { type ActionId, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { legalActions, perform, precheckBefore } from "../tasks/actions";
import { type PrecheckOutcome, precheck } from "../tasks/precheck";
import type { Task } from "../tasks/task";
import { confirmed } from "./confirm";
import { findingsText } from "./findings";

/** Tasks with an action under way: a second click on the same button does nothing. */
const busy = new Set<string>();

/** Where and for whom an action is done. */
export interface ActionContext {
  readonly session: Session;
  /** The name of the connection, where there are several. */
  readonly where: string | undefined;
  /** Told why, when the service lets this user only look. */
  readonly onReadOnly: (reason: string) => void;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
}

/** Does an action, unless one is under way for the task; see `act`. */
export async function runAction(...args: Parameters<typeof act>): Promise<void> {
  const [{ session }, , { id }] = args;
  const key = `${session.connection.id}/${id}`;
  if (busy.has(key)) {
    return;
  }
  busy.add(key);
  try {
    await act(...args);
  } finally {
    busy.delete(key);
  }
}

/**
 * Does an action as the user asked for it: checks that it is legal now, asks before what cannot be undone, acts once,
 * tells what went wrong, and has the task read again.
 *
 * @param startAt with `start`: milliseconds since 1970; absent: now.
 */
async function act(context: ActionContext, action: ActionId, known: Task, startAt?: number): Promise<void> {
  const { session, where, onReadOnly, l10n, log } = context;
  const { t } = l10n;
  let task = known;
  if (!legalActions(task).includes(action)) {
    // What is known may be older than what the user has seen elsewhere.
    await session.store.refresh();
    task = session.store.snapshot.tasks.get(task.id) ?? task;
  }
  if (!legalActions(task).includes(action)) {
    warnIllegal(action, task, l10n);
    return;
  }
  if (!(await confirmed(action, task, session.connection, where, l10n))) {
    return;
  }
  // The task may have moved on while the question was open.
  task = session.store.snapshot.tasks.get(task.id) ?? task;
  if (!legalActions(task).includes(action)) {
    warnIllegal(action, task, l10n);
    return;
  }
  const mode = precheckBefore(action, task);
  const title = escapeNotification(t('{0} task "{1}"', l10n.localize(actionRow(action).name), task.name));
  const location = mode !== undefined ? vscode.ProgressLocation.Notification : { viewId: "drs.tasks" };
  try {
    await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const { signal } = controller;
      if (mode !== undefined) {
        progress.report({ message: t("pre-check") });
        const report = (percent: number) =>
          progress.report({ message: `${t("pre-check")} ${l10n.percent(percent)}` });
        const outcome = await precheck(session.client, task, signal, report, mode);
        await throwUnlessPassed(outcome, task, l10n);
      }
      const [outcome] = await perform(session.client, action, [task], { startAt, signal });
      if (outcome?.error !== undefined) {
        throw outcome.error;
      }
      await session.store.refresh(task.id);
    });
    log.info(`${action} accepted for task ${task.name} (${task.id})`);
  } catch (error) {
    // Whatever became of the call, the task itself tells.
    void session.store.refresh(task.id);
    if (isAbort(error)) {
      return;
    }
    log.error(`${action} failed for task ${task.name} (${task.id})`, error);
    const showLog = t("Show Log");
    const why = explain(error, l10n, session.connection.kind === "local");
    if (isDrsError(error) && error.failure.kind === "permission") {
      onReadOnly(why);
    }
    const message = t(
      '{0} failed for task "{1}": {2}',
      l10n.localize(actionRow(action).name),
      task.name,
      why,
    );
    // The action is over; whether the user reads this, and when, is another matter.
    void vscode.window.showErrorMessage(escapeNotification(message), showLog).then((answer) => {
      if (answer === showLog) {
        log.show();
      }
    });
  }
}

function warnIllegal(action: ActionId, task: Task, l10n: Localizer): void {
  const message = l10n.t(
    '"{0}" is not possible for task "{1}" in status {2}.',
    l10n.localize(actionRow(action).name),
    task.name,
    l10n.localize(rowOf(task.status).name),
  );
  void vscode.window.showWarningMessage(escapeNotification(message));
}

/** @throws Error that names what did not pass, and the remedy of the first finding that is known. */
export async function throwUnlessPassed(
  { passed, findings }: PrecheckOutcome,
  { engine }: Task,
  l10n: Localizer,
): Promise<void> {
  if (!passed) {
    const failed = findings.filter(({ result }) => result === "FAILED");
    const told = findingsText(failed, await diagnosisOfFindings(failed, engine), l10n);
    throw new Error(l10n.t("the pre-check did not pass. {0}", told));
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
