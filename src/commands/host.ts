import type { Follows } from "../alerts/follows";
import type { Mutes } from "../alerts/mutes";
import type { BackendController } from "../backend-client/controller";
import type { TaskRef } from "../connections/connection";
import type { Connections } from "../connections/connections";
import type { SessionManager } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import type * as vscode from "../screen/vscode";
import type { Attempts } from "../tasks/attempts";
import type { TasksView } from "../tree/view";

/** The parts that commands act on. */
export interface CommandHost {
  readonly connections: Connections;
  readonly local: BackendController;
  readonly view: TasksView;
  readonly mutes: Mutes;
  readonly follows: Follows;
  readonly attempts: Attempts;
  readonly sessions: SessionManager;
  readonly secrets: vscode.SecretStorage;
  /** The extension's own folder, which all windows share. */
  readonly storage: vscode.Uri;
  /** @param preview as a click on a row does. */
  readonly openDetails: (task: TaskRef, preview?: boolean) => Promise<void>;
  /** Aborts when the window closes. */
  readonly lifetime: AbortSignal;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
}

/**
 * What a command does with the row, the reference, the task id or the nothing that it was called with. `selected`: the
 * rows that were selected when a menu was used on one of them.
 */
export type Handler = (argument: unknown, selected: unknown) => Promise<void>;
