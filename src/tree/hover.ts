import * as vscode from "vscode";
import { rowOf } from "../status/statuses";
import { engineName } from "../tasks/engine";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";

/**
 * The hover of a task: status, its meaning, and the facts. Everything from the service is appended as text, so that
 * it cannot become markup, and the Markdown is not trusted, so that it cannot become a command.
 */
export function hoverOf(task: Task, formats: Formats): vscode.MarkdownString {
  const row = rowOf(task.status);
  const hover = new vscode.MarkdownString();
  hover.appendMarkdown("**").appendText(task.name).appendMarkdown("**\n\n");
  hover.appendMarkdown("**").appendText(formats.pick(row.name)).appendMarkdown("** — ");
  hover.appendText(formats.pick(row.meaning));
  for (const [label, value] of factsOf(task, formats)) {
    hover.appendMarkdown("\n\n").appendText(`${label}: ${value}`);
  }
  return hover;
}

function factsOf(
  task: Task,
  { t, time, percent, duration }: Formats,
): readonly (readonly [string, string])[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t("Error"), [task.error?.code, task.error?.message].filter(Boolean).join(" ") || undefined],
    [t("Description"), task.description],
    [t("Engine"), engineName(task.engine)],
    [t("Progress"), task.percent === undefined ? undefined : percent(task.percent)],
    [t("Remaining time"), task.remaining],
    [t("Delay"), task.delayMs === undefined ? undefined : duration(task.delayMs)],
    [t("Starts"), task.scheduledAt === undefined ? undefined : time(task.scheduledAt)],
    [t("Created"), task.createdAt === undefined ? undefined : time(task.createdAt)],
    [t("Started"), task.startedAt === undefined ? undefined : time(task.startedAt)],
    [
      t("Full synchronization completed"),
      task.fullCompletedAt === undefined ? undefined : time(task.fullCompletedAt),
    ],
    [t("Updated"), task.updatedAt === undefined ? undefined : time(task.updatedAt)],
    [t("Status of the API"), task.apiStatus],
    [t("ID"), task.id],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
}
