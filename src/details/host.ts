import type { TaskRef } from "../connections/connection";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import type * as vscode from "../screen/vscode";
import type { ActionId } from "../status/actions";
import type { Attempt, TakenStep } from "../tasks/attempts";
import type { Thresholds } from "../tasks/attention";
import type { Past } from "../tasks/past-values";
import type { Task } from "../tasks/task";
import type { TaskSession } from "../tasks/use-cases/control";
import type { Freshness } from "./facts";

/** The type of the details panels, under which VS Code brings them back after a reload of the window. */
export const detailsViewType = "drs.details";

/** The facts of a page about its task's connection. */
export interface ConnectionFacts {
  /** Its name; undefined while it is not shown. */
  readonly connection: string | undefined;
  /** Whether no other connection is shown. */
  readonly isAlone: boolean;
  /** Why its tasks may only be looked at; undefined when that is not known to be so. */
  readonly readOnly: Shown | undefined;
  readonly freshness: Freshness;
}

/** The parts of the extension that details pages use. */
export interface DetailsHost {
  readonly extensionUri: vscode.Uri;
  /** The task as it was last read; undefined when it is not in the list or the list was not read yet. */
  task(ref: TaskRef): Task | undefined;
  facts(connection: string): ConnectionFacts;
  /** The session of a connection that is open. */
  session(connection: string): TaskSession | undefined;
  /** The values of a task that this window has read so far. */
  past(ref: TaskRef): Past;
  /** From where on a delay is too long for the user. */
  thresholds(): Thresholds;
  readonly l10n: Localizer;
  /** Asks, acts and reports, as the command of the same name does. Settled when all of that is done; never rejects. */
  run(action: ActionId, task: TaskRef): Promise<void>;
  /** The task whose page is the preview, also after a reload of the window; "": none. */
  preview(): string;
  setPreview(key: string): void;
  /** The last action on a task in this window. */
  attempt(task: TaskRef): Attempt | undefined;
  /** The step of its remedy that was taken since in this window. */
  taken(task: TaskRef): TakenStep | undefined;
  /** Reads the list of a connection now. */
  refresh(connection: string): void;
  /** After every reading that changed a task or failed, and when connections are others. */
  onDidChange(listener: () => void): vscode.Disposable;
  /** Whether a page of the task is on the screen. Called on changes only, and `false` when it closes. */
  setVisible(task: TaskRef, visible: boolean): void;
}
