import * as vscode from "vscode";
import type { Watched } from "../connections/watch";
import { rowOf, statusOrder } from "../status/statuses";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { minuteText, parseMinute } from "./minute";

/** A task and where it was found. */
export interface FoundTask {
  readonly task: Task;
  readonly watched: Watched;
}

/** The most urgent status first. */
export function byUrgency(a: FoundTask, b: FoundTask): number {
  const rank = ({ task }: FoundTask) => statusOrder.indexOf(task.status);
  return rank(a) - rank(b) || a.task.name.localeCompare(b.task.name);
}

/** Lets the user pick one of the tasks; undefined when nothing was picked. */
export async function pickTask(
  tasks: readonly FoundTask[],
  placeHolder: string,
  formats: Formats,
): Promise<FoundTask | undefined> {
  const several = new Set(tasks.map(({ watched }) => watched.connection.id)).size > 1;
  const items = [...tasks].sort(byUrgency).map((found) => {
    const { task, watched } = found;
    const status = formats.pick(rowOf(task.status).name);
    return {
      label: `$(${rowOf(task.status).icon}) ${task.name}`,
      description: several ? `${status} · ${watched.connection.name}` : status,
      detail: [task.error?.code, task.error?.message].filter(Boolean).join(" ") || task.description || "",
      found,
    };
  });
  const options = { placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.found;
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
