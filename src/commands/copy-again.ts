/** What the command does that copies tables of a task again. */

import { setTimeout as delay } from "node:timers/promises";
import { type CopyState, copyState, startCopy } from "../backend-client/copy-again";
import type { LocalAccess } from "../connections/connection";
import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { hasFailed, mayCopyAgain } from "../tasks/allowed-actions";
import { errorText } from "../tasks/problems";
import { isProduction } from "../tasks/production";
import type { TaskStore } from "../tasks/store";
import { troubledTables } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { changing } from "../tasks/use-cases/control";
import { confirmedByTyping } from "./confirm";
import type { CommandHost } from "./host";

const pollMs = 1_000;
/** So many looks may still find the failure that is about to go. */
const resumeLooks = 10;
/** So many tables are named in a question or a message. */
const named = 10;

type Context = Pick<CommandHost, "connections" | "l10n" | "log">;

interface Choice {
  readonly tables: readonly string[];
  readonly keepRows: boolean;
}

/** Asks which tables and whether their rows stay, asks once more, starts the copy and follows it to its end. */
export async function copyTablesAgain({ task, session, state }: PlacedTask, context: Context): Promise<void> {
  const { connections, l10n, log } = context;
  const { t } = l10n;
  const { connection } = state;
  const local = connection.kind === "local" ? connections.localAccess : undefined;
  if (local === undefined || !mayCopyAgain(task, connection.kind)) {
    const status = l10n.localize(rowOf(task.status).name);
    warn(t('Tables of task "{0}" cannot be copied again in status {1}.', task.name, status));
    return;
  }
  const choice = await chosen(task, context);
  if (choice === undefined || !(await confirmed(task, choice, connection.kind, context))) {
    return;
  }
  try {
    const start = async () => await startCopy(local.connection, local.key, task.id, choice, l10n);
    await changing(session, "copyAgain", task.id, start);
    log.info(`copying again ${choice.tables.join(", ")} of task ${task.name} (${task.id})`);
    await follow(task, choice, { ...local, store: session.store }, context);
  } catch (error) {
    log.error(`tables of task ${task.name} (${task.id}) were not copied again`, error);
    const why = explain(error, l10n, true);
    const message = t('The tables of task "{0}" were not copied again: {1}', task.name, why);
    void vscode.window.showErrorMessage(message);
  }
}

async function chosen(task: Task, { l10n: { t } }: Context): Promise<Choice | undefined> {
  const title = t('Copy tables of task "{0}" again', task.name);
  const troubled = troubledTables(task);
  const items = (task.objects ?? [])
    .filter(({ type }) => type === "table")
    .map(({ name }) => {
      const warning = task.warnings?.find(({ table }) => table === name);
      return {
        label: shown(name),
        name,
        ...(warning === undefined ? {} : { detail: shown(`⚠ ${warning.message}`) }),
        picked: troubled.includes(name),
      };
    })
    .sort((a, b) => Number(b.picked) - Number(a.picked));
  const options = { title, placeHolder: t("Which tables?"), ignoreFocusOut: true, matchOnDetail: true };
  const tables = await vscode.window.showQuickPick(items, { ...options, canPickMany: true });
  if (tables === undefined || tables.length === 0) {
    return undefined;
  }
  const empty = {
    label: t("Empty the tables at the target first"),
    detail: t("Their rows at the target are removed, then all rows of the source are copied."),
    keepRows: false,
  };
  const keep = {
    label: t("Keep the rows at the target"),
    detail: t("The copy fails at the first row that the target already has under the same key."),
    keepRows: true,
  };
  const rows = await vscode.window.showQuickPick([empty, keep], {
    ...{ title, ignoreFocusOut: true },
    placeHolder: t("What happens to the rows at the target?"),
  });
  return rows && { tables: tables.map(({ name }) => name), keepRows: rows.keepRows };
}

/** Names task, tables and what follows; production is confirmed by typing the task's name. */
async function confirmed(
  task: Task,
  { tables, keepRows }: Choice,
  place: "local" | "cloud",
  { l10n }: Context,
): Promise<boolean> {
  const { t } = l10n;
  const [only = ""] = tables;
  const question =
    tables.length === 1
      ? t('Copy table {0} of task "{1}" again?', only, task.name)
      : t('Copy {0} tables of task "{1}" again?', tables.length, task.name);
  const consequence = keepRows
    ? t(
        "All rows of these tables are copied from the source. Existing rows at the target are kept and may stop the copy.",
      )
    : t(
        "All rows of these tables are removed from the target and copied from the source. They are incomplete until the copy ends. Other tables are not touched.",
      );
  const resumes = hasFailed(task) ? [t("The task is resumed.")] : [];
  const names = namesOf(tables);
  if (!keepRows && isProduction(task, place)) {
    const prompt = t('{0}: {1} Type the name "{2}" to copy them again.', names, consequence, task.name);
    return await confirmedByTyping(question, prompt, task.name, l10n);
  }
  const detail = joined("\n\n", [names, consequence, ...resumes]);
  const yes = t("Copy Again");
  const options = { modal: true, detail };
  return (await vscode.window.showWarningMessage(question, options, yes)) === yes;
}

function namesOf(tables: readonly string[]): Shown {
  const more = tables.length > named ? [`… (+${tables.length - named})`] : [];
  return joined(", ", [...tables.slice(0, named), ...more].map(shown));
}

interface Place extends LocalAccess {
  readonly store: TaskStore;
}

/** Shows the progress until all tables are in sync, the task fails or waits, or the user stops looking. */
async function follow(task: Task, choice: Choice, place: Place, { l10n }: Context): Promise<void> {
  const { t } = l10n;
  const title = t('Copying tables of task "{0}" again', task.name);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const end = await vscode.window.withProgress(options, async (progress, token) => {
    // The failure for which the tables are copied again stays until the service has resumed the task.
    let isOld = hasFailed(task);
    for (let [shown, looks] = [0, 1]; !token.isCancellationRequested; looks++, await delay(pollMs)) {
      const tables = await copyState(place.connection, place.key, task.id, l10n);
      if (tables.length === 0) {
        return "done";
      }
      await place.store.refresh(task.id);
      const now = place.store.snapshot.tasks.get(task.id);
      isOld &&= now !== undefined && hasFailed(now) && looks < resumeLooks;
      if (now === undefined || now.status === "paused" || (hasFailed(now) && !isOld)) {
        return now ?? "gone";
      }
      const percent = percentOf(tables);
      progress.report({ message: l10n.percent(percent), increment: Math.max(percent - shown, 0) });
      shown = percent;
    }
    return "unseen";
  });
  await place.store.refresh(task.id);
  if (end === "done") {
    const message = t(
      'Tables of task "{0}" were copied again and are in sync: {1}',
      task.name,
      namesOf(choice.tables),
    );
    void vscode.window.showInformationMessage(message);
  } else if (typeof end !== "string") {
    tellStop(end, t);
  }
}

function tellStop(task: Task, t: Context["l10n"]["t"]): void {
  if (task.status === "paused") {
    warn(t('Task "{0}" is paused. Its tables are copied again when it is resumed.', task.name));
    return;
  }
  const message = t('The copy for task "{0}" stopped: {1}', task.name, errorText(task) ?? task.apiStatus);
  void vscode.window.showErrorMessage(message);
}

function warn(message: Shown): void {
  void vscode.window.showWarningMessage(message);
}

/** Of all tables together, 0 to 100. */
function percentOf(tables: CopyState): number {
  return Math.floor(tables.reduce((sum, { percent }) => sum + percent, 0) / tables.length);
}
