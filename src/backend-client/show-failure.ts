/** How a call that failed is reported, with the button that starts the local backend where that is what does not answer. */

import { isUnansweredLocally } from "../drs/errors";
import type { Localizer, Translate } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";

/** @param local whether the local backend was called. @returns the answer, if it is one of `items`. */
export async function showFailure<const T extends Shown>(
  message: Shown,
  { error, local }: { readonly error: unknown; readonly local: boolean },
  { t }: Localizer,
  ...items: readonly T[]
): Promise<T | undefined> {
  const show = (...start: readonly Shown[]) => vscode.window.showErrorMessage(message, ...start, ...items);
  const answer = isUnansweredLocally(error, local) ? await offerStart(show, t) : await show();
  return items.find((item) => item === answer);
}

/** Offers to open a connection, where none is open. */
export async function offerConnection({ t }: Localizer): Promise<void> {
  const [start, connect] = [t("Start the Local Backend"), t("Connect to Huawei Cloud…")];
  const message = t("No connection is open. Start the local backend or connect to Huawei Cloud.");
  const answer = await vscode.window.showInformationMessage(message, start, connect);
  if (answer !== undefined) {
    await vscode.commands.executeCommand(answer === start ? "drs.startLocalBackend" : "drs.connectCloud");
  }
}

/** Starts the local backend when that is what the user answers. @param show shows a message with this button. */
export async function offerStart<T extends Shown>(
  show: (start: Shown) => Thenable<T | undefined>,
  t: Translate,
): Promise<T | undefined> {
  const start = t("Start the Local Backend");
  const answer = await show(start);
  if (answer === start) {
    await vscode.commands.executeCommand("drs.startLocalBackend");
  }
  return answer;
}
