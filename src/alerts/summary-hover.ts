import type { Localizer } from "../l10n/localizer";
import { escapeMarkdown, iconMarkup, joinedMarkup, linkMarkup, type Markup, markup } from "../l10n/markdown";
import { type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { Summary } from "./summary";

/** The commands that the hover may run; every text of a service in it is made literal. */
const commands = ["drs.openDetails", "drs.showProblems", "drs.snoozeAlerts", "drs.endSnooze"] as const;

/** The hover of the status bar: a link to each task, what is wrong with it since when, and what can be done. */
export function summaryHover(
  { label, lines, more }: Summary,
  snoozed: boolean,
  { t }: Localizer,
): vscode.MarkdownString {
  const tasks = lines.map(
    ({ connection, id, name, icon, text }) =>
      markup`${iconMarkup(icon)} ${link(name, "drs.openDetails", { connection, id })} — ${escapeMarkdown(text)}`,
  );
  const rest = more > 0 ? [escapeMarkdown(shown(`… (+${more})`))] : [];
  const actions = [
    ...(lines.length > 0 ? [link(t("Show Problems"), "drs.showProblems")] : []),
    snoozed ? link(t("End Snooze"), "drs.endSnooze") : link(t("Snooze…"), "drs.snoozeAlerts"),
  ];
  const hover = new vscode.MarkdownString(
    joinedMarkup("\n\n", [
      markup`**${escapeMarkdown(label)}**`,
      joinedMarkup("  \n", [...tasks, ...rest]),
      joinedMarkup(" · ", actions),
    ]),
    true,
  );
  hover.isTrusted = { enabledCommands: commands };
  return hover;
}

function link(text: Shown, command: (typeof commands)[number], argument?: object): Markup {
  const query = argument === undefined ? "" : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return linkMarkup(text, `command:${command}${query}`);
}
