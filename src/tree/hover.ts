import type { TaskRef } from "../connections/connection";
import type { Diagnosis } from "../failures/known-case";
import { type StepId, stepIds, stepRow } from "../failures/steps";
import { pastAgeText } from "../l10n/age";
import { beginningOf, type Localizer, remainingText } from "../l10n/localizer";
import { escapeMarkdown, joinedMarkup, linkMarkup, type Markup, markup } from "../l10n/markdown";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionIds, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { legalActions } from "../tasks/allowed-actions";
import { forecastsOf, forecastText, isDue } from "../tasks/forecast";
import { nextAction, remedySteps } from "../tasks/remedy-steps";
import { retainedLogText } from "../tasks/retained-log";
import { type Route, routeOf } from "../tasks/route";
import { meaningOf, unfreezing } from "../tasks/status-text";
import { lostTables, warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { oftenText, type Since } from "../tasks/use-cases/status-since";

const shownWarnings = 3;

/** The facts that were requested when a task's hover opened. */
export interface HoverFacts {
  readonly diagnosis: Diagnosis | null | undefined;
  /** Since when the task has its status. */
  readonly since: Since | undefined;
  /** Why it is behind, and until when. */
  readonly delay: Shown | undefined;
}

/**
 * The hover of a task: its ends, status and since when, why it failed and what now, the steps that help, and the facts.
 * Ids and raw codes are on the page. Every text is made literal, so that it can become neither markup nor a command; the
 * commands are ours.
 */
export function hoverOf(
  task: Task,
  place: TaskRef & { readonly readOnly: boolean },
  { diagnosis, since, delay }: HoverFacts,
  l10n: Localizer,
): vscode.MarkdownString {
  const row = rowOf(task.status);
  const heading = markup`**${escapeMarkdown(shown(task.name))}**`;
  const status = markup`**${escapeMarkdown(l10n.localize(row.name))}**${sinceText(since, l10n)} — ${escapeMarkdown(meaningOf(task, l10n))}`;
  const facts = factsOf(task, l10n).map(([label, value]) =>
    escapeMarkdown(l10n.t("{0}: {1}", label, beginningOf(value))),
  );
  const route = routeOf(task, l10n);
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
      ...(route === undefined ? [] : [routeText(route)]),
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

/** "shop @ host → copy @ host · Full · 2 tables". */
function routeText({ ends, facts }: Route): Markup {
  const way = ends === undefined ? "" : joined(" → ", [ends.source, ends.target]);
  return escapeMarkdown(joined(" · ", [way, facts]));
}

function sinceText(since: Since | undefined, l10n: Localizer): Markup {
  return since === undefined
    ? markup``
    : markup` ${escapeMarkdown(joined(" · ", [shown(pastAgeText(since.at, Date.now(), l10n.language)), oftenText(since, l10n)]))}`;
}

/** The commands that a hover may run: those that ask before they change something. Every text of a service is made literal. */
const hoverCommands = [
  ...new Set(stepIds.flatMap((id) => ("command" in stepRow(id).by ? [commandOf(id)] : []))),
  "drs.openDetails",
  "drs.copyTaskId",
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
  const steps = isWrong ? remedySteps(task, diagnosis, readOnly) : [];
  const next = isWrong && !readOnly ? nextAction(task, diagnosis) : undefined;
  return [
    ...steps.map((id) => link(localize(stepRow(id).name), commandOf(id))),
    ...(next === undefined ? [] : [link(localize(actionRow(next).name), actionRow(next).command)]),
    link(t("Show Details"), "drs.openDetails"),
    link(t("Copy Task ID"), "drs.copyTaskId"),
  ];
}

/** The first few warnings about its stream; the details page has them all. */
function warningLines(task: Task, { t }: Localizer): readonly Markup[] {
  const warnings = warningsOf(task);
  const lines = warnings.slice(0, shownWarnings).map(({ code, message }) => {
    return markup`**${escapeMarkdown(t("Warning"))}** ${escapeMarkdown(shown(code))} — ${escapeMarkdown(shown(message))}`;
  });
  const rest = warnings.length - shownWarnings;
  return rest > 0 ? [...lines, escapeMarkdown(shown(`… (+${rest})`))] : lines;
}

/** The events that the service will cause by itself, whenever that is. */
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
  const next = nextAction(task, diagnosis);
  const afterwards =
    lostTables(task).length > 0
      ? [line(t("Afterwards"), t("Copy Tables Again…"))]
      : resumable === false
        ? [
            legalActions(task).includes("reset")
              ? line(t("Afterwards"), l10n.localize(actionRow("reset").name))
              : escapeMarkdown(t("The task cannot continue.")),
          ]
        : resumable && next
          ? [line(t("Afterwards"), l10n.localize(actionRow(next).name))]
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
    [t("Retained log"), task.retainedLog === undefined ? undefined : retainedLogText(task.retainedLog, l10n)],
    [t("Description"), task.description],
    [t("Starts"), task.scheduledAt === undefined ? undefined : time(task.scheduledAt)],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
}
