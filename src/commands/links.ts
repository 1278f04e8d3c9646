/** Commands for links: out of VS Code, and back into it. */
import type { PlacedTask } from "../connections/session-manager";
import { billingAddress, consoleAddress } from "../drs/regions";
import type { Shown } from "../l10n/shown";
import { extensionId, linkQuery } from "../links/link";
import * as vscode from "../screen/vscode";
import type { CommandHost, Handler } from "./host";

/** @param chosen the tasks that a menu names, or the one that the user picks. */
export function linkHandlers(
  { l10n: { t } }: CommandHost,
  chosen: (argument: unknown, selected: unknown) => Promise<readonly PlacedTask[]>,
): Record<"drs.copyTaskLink" | "drs.openInConsole" | "drs.openBilling", Handler> {
  /** The chosen task and a page of its service; says so where there is none. */
  const pageOf = async (
    argument: unknown,
    addressOf: typeof consoleAddress,
    none: (name: string) => Shown,
  ) => {
    const [found] = await chosen(argument, undefined);
    if (found === undefined) {
      return undefined;
    }
    const { connection } = found.state;
    const address = connection.kind === "cloud" ? addressOf(connection.site, connection.region) : undefined;
    if (address === undefined) {
      void vscode.window.showInformationMessage(none(connection.name));
      return undefined;
    }
    return { task: found.task, page: vscode.Uri.parse(address, true) };
  };
  return {
    "drs.copyTaskLink": async (argument, selected) => {
      const links = (await chosen(argument, selected)).map(
        ({ task, state }) =>
          `${vscode.env.uriScheme}://${extensionId}/task?${linkQuery(task.id, state.connection, process.env)}`,
      );
      if (links.length > 0) {
        await vscode.env.clipboard.writeText(links.join("\n"));
      }
    },
    "drs.openBilling": async (argument) => {
      const found = await pageOf(argument, billingAddress, (name) =>
        t("No billing center is known for {0}.", name),
      );
      if (found !== undefined) {
        await vscode.env.openExternal(found.page);
      }
    },
    "drs.openInConsole": async (argument) => {
      const found = await pageOf(argument, consoleAddress, (name) =>
        t("No web console is available for {0}.", name),
      );
      if (found === undefined) {
        return;
      }
      // The console's address of a single task is not published; its list can be searched.
      await vscode.env.clipboard.writeText(found.task.id);
      void vscode.window.setStatusBarMessage(
        t("The task ID was copied. Search for it in the console's task list."),
        10_000,
      );
      await vscode.env.openExternal(found.page);
    },
  };
}
