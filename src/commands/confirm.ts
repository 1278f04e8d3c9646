/** The questions before what cannot be undone. */

import type { Connection } from "../connections/connection";
import type { Localizer } from "../l10n/localizer";
import { inert, joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type ActionId, type IrreversibleAction, isIrreversible } from "../status/actions";
import { rowOf } from "../status/statuses";
import { isProduction } from "../tasks/production";
import type { Task } from "../tasks/task";
import { missingAtEnd, type Unapplied } from "../tasks/unapplied";
import { typingObjection } from "./typed-confirmation";

/** The question before an action; an action that cannot be undone does not compile without one. */
interface Words {
  readonly question: Shown;
  readonly yes: Shown;
  readonly consequence: Shown;
}

type Asked = Pick<Task, "name" | "status" | "taskType" | "percent" | "delayMs"> & {
  readonly unapplied?: Unapplied | undefined;
};

const words: Readonly<Record<IrreversibleAction, (tasks: readonly Asked[], l10n: Localizer) => Words>> = {
  reset: (tasks, { t }) => ({
    question: t('Reset task "{0}"?', tasks[0]?.name ?? ""),
    yes: t("Reset Task"),
    consequence: tasks.every(({ taskType }) => taskType === "INCR_TRANS")
      ? t(
          "The synchronization starts over. This task copies no existing rows; it continues with the changes.",
        )
      : t(
          "The synchronization starts over and copies all rows again. Target tables are not truncated; existing rows may cause conflicts.",
        ),
  }),
  end: (tasks, l10n) => {
    const { t } = l10n;
    const missing = missingAtEnd(tasks, l10n);
    const end = t(
      "The synchronization stops, its instance is released, and the task cannot be started again. Data already written to the target stays.",
    );
    const force = t(
      "The task is forced to end. Resources that cannot be reached, such as a replication slot at the source, may remain.",
    );
    return {
      question: t('End task "{0}"?', tasks[0]?.name ?? ""),
      yes: t("End Task"),
      consequence: joined("\n\n", [
        missing,
        tasks.some(({ status }) => rowOf(status).endsByForce) ? joined(" ", [end, force]) : end,
      ]),
    };
  },
  delete: (tasks, { t }) => ({
    question: t('Delete task "{0}"?', tasks[0]?.name ?? ""),
    yes: t("Delete Task"),
    consequence: t("The task is permanently removed from the list. The databases are not changed."),
  }),
};

/** The consequence of an action that cannot be undone; undefined for any other. */
export function consequenceOf(action: ActionId, tasks: readonly Asked[], l10n: Localizer): Shown | undefined {
  return isIrreversible(action) ? words[action](tasks, l10n).consequence : undefined;
}

/** Whether an action ends what somebody's work hangs on. */
export function endsProduction(action: ActionId, task: Task, { kind }: Connection): boolean {
  return action === "end" && isProduction(task, kind);
}

/**
 * Asks before an action on one task that cannot be undone, or that pauses production; names the task and what follows.
 *
 * @param where the name of the connection, where there are several.
 */
export async function confirmed(
  action: ActionId,
  task: Task & Asked,
  connection: Connection,
  where: string | undefined,
  l10n: Localizer,
): Promise<boolean> {
  const { t } = l10n;
  if (!isIrreversible(action)) {
    return (
      action !== "pause" || !isProduction(task, connection.kind) || (await isPauseMeant(task, where, l10n))
    );
  }
  const { question, yes, consequence } = words[action]([task], l10n);
  if (endsProduction(action, task, connection)) {
    const prompt = t('{0} Type the name "{1}" to end it.', consequence, task.name);
    const title = joined(" ", [question, shown(connection.name)]);
    return await confirmedByTyping(title, prompt, task.name, l10n);
  }
  const detail = joined("\n\n", [where && shown(where), consequence]);
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
  return answer === yes;
}

async function isPauseMeant({ name }: Task, where: string | undefined, { t }: Localizer): Promise<boolean> {
  const consequence = t(
    "The target receives no changes until you resume the task. The source retains its log for that long.",
  );
  const yes = t("Pause Task");
  const detail = joined("\n\n", [where && shown(where), consequence]);
  const question = t('Pause production task "{0}"?', name);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

/**
 * Asks to type or paste a text, so that nobody does by habit what cannot be undone. What is typed is compared as it
 * comes; the prompt stays in sight while it can still become the text.
 */
export async function confirmedByTyping(
  title: Shown,
  prompt: Shown,
  expected: string,
  l10n: Localizer,
): Promise<boolean> {
  const input = vscode.window.createInputBox();
  // A name may be copied from elsewhere, with the focus there.
  input.title = title;
  input.prompt = inert(prompt);
  input.placeholder = shown(expected);
  input.ignoreFocusOut = true;
  const objection = (complete: boolean) =>
    inert(typingObjection(input.value, expected, complete, l10n) ?? "");
  return await new Promise<boolean>((resolve) => {
    input.onDidChangeValue(() => {
      input.validationMessage = objection(false);
    });
    input.onDidAccept(() => {
      input.validationMessage = objection(true);
      if (input.validationMessage === "") {
        resolve(true);
      }
    });
    input.onDidHide(() => resolve(false));
    input.show();
  }).finally(() => input.dispose());
}
