import * as vscode from "vscode";
import { rowOf, statusOrder } from "../status/statuses";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { minuteText, parseMinute } from "./minute";

/** Lets the user pick one of the tasks, the most urgent status first; undefined when nothing was picked. */
export async function pickTask(
  tasks: readonly Task[],
  placeHolder: string,
  formats: Formats,
): Promise<Task | undefined> {
  const items = [...tasks]
    .sort(
      (a, b) => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) || a.name.localeCompare(b.name),
    )
    .map((task) => ({
      label: `$(${rowOf(task.status).icon}) ${task.name}`,
      description: formats.pick(rowOf(task.status).name),
      detail: [task.error?.code, task.error?.message].filter(Boolean).join(" ") || task.description || "",
      task,
    }));
  const options = { placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.task;
}

/**
 * Asks for a moment in the future, in this machine's zone.
 *
 * @param noticeMs how far ahead it has to be, in milliseconds.
 * @returns milliseconds since 1970, or undefined.
 */
export async function askStartTime(
  task: Task,
  noticeMs: number,
  { t, duration }: Formats,
): Promise<number | undefined> {
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const answer = await vscode.window.showInputBox({
    title: t('Start task "{0}" at a time', task.name),
    prompt: t("Year-month-day hour:minute, local time"),
    value: minuteText(task.scheduledAt === undefined ? tomorrow : new Date(task.scheduledAt)),
    ignoreFocusOut: true,
    validateInput: (text) => {
      const time = parseMinute(text);
      if (time === undefined) {
        return t("Write the time like {0}.", minuteText(tomorrow));
      }
      if (time > Date.now() + noticeMs) {
        return undefined;
      }
      return noticeMs === 0
        ? t("The time must be in the future.")
        : t("The service wants at least {0} notice.", duration(noticeMs));
    },
  });
  return answer === undefined ? undefined : parseMinute(answer);
}
