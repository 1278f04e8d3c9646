import type { PlacedTask } from "../connections/session-manager";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionRow } from "../status/actions";
import { nextAction } from "../tasks/remedy-steps";
import type { CommandHost } from "./host";

/** Says what was done for a task, and offers to let it run again, on the page where its outcome is seen. */
export async function offerNext(
  { task, session, state }: PlacedTask,
  message: Shown,
  { l10n, openDetails }: Pick<CommandHost, "l10n" | "openDetails">,
): Promise<void> {
  const next = nextAction(session.store.snapshot.tasks.get(task.id) ?? task, undefined);
  const labels = next === undefined ? [] : [l10n.localize(actionRow(next).name)];
  const answer = await vscode.window.showInformationMessage(message, ...labels);
  if (next !== undefined && answer !== undefined) {
    const ref = { connection: state.connection.id, id: task.id };
    await openDetails(ref);
    await vscode.commands.executeCommand(actionRow(next).command, ref);
  }
}
