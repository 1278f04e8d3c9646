import * as vscode from "vscode";
import { rowOf, statusOrder } from "../status/statuses";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";

/** Lets the user pick one of the tasks, the most urgent status first; undefined when nothing was picked. */
export async function pickTask(
  tasks: readonly Task[],
  placeHolder: string,
  formats: Formats,
): Promise<Task | undefined> {
  if (tasks.length === 0) {
    void vscode.window.showInformationMessage(formats.t("No synchronization task allows this now."));
    return undefined;
  }
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

/** Asks for a moment in the future, in this machine's zone. @returns milliseconds since 1970, or undefined. */
export async function askStartTime(task: Task, { t }: Formats): Promise<number | undefined> {
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const answer = await vscode.window.showInputBox({
    title: t('Start task "{0}" at a time', task.name),
    prompt: t("Year-month-day hour:minute, local time"),
    value: localMinute(tomorrow),
    ignoreFocusOut: true,
    validateInput: (text) => {
      const time = parseMinute(text);
      if (time === undefined) {
        return t("Write the time like {0}.", localMinute(tomorrow));
      }
      return time <= Date.now() ? t("The time must be in the future.") : undefined;
    },
  });
  return answer === undefined ? undefined : parseMinute(answer);
}

/** `2026-11-24 09:05` in this machine's zone. */
function localMinute(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

function parseMinute(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(text.trim());
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}`);
  return Number.isNaN(time) ? undefined : time;
}
