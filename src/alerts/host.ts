import type { TaskRef } from "../connections/connection";
import type { Localizer } from "../l10n/localizer";
import type * as vscode from "../screen/vscode";
import type { Follows } from "./follows";
import type { Mutes } from "./mutes";

/** Where everything that is told can be read later. */
export type AlertsLog = Pick<vscode.LogOutputChannel, "info" | "warn" | "error" | "show">;

/** What alerts need of the rest of the extension. */
export interface AlertsHost {
  readonly l10n: Localizer;
  readonly log: AlertsLog;
  readonly mutes: Mutes;
  readonly follows: Follows;
  /** Where the windows keep what was told. */
  readonly storage: vscode.Uri;
  isPinned(task: TaskRef): boolean;
  /** The ids of the connections that there are, shown or not. */
  connections(): readonly string[];
}
