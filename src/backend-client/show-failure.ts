/** How a call that failed is reported, with the button that starts the local backend where that is what does not answer. */

import { isUnansweredLocally } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";

/** @param local whether the local backend was called. @returns the answer, if it is one of `items`. */
export async function showFailure<const T extends Shown>(
  message: Shown,
  { error, local }: { readonly error: unknown; readonly local: boolean },
  { t }: Localizer,
  ...items: readonly T[]
): Promise<T | undefined> {
  const start = t("Start the Local Backend");
  const help = isUnansweredLocally(error, local) ? [start] : [];
  const answer = await vscode.window.showErrorMessage(message, ...help, ...items);
  if (answer === start) {
    await vscode.commands.executeCommand("drs.startLocalBackend");
  }
  return items.find((item) => item === answer);
}
