import * as vscode from "vscode";
import type { Diagnosis } from "../failures/diagnosis";
import { actionName } from "../l10n/error-text";
import { type Formats, remainingText } from "../l10n/localizer";
import { literal } from "../l10n/markdown";
import { rowOf } from "../status/statuses";
import { legalActions } from "../tasks/actions";
import { engineName } from "../tasks/engine";
import type { Task } from "../tasks/task";

/**
 * The hover of a task: status, its meaning, why it failed and what now, and the facts. Every text is made literal, so that it cannot become markup,
 * and the Markdown is not trusted, so that it cannot become a command.
 */
export function hoverOf(
  task: Task,
  diagnosis: Diagnosis | null | undefined,
  formats: Formats,
): vscode.MarkdownString {
  const row = rowOf(task.status);
  const heading = `**${literal(task.name)}**`;
  const status = `**${literal(formats.pick(row.name))}** — ${literal(formats.pick(row.meaning))}`;
  const facts = factsOf(task, formats).map(([label, value]) => literal(formats.t("{0}: {1}", label, value)));
  const why = diagnosis === undefined ? [] : [whyOf(task, diagnosis, formats)];
  return new vscode.MarkdownString([heading, status, ...why, facts.join("  \n")].join("\n\n"));
}

function whyOf(task: Task, diagnosis: Diagnosis | null, formats: Formats): string {
  const { t, pick } = formats;
  if (diagnosis === null) {
    return literal(t("No known case matches this error; the details page copies its text."));
  }
  const { cause, remedy, resumable, sure, url } = diagnosis;
  const line = (label: string, text: string) => `**${literal(label)}** — ${literal(text)}`;
  const again = legalActions(task).find((action) => action === "resume" || action === "start");
  const afterwards =
    resumable === false
      ? [literal(t("The task cannot go on from here."))]
      : resumable && again
        ? [line(t("Afterwards"), actionName(again, formats))]
        : [];
  return [
    line(sure ? t("Cause") : t("Likely cause"), pick(cause)),
    line(t("What to do"), pick(remedy)),
    ...afterwards,
    `[${literal(t("More about this case"))}](${url})`,
  ].join("  \n");
}

function factsOf(task: Task, formats: Formats): readonly (readonly [string, string])[] {
  const { t, time, percent, duration } = formats;
  const copied = task.percent === undefined || task.percent >= 100;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t("Error"), [task.error?.code, task.error?.message].filter(Boolean).join(" ") || undefined],
    [t("Progress"), copied ? undefined : percent(task.percent)],
    [
      t("Remaining time"),
      copied || task.remaining === undefined ? undefined : remainingText(task.remaining, formats),
    ],
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
