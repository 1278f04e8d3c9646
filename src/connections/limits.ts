import * as vscode from "../screen/vscode";

/** What the user allows a connection to the cloud. Read when needed, so that a change takes effect at once. */
export const limits = {
  /** Requests in five minutes; the service refuses at 200 for all that an account's user sends. */
  requests: (): number =>
    within(vscode.workspace.getConfiguration("drs").get("cloud.requestBudget", 120), 12, 200),
  /** How long a call may take, in milliseconds. */
  timeoutMs: (): number =>
    within(vscode.workspace.getConfiguration("drs").get("cloud.requestTimeout", 30), 5, 300) * 1000,
};

/** Settings are checked by VS Code's editor for them only, not where they are read. */
function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));
}
