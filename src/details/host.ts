import type * as vscode from "vscode";
import type { ActionId } from "../status/statuses";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import type { Freshness } from "./view";

/** The type of the details panels, under which VS Code brings them back after a reload of the window. */
export const detailsViewType = "drs.details";

/** What the details pages need from the extension. */
export interface DetailsHost {
  readonly extensionUri: vscode.Uri;
  /** The task as it was last read; undefined when it is not in the list or the list was not read yet. */
  task(id: string): Task | undefined;
  freshness(): Freshness;
  readonly formats: Formats;
  legalActions(task: Task): readonly ActionId[];
  /** Asks, acts and reports, as the command of the same name does. Settled when all of that is done; never rejects. */
  run(action: ActionId, taskId: string): Promise<void>;
  /** Reads the list now. */
  refresh(): void;
  /** After every reading that changed a task or failed, and when the connection is another one. */
  onDidChange(listener: () => void): vscode.Disposable;
  /** Whether a page of the task is on the screen. Told on changes only, and `false` when it closes. */
  setVisible(taskId: string, visible: boolean): void;
}
