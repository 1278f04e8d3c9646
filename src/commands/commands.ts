import { localId } from "../connections/connection";
import { findTask } from "../connections/session-manager";
import { isAbort, isDrsError } from "../drs/errors";
import * as vscode from "../screen/vscode";
import { argumentOf, isForSelection, targetOf } from "./argument";
import type { CommandHost, Handler } from "./host";
import { type CommandId, commandIds } from "./ids";

/** Registers every command. What they do is a file of its own, loaded with the first one that is called. */
export function registerCommands(parts: CommandHost): vscode.Disposable {
  let handlers: Promise<Record<CommandId, Handler>> | undefined;
  const used = new Set<CommandId>();
  const run = async (id: CommandId, argument: unknown, selected: unknown) => {
    try {
      handlers ??= import("./handlers").then(({ createHandlers }) => createHandlers(parts));
      const { selection } = parts.view;
      const isWalkthrough = id === "drs.openWalkthrough";
      // As `TasksView.withContextReset` does, so that the walkthrough checks off its steps.
      for (const one of isWalkthrough ? used : []) {
        await vscode.commands.executeCommand("setContext", usedKey(one), false);
      }
      await (isForSelection(argument)
        ? (await handlers)[id](selection[0], selection)
        : (await handlers)[id](argument, selected));
      // Steps of the walkthrough wait for it: `onCommand:` does not see what this extension calls itself.
      const news = isWalkthrough ? [...used, id] : used.has(id) ? [] : [id];
      used.add(id);
      for (const one of news) {
        await vscode.commands.executeCommand("setContext", usedKey(one), true);
      }
    } catch (error) {
      // Cancellation is not an error.
      if (!isAbort(error)) {
        parts.log.error(id, error);
        void report(error, isForSelection(argument) ? parts.view.selection[0] : argument, parts);
      }
    }
  };
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, (...args: readonly unknown[]) =>
        run(id, argumentOf(args), args[1]),
      ),
    ),
  );
}

/** Says why a command failed, and for which task where its argument names one. */
export async function report(
  error: unknown,
  argument: unknown,
  { sessions, l10n }: Pick<CommandHost, "sessions" | "l10n">,
): Promise<void> {
  const [{ explain }, { showFailure }] = await Promise.all([
    import("../drs/error-text"),
    import("../backend-client/show-failure"),
  ]);
  const { connection, id } = targetOf(argument);
  const endpoint = sessions.find(localId)?.connection.endpoint;
  const host = isDrsError(error) ? error.failure.fault?.subject : undefined;
  // A command from the palette or on a file names no connection.
  const local = connection === localId || (endpoint !== undefined && host === new URL(endpoint).host);
  const task =
    connection === undefined || id === undefined ? undefined : findTask(sessions, { connection, id });
  const why = explain(error, l10n, local);
  const message = task === undefined ? why : l10n.t('Task "{0}": {1}', task.name, why);
  await showFailure(message, { error, local }, l10n);
}

/** The context key by which the walkthrough knows that a command was used. */
const usedKey = (id: CommandId) => `drs.used.${id.slice("drs.".length)}`;
