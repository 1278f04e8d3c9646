import * as vscode from "vscode";
import type { Mutes } from "../alerts/mutes";
import type { BackendController } from "../backend-client/controller";
import type { TaskRef } from "../connections/connection";
import type { Connections } from "../connections/connections";
import type { SessionManager } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import { escapeNotification, type Localizer } from "../l10n/localizer";
import type { TasksView } from "../tree/view";
import { isForSelection } from "./argument";
import { type CommandId, commandIds } from "./ids";

/** The parts that commands act on. */
export interface Parts {
  readonly connections: Connections;
  readonly local: BackendController;
  readonly view: TasksView;
  readonly mutes: Mutes;
  readonly sessions: SessionManager;
  readonly secrets: vscode.SecretStorage;
  readonly openDetails: (task: TaskRef) => Promise<void>;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
}

/**
 * What a command does with the row, the reference, the task id or the nothing that it was called with. `selected`: the
 * rows that were selected when a menu was used on one of them.
 */
export type Handler = (argument: unknown, selected: unknown) => Promise<void>;

/** Registers every command. What they do is a file of its own, loaded with the first one that is called. */
export function registerCommands(parts: Parts): vscode.Disposable {
  let handlers: Promise<Record<CommandId, Handler>> | undefined;
  const used = new Set<CommandId>();
  const run = async (id: CommandId, argument: unknown, selected: unknown) => {
    try {
      handlers ??= import("./handlers").then(({ createHandlers }) => createHandlers(parts));
      const { selection } = parts.view;
      await (isForSelection(argument)
        ? (await handlers)[id](selection[0], selection)
        : (await handlers)[id](argument, selected));
      if (!used.has(id)) {
        // Steps of the walkthrough wait for it: `onCommand:` does not see what this extension calls itself.
        used.add(id);
        void vscode.commands.executeCommand("setContext", `drs.used.${id.slice("drs.".length)}`, true);
      }
    } catch (error) {
      // The user's own cancelling is no news.
      if (!(error instanceof Error && error.name === "AbortError")) {
        parts.log.error(id, error);
        void vscode.window.showErrorMessage(escapeNotification(explain(error, parts.l10n)));
      }
    }
  };
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, (argument: unknown, selected: unknown) =>
        run(id, argument, selected),
      ),
    ),
  );
}
