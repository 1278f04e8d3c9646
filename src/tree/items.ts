/** How the rows of the tree look. */

import type { ConnectionState } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionIds, actionRow } from "../status/actions";
import { hasEnded, rowOf, type StatusId, statusOrder } from "../status/statuses";
import { legalActions } from "../tasks/allowed-actions";
import { attentionOf, type Thresholds } from "../tasks/attention";
import { engineName } from "../tasks/engine-name";
import type { Task } from "../tasks/task";
import { connectionDescription, isTroubled } from "./connection-row";
import type { Group } from "./layout";
import { contextOf, type TaskState } from "./menu-context";
import { openRow } from "./node";
import { descriptionOf, groupDescription, labelOf } from "./rows";

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** A connection's row. @param message what is wrong with it. @param label what a screen reader says. */
export function connectionItem(
  state: ConnectionState,
  { message, label }: { readonly message: Shown | undefined; readonly label: Shown },
  l10n: Localizer,
): vscode.TreeItem {
  const { connection, readOnly } = state;
  const item = new vscode.TreeItem(shown(connection.name), Expanded);
  item.description = connectionDescription(state, l10n);
  item.iconPath = isTroubled(state)
    ? new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"))
    : new vscode.ThemeIcon(connection.kind === "local" ? "server-process" : "cloud");
  item.tooltip = joined("\n", [shown(connection.name), shown(connection.endpoint), message, readOnly]);
  item.contextValue = `drsConnection:${connection.kind}:`;
  item.accessibilityInformation = { label };
  return item;
}

/** A row with a sentence in place of tasks. On a closed connection it opens the question for the secret. */
export function messageItem(
  message: Shown,
  state: ConnectionState | undefined,
  { t }: Localizer,
): vscode.TreeItem {
  const item = new vscode.TreeItem(message);
  if (state?.phase === "closed") {
    item.command = { command: openRow, title: t("Enter Again") };
  }
  item.tooltip = message;
  item.iconPath = new vscode.ThemeIcon("info");
  item.contextValue = "drsMessage";
  return item;
}

/** A group's row. Groups of ended tasks are collapsed at first. */
export function groupItem(group: Group, l10n: Localizer): vscode.TreeItem {
  const { name, icon, tooltip, expansion } = groupLook(group, l10n);
  const item = new vscode.TreeItem(name, expansion);
  item.description = groupDescription(group, l10n);
  item.iconPath = icon;
  item.tooltip = tooltip;
  item.contextValue = groupContext(group);
  item.accessibilityInformation = { label: l10n.t("{0}, tasks: {1}", name, groupDescription(group, l10n)) };
  return item;
}

/**
 * `drsGroup:pauseAll:`, so that menus can ask, and none of a single task shows: the actions that can be undone. The tasks of a
 * status mostly allow the same, elsewhere some may.
 */
function groupContext({ kind, rows: [first] }: Group): string {
  const offered = actionIds.filter(
    (action) =>
      actionRow(action).inverse !== undefined &&
      (kind !== "status" || (first !== undefined && legalActions(first.task).includes(action))),
  );
  return `drsGroup:${offered.map((action) => `${action}All:`).join("")}`;
}

function groupLook({ kind, value }: Group, { t, localize }: Localizer) {
  const status = kind === "status" ? statusOrder.find((known) => known === value) : undefined;
  if (status !== undefined) {
    const { name, shortName, meaning } = rowOf(status);
    // Ended tasks are the long tail of the list; everything else is in sight.
    const expansion = hasEnded(status) ? Collapsed : Expanded;
    const tooltip = joined("\n", [localize(name), localize(meaning)]);
    return { name: localize(shortName ?? name), icon: iconOf(status), tooltip, expansion };
  }
  switch (kind) {
    case "pinned": {
      const name = t("Pinned");
      return { name, icon: new vscode.ThemeIcon("pinned"), tooltip: name, expansion: Expanded };
    }
    case "engine": {
      const name = engineName(value) || t("No engine");
      return { name, icon: new vscode.ThemeIcon("database"), tooltip: name, expansion: Expanded };
    }
    default: {
      const name = value ? shown(value) : t("No tag");
      return { name, icon: new vscode.ThemeIcon("tag"), tooltip: name, expansion: Expanded };
    }
  }
}

/** A task's row without its hover, which is made when it is asked for. */
export function taskItem(
  task: Task,
  state: TaskState & {
    readonly parent: boolean;
    readonly thresholds: Thresholds;
    readonly withEngine: boolean;
  },
  l10n: Localizer,
): vscode.TreeItem {
  const item = new vscode.TreeItem(shown(task.name), state.parent ? Expanded : None);
  const marks: readonly Shown[] = [
    state.muted ? l10n.t("muted") : "",
    state.followed === undefined ? "" : l10n.t("following until {0}", state.followed),
  ];
  // First, because a narrow view cuts the end off.
  const description = descriptionOf(task, l10n, state.thresholds, state.withEngine);
  item.description = joined(" · ", [...marks, description]);
  item.iconPath = isAttended(task, state.thresholds)
    ? new vscode.ThemeIcon(rowOf(task.status).icon, new vscode.ThemeColor("list.warningForeground"))
    : iconOf(task.status);
  item.contextValue = contextOf(task, state);
  item.accessibilityInformation = {
    label: joined(", ", [labelOf(task, l10n, description), ...marks]),
  };
  return item;
}

/** The row behind the first tasks of a long list. */
export function moreItem(count: number, { t, number }: Localizer): vscode.TreeItem {
  const item = new vscode.TreeItem(t("Show {0} more", number(count)));
  item.iconPath = new vscode.ThemeIcon("ellipsis");
  item.contextValue = "drsMore";
  return item;
}

/** A part of a very long list. @param from how many tasks stand before it. @param to and before the next one. */
export function rangeItem(from: number, to: number, { t, number }: Localizer): vscode.TreeItem {
  const item = new vscode.TreeItem(t("Tasks {0} to {1}", number(from + 1), number(to)), Collapsed);
  item.contextValue = "drsRange";
  return item;
}

/** Whether something is to be looked at that the icon of its status does not show. */
function isAttended(task: Task, thresholds: Thresholds): boolean {
  return rowOf(task.status).alert === "none" && attentionOf(task, thresholds, Date.now()) !== undefined;
}

function iconOf(status: StatusId): vscode.ThemeIcon {
  const { icon, color } = rowOf(status);
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}
