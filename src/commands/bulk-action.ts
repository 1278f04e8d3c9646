/** An action on several tasks at once. */
import * as vscode from "vscode";
import type { Session } from "../connections/session";
import { explain } from "../l10n/error-text";
import { escapeNotification, type Localizer } from "../l10n/localizer";
import { type ActionId, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { legalActions, perform, precheckBefore } from "../tasks/actions";
import { precheck } from "../tasks/precheck";
import { throwUnlessPassed } from "./actions";
import { confirmedByTyping, consequenceOf, stopsProduction } from "./confirm";
import type { FoundTask } from "./task-picker";

/** So many names are told one by one. */
const told = 10;

interface Failed {
  readonly found: FoundTask;
  readonly error: unknown;
}

/**
 * Does an action on every task that allows it: says before which ones do not, asks once, tells what became of each,
 * and offers to try the failed ones again, or to take the action back where the service can.
 */
export async function runMany(
  action: ActionId,
  all: readonly FoundTask[],
  l10n: Localizer,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const able = all.filter((found) => isPossible(action, found));
  if (!(await confirmed(action, all, able, l10n))) {
    return;
  }
  // Some may have moved on while the question was open.
  const now = able.flatMap((found) => latest(found) ?? []).filter((found) => isPossible(action, found));
  const { t } = l10n;
  const title = t("{0}: {1} tasks", l10n.localize(actionRow(action).name), now.length);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const failed = await vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return await performAll(action, now, l10n, controller.signal, (found) =>
      progress.report({ message: found.task.name, increment: 100 / now.length }),
    );
  });
  for (const { found, error } of failed) {
    log.error(`${action} failed for task ${found.task.name} (${found.task.id})`, error);
  }
  await tell(action, now, failed, l10n, log);
}

function isPossible(action: ActionId, { task, state }: FoundTask): boolean {
  return state.readOnly === undefined && legalActions(task).includes(action);
}

function latest({ state, task }: FoundTask): FoundTask | undefined {
  const now = state.session?.store.snapshot.tasks.get(task.id);
  return now && { state, task: now };
}

async function confirmed(
  action: ActionId,
  all: readonly FoundTask[],
  able: readonly FoundTask[],
  l10n: Localizer,
): Promise<boolean> {
  const { t, localize } = l10n;
  const name = l10n.localize(actionRow(action).name);
  const unable = all.filter((found) => !able.includes(found));
  const skipped = namesOf(unable, ({ task }) => `${task.name} (${localize(rowOf(task.status).name)})`);
  if (able.length === 0) {
    const message = t('"{0}" is possible for none of these tasks: {1}', name, skipped.join(", "));
    void vscode.window.showWarningMessage(escapeNotification(message));
    return false;
  }
  const several = new Set(able.map(({ state }) => state.connection.id)).size > 1;
  const names = namesOf(able, ({ task, state }) =>
    several ? `${state.connection.name}: ${task.name}` : task.name,
  );
  const tasks = able.map(({ task }) => task);
  const consequence = consequenceOf(action, tasks, l10n);
  const detail = [
    names.join("\n"),
    ...(consequence === undefined ? [] : [consequence]),
    ...(skipped.length === 0 ? [] : [t("Not possible for: {0}", skipped.join(", "))]),
  ].join("\n\n");
  const yes = t("{0}: {1} tasks", name, able.length);
  const question =
    able.length === all.length
      ? t("{0}: {1} tasks?", name, able.length)
      : t("{0}: {1} of {2} tasks?", name, able.length, all.length);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) {
    return false;
  }
  if (!able.some(({ task, state }) => stopsProduction(action, task, state.connection))) {
    return true;
  }
  const count = String(able.length);
  const prompt = t("Production is among them. Type {0}, the number of tasks, to end them for good.", count);
  return await confirmedByTyping(question, prompt, count, l10n);
}

function namesOf(found: readonly FoundTask[], nameOf: (found: FoundTask) => string): readonly string[] {
  const names = found.slice(0, told).map(nameOf);
  return found.length > told ? [...names, `… (+${found.length - told})`] : names;
}

/** Acts with one call for each connection, after the pre-checks that a start needs. */
async function performAll(
  action: ActionId,
  all: readonly FoundTask[],
  l10n: Localizer,
  signal: AbortSignal,
  onTask: (found: FoundTask) => void,
): Promise<readonly Failed[]> {
  const failed: Failed[] = [];
  const ready: FoundTask[] = [];
  for (const found of all) {
    try {
      onTask(found);
      await precheckFor(action, found, l10n, signal);
      ready.push(found);
    } catch (error) {
      failed.push({ found, error });
    }
  }
  const sessions = new Map<Session, FoundTask[]>();
  for (const found of ready) {
    const { session } = found.state;
    if (session !== undefined) {
      sessions.set(session, [...(sessions.get(session) ?? []), found]);
    }
  }
  for (const [session, members] of sessions) {
    try {
      const tasks = members.map(({ task }) => task);
      const outcomes = await perform(session.client, action, tasks, { signal });
      const errors = new Map(outcomes.map(({ id, error }) => [id, error]));
      for (const found of members) {
        const error = errors.get(found.task.id);
        if (error !== undefined) {
          failed.push({ found, error });
        }
      }
    } catch (error) {
      failed.push(...members.map((found) => ({ found, error })));
    }
    await Promise.all(members.map(({ task }) => session.store.refresh(task.id)));
  }
  return failed;
}

async function precheckFor(
  action: ActionId,
  { task, state }: FoundTask,
  l10n: Localizer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const mode = precheckBefore(action, task);
  if (mode !== undefined && state.session !== undefined) {
    const outcome = await precheck(state.session.client, task, signal, () => undefined, mode);
    await throwUnlessPassed(outcome, task, l10n);
  }
}

async function tell(
  action: ActionId,
  all: readonly FoundTask[],
  failed: readonly Failed[],
  l10n: Localizer,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  if (failed.length === 0) {
    const message = t("{0}: accepted for {1} tasks.", name, all.length);
    const back = actionRow(action).inverse;
    const undo = back && t("Undo: {0}", l10n.localize(actionRow(back).name));
    const answer = await vscode.window.showInformationMessage(message, ...(undo === undefined ? [] : [undo]));
    if (answer !== undefined && back !== undefined) {
      const now = all.flatMap((found) => latest(found) ?? []);
      await runMany(back, now, l10n, log);
    }
    return;
  }
  const again = t("Retry the Failed");
  const showLog = t("Show Log");
  const reasons = failed.slice(0, 3).map(({ found, error }) => {
    const local = found.state.connection.kind === "local";
    return `${found.task.name}: ${explain(error, l10n, local)}`;
  });
  const message = t(
    "{0} failed for {1} of {2} tasks. {3}",
    name,
    failed.length,
    all.length,
    reasons.join(" "),
  );
  const answer = await vscode.window.showErrorMessage(escapeNotification(message), again, showLog);
  if (answer === again) {
    const now = failed.flatMap(({ found }) => latest(found) ?? []);
    await runMany(action, now, l10n, log);
  } else if (answer === showLog) {
    log.show();
  }
}
