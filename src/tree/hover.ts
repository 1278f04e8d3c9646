import * as vscode from "vscode";
import { rowOf } from "../status/statuses";
import { engineName } from "../tasks/engine";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { literal } from "./markdown";

/**
 * The hover of a task: status, its meaning, and the facts. Every text is made literal, so that it cannot become markup,
 * and the Markdown is not trusted, so that it cannot become a command.
 */
export function hoverOf(task: Task, formats: Formats): vscode.MarkdownString {
  const row = rowOf(task.status);
  const heading = `**${literal(task.name)}**`;
  const status = `**${literal(formats.pick(row.name))}** — ${literal(formats.pick(row.meaning))}`;
  const facts = factsOf(task, formats).map(([label, value]) => literal(formats.t("{0}: {1}", label, value)));
  return new vscode.MarkdownString([heading, status, facts.join("  \n")].join("\n\n"));
}

function factsOf(
  task: Task,
  { t, time, percent, duration }: Formats,
): readonly (readonly [string, string])[] {
  const copied = task.percent === undefined || task.percent >= 100;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t("Error"), [task.error?.code, task.error?.message].filter(Boolean).join(" ") || undefined],
    [t("Progress"), copied ? undefined : percent(task.percent)],
    [t("Remaining time"), copied ? undefined : task.remaining],
    [t("Delay"), task.delayMs === undefined ? undefined : duration(task.delayMs)],
    [t("Description"), task.description],
    [t("Engine"), engineName(task.engine)],
    [t("Starts"), task.scheduledAt === undefined ? undefined : time(task.scheduledAt)],
    [t("Created"), task.createdAt === undefined ? undefined : time(task.createdAt)],
    [t("Started"), task.startedAt === undefined ? undefined : time(task.startedAt)],
    [
      t("Full synchronization completed"),
      task.fullCompletedAt === undefined ? undefined : time(task.fullCompletedAt),
    ],
    [t("Updated"), task.updatedAt === undefined ? undefined : time(task.updatedAt)],
    [t("Status of the API"), task.apiStatus],
    [t("Task ID"), task.id],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
}
