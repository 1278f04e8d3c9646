import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type FileParts, keptOf } from "./open";
import { addressOf } from "./passwords";

/** Lists the passwords of task files that are kept, and the variables that may be sent; forgets what the user picks. */
export async function forgetPasswords(parts: FileParts): Promise<void> {
  const { t } = parts.l10n;
  const kept = keptOf(parts);
  const items = (await kept.all()).map((reference) => ({
    icon: reference.kind === "env" ? "symbol-variable" : "key",
    label: shown(reference.name),
    description: shown(addressOf(reference)),
    detail: reference.through === "local" ? t("Local backend") : shown(reference.through),
    reference,
  }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(t("No password of a task file is stored."));
    return;
  }
  const placeHolder = t("Select the passwords and variables to forget");
  const picked = await vscode.window.showQuickPick(items, { placeHolder, canPickMany: true });
  if (picked !== undefined && picked.length > 0) {
    await kept.forget(picked.map(({ reference }) => reference));
    void vscode.window.setStatusBarMessage(t("Passwords forgotten: {0}", picked.length), 5000);
  }
}
