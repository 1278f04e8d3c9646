/** Follows an action that the service has accepted, and reports its outcome where the user does not see it. */
import { reasonText } from "../alerts/texts";
import type { TaskRef } from "../connections/connection";
import type { PlacedTask } from "../connections/session-manager";
import { diagnosisOf } from "../failures/diagnosis";
import { joined, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type ActionId, actionRow } from "../status/actions";
import { attemptText } from "../tasks/attempt-text";
import type { Attempt, Outcome } from "../tasks/attempts";
import { firstStep } from "../tasks/remedy-steps";
import type { Task } from "../tasks/task";
import { followOutcome } from "../tasks/use-cases/follow-outcome";
import type { CommandHost } from "./host";

type Parts = Pick<CommandHost, "attempts" | "sessions" | "view" | "l10n" | "log" | "lifetime">;

/** A followed attempt that has ended. */
interface Ended {
  readonly ref: TaskRef;
  readonly attempt: Attempt;
  /** As it is now, or was last. */
  readonly task: Task;
}

/** At most so many tasks are named. */
const named = 3;

/**
 * Follows an action on tasks that the service has accepted; the pages of the tasks show how far it is. Ends with the
 * window, and with the connection.
 *
 * @param targets the tasks as they were before.
 */
export async function followAttempts(
  action: ActionId,
  targets: readonly PlacedTask[],
  parts: Parts,
): Promise<void> {
  const ended = await Promise.all(targets.map(async (target) => await followed(action, target, parts)));
  const untold = ended.flatMap((one) => (one === undefined || isSeen(one, parts) ? [] : [one]));
  if (actionRow(action).goal === "running" && untold.length > 0) {
    await (untold.length === 1 && untold[0] !== undefined
      ? tellOne(untold[0], parts)
      : tellMany(untold, parts));
  }
}

async function followed(
  action: ActionId,
  target: PlacedTask,
  { attempts, sessions, log, lifetime }: Parts,
): Promise<Ended | undefined> {
  const { task, session } = target;
  const { id: connection } = target.state.connection;
  const ref = { connection, id: task.id };
  const controller = new AbortController();
  const watch = sessions.onDidChange(() => {
    if (sessions.find(connection)?.session !== session) {
      controller.abort();
    }
  });
  attempts.begin(ref, action, Date.now());
  const signal = AbortSignal.any([controller.signal, lifetime]);
  const outcome = await followOutcome(action, target, { signal })
    .catch((): Outcome => ({ kind: "open", at: Date.now() }))
    .finally(() => watch.dispose());
  const attempt = attempts.end(ref, outcome);
  log.info(
    `${action} of task ${task.name} (${task.id}): ${outcome.kind}${outcome.again === true ? " again" : ""}`,
  );
  const now = session.store.snapshot.tasks.get(task.id) ?? task;
  return attempt === undefined || signal.aborted ? undefined : { ref, attempt, task: now };
}

/** Whether the user sees the outcome: on the task's page, or in the tree, where a task that runs stands elsewhere. */
function isSeen({ ref, attempt }: Ended, { attempts, view }: Parts): boolean {
  const isShown = attempts.isSeen(ref) || (view.visible && attempt.outcome?.kind === "reached");
  return vscode.window.state.focused && isShown;
}

async function tellOne({ ref, attempt, task }: Ended, { l10n, sessions }: Parts): Promise<void> {
  const { t, localize } = l10n;
  const details = t("Show Details");
  const text = joined(" ", [t('Synchronization task "{0}":', task.name), attemptText(attempt, l10n)]);
  if (attempt.outcome?.kind !== "failed") {
    const show =
      attempt.outcome?.kind === "reached"
        ? vscode.window.showInformationMessage
        : vscode.window.showWarningMessage;
    if ((await show(text, details)) === details) {
      await vscode.commands.executeCommand("drs.openDetails", ref);
    }
    return;
  }
  const diagnosis = await diagnosisOf(task);
  const step = firstStep(task, diagnosis, sessions.find(ref.connection)?.readOnly !== undefined);
  const message = joined(" ", [text, diagnosis == null ? "" : reasonText(diagnosis, l10n)]);
  const label = step && localize(step.name);
  const answer = await vscode.window.showErrorMessage(
    message,
    ...(label === undefined ? [] : [label]),
    details,
  );
  if (answer !== undefined) {
    await vscode.commands.executeCommand(answer === label && step ? step.command : "drs.openDetails", ref);
  }
}

async function tellMany(ended: readonly Ended[], { l10n: { t, localize } }: Parts): Promise<void> {
  const failed = ended.filter(({ attempt }) => attempt.outcome?.kind === "failed");
  const [first] = ended;
  if (first === undefined || failed.length === 0) {
    return;
  }
  const names = failed.slice(0, named).map(({ task }) => shown(task.name));
  const listed = joined(", ", [...names, failed.length > named ? shown("…") : ""]);
  const problems = t("Show Problems");
  const message = t(
    "{0}: {1} of {2} tasks have failed since: {3}",
    localize(actionRow(first.attempt.action).name),
    failed.length,
    ended.length,
    listed,
  );
  if ((await vscode.window.showErrorMessage(message, problems)) === problems) {
    await vscode.commands.executeCommand("drs.showProblems");
  }
}
