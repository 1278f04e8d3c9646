import * as vscode from "../screen/vscode";
import { rowOf, statusOrder } from "../status/statuses";
import type { Policy } from "./evaluate";
import { activeRules, wantedSignRules } from "./rules/rules";

// Settings are checked by VS Code's editor for them only, not where they are read.

/** Which alerts the user wants. */
export function policy(): Policy {
  const settings = vscode.workspace.getConfiguration("drs");
  const chosen = settings.get<unknown>("alerts.statuses");
  const alerting = statusOrder.filter((status) => rowOf(status).alert !== "none");
  return {
    statuses: new Set(
      Array.isArray(chosen) ? alerting.filter((status) => chosen.includes(status)) : alerting,
    ),
    rules: activeRules(settings),
    signRules: wantedSignRules(settings),
  };
}

/** Whether only pinned tasks alert. */
export function pinnedOnly(): boolean {
  return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.pinnedOnly") === true;
}

/** The names of the connections whose tasks alert; undefined: all do. */
export function chosenConnections(): readonly unknown[] | undefined {
  const chosen = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.connections");
  return Array.isArray(chosen) && chosen.length > 0 ? chosen : undefined;
}

/** Whether tasks of a connection alert. @param name the connection's; undefined: it is not shown. */
export function isAmong(chosen: readonly unknown[] | undefined, name: string | undefined): boolean {
  return chosen === undefined || chosen.includes(name);
}
