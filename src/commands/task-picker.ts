import type { PlacedTask } from "../connections/session-manager";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf, statusOrder } from "../status/statuses";
import type { Thresholds } from "../tasks/attention";
import { errorText } from "../tasks/status-text";
import type { Task } from "../tasks/task";
import { minuteText, parseMinute } from "./local-minute";
import { pickTexts } from "./pick-text";

/** The most urgent status first. */
function byUrgency(a: PlacedTask, b: PlacedTask): number {
  const rank = ({ task }: PlacedTask) => statusOrder.indexOf(task.status);
  return rank(a) - rank(b) || a.task.name.localeCompare(b.task.name);
}

/** Lets the user pick one of the tasks; undefined when nothing was picked. */
export async function pickTask(
  tasks: readonly PlacedTask[],
  placeHolder: Shown,
  l10n: Localizer,
  thresholds: Thresholds,
): Promise<PlacedTask | undefined> {
  const sorted = [...tasks].sort(byUrgency);
  const facts = sorted.map(({ task, state }) => ({ task, connection: state.connection.name }));
  const texts = pickTexts(facts, l10n, thresholds);
  const items = sorted.map((found, index): TaskPick => {
    const { task } = found;
    return {
      icon: rowOf(task.status).icon,
      label: shown(task.name),
      description: texts[index] ?? "",
      // The ID can be typed or pasted.
      detail: joined(" · ", [shown(beginningOf(errorText(task) ?? task.description ?? "")), shown(task.id)]),
      found,
    };
  });
  const groups = items.flatMap((item, index): TaskPick[] => {
    const status = item.found?.task.status;
    const isNext = status !== undefined && status !== items[index - 1]?.found?.task.status;
    const kind = vscode.QuickPickItemKind.Separator;
    return isNext ? [{ label: l10n.localize(rowOf(status).name), kind }, item] : [item];
  });
  const options = { placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(groups, options))?.found;
}

/** A task, or the name of a status above its tasks. */
interface TaskPick extends vscode.QuickPickItem {
  readonly found?: PlacedTask;
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
  { t, duration }: Localizer,
): Promise<number | undefined> {
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const proposed = task.scheduledAt === undefined ? tomorrow : new Date(task.scheduledAt);
  const answer = await vscode.window.showInputBox({
    title: t('Start task "{0}" at a time', task.name),
    prompt: t(
      "Year-month-day hour:minute, local time ({0})",
      Intl.DateTimeFormat().resolvedOptions().timeZone,
    ),
    value: minuteText(proposed),
    ignoreFocusOut: true,
    validateInput: (text) => {
      const time = parseMinute(text, proposed);
      if (time === undefined) {
        return t("Enter the time as {0}.", minuteText(tomorrow));
      }
      if (time > Date.now() + noticeMs) {
        return undefined;
      }
      return noticeMs === 0
        ? t("The time must be in the future.")
        : t("The start time must be at least {0} from now.", duration(noticeMs));
    },
  });
  return answer === undefined ? undefined : parseMinute(answer, proposed);
}
