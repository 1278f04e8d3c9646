/** The questions before what cannot be undone. */
import * as vscode from "vscode";
import type { Connection } from "../connections/connection";
import type { ActionId, StatusId } from "../status/statuses";
import type { Task } from "../tasks/task";
import { type Formats, unlinked } from "../tasks/texts";

/** What cannot be undone of an action; undefined when everything can. */
export function consequenceOf(action: ActionId, { t }: Formats): string | undefined {
  switch (action) {
    case "reset":
      return t(
        "The synchronization begins anew: all rows are copied once more. The target's tables are not emptied; rows in them may stand in the way.",
      );
    case "delete":
      return t("Its record disappears from the list for good. Databases are not touched.");
    case "end":
      return t(
        "The synchronization stops, its instance is released, and the task cannot be started again. Data already written to the target stays.",
      );
    default:
      return undefined;
  }
}

/** Statuses in which a task has not synchronized anything, or does not any more. */
const idle: ReadonlySet<StatusId> = new Set([
  ...(["creating", "createFailed", "configuration", "pendingStart", "startFailed"] as const),
  ...(["stopping", "stoppingFailed", "completed"] as const),
]);

/** Whether an action stops what somebody may rely on: a task of a cloud that was started is ended. */
export function stopsProduction(action: ActionId, { status }: Task, { kind }: Connection): boolean {
  return action === "end" && kind === "cloud" && !idle.has(status);
}

/**
 * Asks before an action on one task that cannot be undone, and names the task and what follows.
 *
 * @param where the name of the connection, where there are several.
 */
export async function confirmed(
  action: ActionId,
  task: Task,
  connection: Connection,
  where: string | undefined,
  formats: Formats,
): Promise<boolean> {
  const { t } = formats;
  const words = wordsOf(action, task, formats);
  if (words === undefined) {
    return true;
  }
  const { question, yes } = words;
  const forced = action === "end" && task.status === "stoppingFailed";
  const consequence = forced
    ? t(
        "It is ended by force: resources that cannot be reached, such as a slot at the source, may stay behind.",
      )
    : (consequenceOf(action, formats) ?? "");
  if (stopsProduction(action, task, connection)) {
    const prompt = t('{0} Type the name "{1}" to end it.', consequence, task.name);
    return await confirmedByTyping(`${question} ${connection.name}`, prompt, task.name);
  }
  const detail = where === undefined ? consequence : `${where}\n\n${consequence}`;
  const answer = await vscode.window.showWarningMessage(unlinked(question), { modal: true, detail }, yes);
  return answer === yes;
}

/** Asks to type a text, so that nobody does by habit what cannot be undone. */
export async function confirmedByTyping(title: string, prompt: string, text: string): Promise<boolean> {
  const typed = await vscode.window.showInputBox({
    ...{ title, prompt, placeHolder: text, ignoreFocusOut: true },
    validateInput: (value) => (value.trim() === text ? undefined : prompt),
  });
  return typed?.trim() === text;
}

function wordsOf(
  action: ActionId,
  { name }: Task,
  { t }: Formats,
): { readonly question: string; readonly yes: string } | undefined {
  switch (action) {
    case "reset":
      return { question: t('Reset task "{0}"?', name), yes: t("Reset Task") };
    case "end":
      return { question: t('End task "{0}"?', name), yes: t("End Task") };
    case "delete":
      return { question: t('Delete task "{0}"?', name), yes: t("Delete Task") };
    default:
      return undefined;
  }
}
