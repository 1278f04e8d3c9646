import * as vscode from "vscode";
import type { Localizer } from "../l10n/localizer";
import { escapeMarkdown } from "../l10n/markdown";
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
      `$(${icon}) ${link(name, "drs.openDetails", { connection, id })} — ${escapeMarkdown(text)}`,
  );
  const rest = more > 0 ? [escapeMarkdown(`… (+${more})`)] : [];
  const actions = [
    ...(lines.length > 0 ? [link(t("Show Problems"), "drs.showProblems")] : []),
    snoozed ? link(t("End Snooze"), "drs.endSnooze") : link(t("Snooze…"), "drs.snoozeAlerts"),
  ];
  const hover = new vscode.MarkdownString(
    [`**${escapeMarkdown(label)}**`, [...tasks, ...rest].join("  \n"), actions.join(" · ")]
      .filter(Boolean)
      .join("\n\n"),
    true,
  );
  hover.isTrusted = { enabledCommands: commands };
  return hover;
}

function link(text: string, command: (typeof commands)[number], argument?: object): string {
  const query = argument === undefined ? "" : `?${encoded(JSON.stringify([argument]))}`;
  return `[${escapeMarkdown(text)}](command:${command}${query})`;
}

/** Also without parentheses, which end a link. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll("(", "%28").replaceAll(")", "%29");
}
