import * as vscode from "vscode";
import type { Localizer } from "../l10n/localizer";
import type { FileEnd, TaskFile } from "./model";
import type { Passwords } from "./plan";

const prefix = "drs.taskFile.";

/**
 * Where a password is kept. The database is part of it: a file from elsewhere that names a secret of ours does not get
 * it sent to a database of its own.
 */
function keyOf({ password, user, host, port, database }: FileEnd): string {
  const name = password !== undefined && "secret" in password ? password.secret : "";
  return `${prefix}${JSON.stringify([name, user, host, port, database])}`;
}

/** Keeps the password of one end of a file. */
export async function keepPassword(
  secrets: vscode.SecretStorage,
  end: FileEnd,
  password: string,
): Promise<void> {
  await secrets.store(keyOf(end), password);
}

/** Forgets the password of one end of a file, so that it is asked for again. */
export async function forgetPassword(secrets: vscode.SecretStorage, end: FileEnd): Promise<void> {
  await secrets.delete(keyOf(end));
}

/**
 * The passwords of both ends: from the environment, from where they are kept, or asked for.
 *
 * @returns undefined when the user gave none.
 * @throws Error when the environment has no such variable or must not be read.
 */
export async function passwordsOf(
  file: TaskFile,
  secrets: vscode.SecretStorage,
  l10n: Localizer,
): Promise<Passwords | undefined> {
  const { t } = l10n;
  const source = await passwordOf(file.source, t("Source database"), secrets, l10n);
  if (source === undefined) {
    return undefined;
  }
  const target = await passwordOf(file.target, t("Target database"), secrets, l10n);
  return target === undefined ? undefined : { source, target };
}

async function passwordOf(
  end: FileEnd,
  which: string,
  secrets: vscode.SecretStorage,
  { t }: Localizer,
): Promise<string | undefined> {
  const { password } = end;
  if (password !== undefined && "env" in password) {
    // The file decides where the value goes.
    if (!vscode.workspace.isTrusted) {
      throw new Error(t("Files of a workspace that is not trusted cannot name environment variables."));
    }
    const value = process.env[password.env];
    if (!value) {
      throw new Error(t("{0} is not set in the environment of VS Code.", password.env));
    }
    return value;
  }
  const kept = await secrets.get(keyOf(end));
  if (kept !== undefined) {
    return kept;
  }
  const place = `${end.user}@${end.host}:${end.port}/${end.database}`;
  const asked = await vscode.window.showInputBox({
    title: t("{0}: password of {1}", which, place),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === "" ? t("This value is required.") : undefined),
  });
  if (asked === undefined) {
    return undefined;
  }
  const keep = { label: t("Keep it in VS Code's secret storage"), keep: true };
  const once = { label: t("Use it once"), keep: false };
  // Who names a secret in the file has agreed to it.
  const choice =
    password === undefined
      ? await vscode.window.showQuickPick([keep, once], { title: place, ignoreFocusOut: true })
      : keep;
  if (choice?.keep === true) {
    await keepPassword(secrets, end, asked);
  }
  return choice === undefined ? undefined : asked;
}
