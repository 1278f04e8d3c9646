import type { TaskRef } from "../connections/connection";
import type { Diagnosis } from "../failures/known-case";
import { type StepId, stepIds, stepRow } from "../failures/steps";
import { beginningOf, type Localizer, remainingText } from "../l10n/localizer";
import { escapeMarkdown, joinedMarkup, linkMarkup, type Markup, markup } from "../l10n/markdown";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionIds, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { endsOf } from "../tasks/address";
import { legalActions } from "../tasks/allowed-actions";
import { engineName } from "../tasks/engine-name";
import { forecastsOf, forecastText, isDue } from "../tasks/forecast";
import { keptLogText } from "../tasks/kept-log";
import { meaningOf, unfreezing } from "../tasks/problems";
import { remedySteps } from "../tasks/remedy-steps";
import { lostTables, warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";

const shownWarnings = 3;

/**
 * The hover of a task: status, its meaning, why it failed and what now, the steps that help, and the facts. Every text is
 * made literal, so that it can become neither markup nor a command; the commands are ours.
 *
 * @param delay why a task is behind, and until when.
 */
export function hoverOf(
  task: Task,
  place: TaskRef & { readonly readOnly: boolean },
  diagnosis: Diagnosis | null | undefined,
  l10n: Localizer,
  delay?: Shown,
): vscode.MarkdownString {
  const row = rowOf(task.status);
  const heading = markup`**${escapeMarkdown(shown(task.name))}**`;
  const status = markup`**${escapeMarkdown(l10n.localize(row.name))}** — ${escapeMarkdown(meaningOf(task, l10n))}`;
  const facts = factsOf(task, l10n).map(([label, value]) =>
    escapeMarkdown(l10n.t("{0}: {1}", label, beginningOf(value))),
  );
  const ends = endsOf(task);
  const why = diagnosis === undefined ? [] : [whyOf(task, diagnosis, l10n)];
  const remedy =
    task.status === "frozen"
      ? [markup`**${escapeMarkdown(l10n.t("What to do"))}** — ${escapeMarkdown(unfreezing(task, l10n))}`]
      : [];
  const { connection, id, readOnly } = place;
  const steps = stepLinks({ connection, id }, task, diagnosis, readOnly, l10n);
  const hover = new vscode.MarkdownString(
    joinedMarkup("\n\n", [
      heading,
      ...(ends === undefined ? [] : [escapeMarkdown(joined(" → ", [ends.source, ends.target]))]),
      status,
      ...remedy,
      ...(delay === undefined
        ? []
        : [markup`**${escapeMarkdown(l10n.t("Behind"))}** — ${escapeMarkdown(delay)}`]),
      ...warningLines(task, l10n),
      ...forecastLines(task, l10n),
      ...why,
      ...(steps.length === 0 ? [] : [joinedMarkup(" · ", steps)]),
      joinedMarkup("  \n", facts),
    ]),
  );
  hover.isTrusted = { enabledCommands: hoverCommands };
  return hover;
}

/** The commands that a hover may run: those that ask before they change something. Every text of a service is made literal. */
const hoverCommands = [
  ...new Set(stepIds.flatMap((id) => ("command" in stepRow(id).by ? [commandOf(id)] : []))),
  "drs.openDetails",
  ...actionIds.flatMap((id) => (actionRow(id).continues ? [actionRow(id).command] : [])),
];

function commandOf(step: StepId): string {
  const { by } = stepRow(step);
  return "command" in by ? by.command : "drs.openDetails";
}

/** The steps of the remedy, the action that follows, and the details, as links. */
function stepLinks(
  ref: TaskRef,
  task: Task,
  diagnosis: Diagnosis | null | undefined,
  readOnly: boolean,
  { t, localize }: Localizer,
): readonly Markup[] {
  const link = (text: Shown, command: string) =>
    linkMarkup(text, `command:${command}?${encodeURIComponent(JSON.stringify([ref]))}`);
  const isWrong = rowOf(task.status).alert === "error";
  const steps = !isWrong || readOnly ? [] : remedySteps(task, diagnosis);
  const next = legalActions(task).filter((action) => actionRow(action).continues && isWrong && !readOnly);
  return [
    ...steps.map((id) => link(localize(stepRow(id).name), commandOf(id))),
    ...next.slice(0, 1).map((action) => link(localize(actionRow(action).name), actionRow(action).command)),
    link(t("Show Details"), "drs.openDetails"),
  ];
}

/** What is wrong with its stream: the first few, for the details page has them all. */
function warningLines(task: Task, { t }: Localizer): readonly Markup[] {
  const warnings = warningsOf(task);
  const lines = warnings.slice(0, shownWarnings).map(({ code, message }) => {
    return markup`**${escapeMarkdown(t("Warning"))}** ${escapeMarkdown(shown(code))} — ${escapeMarkdown(shown(message))}`;
  });
  const rest = warnings.length - shownWarnings;
  return rest > 0 ? [...lines, escapeMarkdown(shown(`… (+${rest})`))] : lines;
}

/** What the service will do by itself, whenever that is. */
function forecastLines(task: Task, l10n: Localizer): readonly Markup[] {
  const now = Date.now();
  return forecastsOf(task, now).map((forecast) => {
    const text = escapeMarkdown(forecastText(forecast, l10n));
    return isDue(forecast, now) ? markup`**${escapeMarkdown(l10n.t("Soon"))}** — ${text}` : text;
  });
}

function whyOf(task: Task, diagnosis: Diagnosis | null, l10n: Localizer): Markup {
  const { t, localize } = l10n;
  if (diagnosis === null) {
    return escapeMarkdown(t("No known case matches this error; the details page copies its text."));
  }
  const { cause, remedy, resumable, sure, url } = diagnosis;
  const line = (label: Shown, text: Shown) => markup`**${escapeMarkdown(label)}** — ${escapeMarkdown(text)}`;
  const again = legalActions(task).find((action) => actionRow(action).continues);
  const afterwards =
    lostTables(task).length > 0
      ? [line(t("Afterwards"), t("Copy Tables Again…"))]
      : resumable === false
        ? [escapeMarkdown(t("The task cannot continue."))]
        : resumable && again
          ? [line(t("Afterwards"), l10n.localize(actionRow(again).name))]
          : [];
  return joinedMarkup("  \n", [
    line(sure ? t("Cause") : t("Likely cause"), localize(cause)),
    line(t("What to do"), localize(remedy)),
    ...afterwards,
    linkMarkup(t("More about this case"), url),
  ]);
}

function factsOf(task: Task, l10n: Localizer): readonly (readonly [string, string])[] {
  const { t, time, percent, duration } = l10n;
  const copied = task.percent === undefined || task.percent >= 100;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t("Error"), [task.error?.code, task.error?.message].filter(Boolean).join(" ") || undefined],
    [t("Progress"), copied ? undefined : percent(task.percent)],
    [
      t("Remaining time"),
      copied || task.remaining === undefined ? undefined : remainingText(task.remaining, l10n),
    ],
    [t("Delay"), task.delayMs === undefined ? undefined : duration(task.delayMs)],
    [t("Retained log"), task.keptLog === undefined ? undefined : keptLogText(task.keptLog, l10n)],
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
