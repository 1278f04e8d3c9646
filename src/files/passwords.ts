import type { Connection } from "../connections/connection";
import type { Localizer } from "../l10n/localizer";
import { type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { KeptPasswords, PasswordReference } from "./kept-passwords";
import type { FileEnd, TaskFile } from "./model";
import type { Passwords } from "./plan";

/** The reference to a password in one end of a file, and where its value goes. */
export function referenceOf(
  { password, user = "", host, port = 0, database = "" }: FileEnd,
  connection: Connection,
): PasswordReference {
  const name = password === undefined ? "" : "env" in password ? password.env : password.secret;
  return {
    ...{ kind: password !== undefined && "env" in password ? "env" : "secret", name },
    ...{ user, host, port, database },
    through: connection.kind === "local" ? "local" : connection.endpoint,
  };
}

/** `user@host:port/database` */
export function addressOf({ user, host, port, database }: PasswordReference): string {
  return `${user}@${host}:${port}/${database}`;
}

/**
 * The passwords of both ends: from the environment, from where they are kept, or asked for.
 *
 * @param connection the one that they are sent through.
 * @returns undefined when the user gave none, or does not agree to send a variable.
 * @throws Error when the environment has no such variable or must not be read.
 */
export async function passwordsOf(
  file: TaskFile,
  connection: Connection,
  kept: KeptPasswords,
  l10n: Localizer,
): Promise<Passwords | undefined> {
  const { t } = l10n;
  const source = await passwordOf(file.source, t("Source database"), connection, kept, l10n);
  if (source === undefined) {
    return undefined;
  }
  const target = await passwordOf(file.target, t("Target database"), connection, kept, l10n);
  return target === undefined ? undefined : { source, target };
}

async function passwordOf(
  end: FileEnd,
  which: Shown,
  connection: Connection,
  kept: KeptPasswords,
  l10n: Localizer,
): Promise<string | undefined> {
  const { t } = l10n;
  const reference = referenceOf(end, connection);
  if (reference.kind === "env") {
    return await variableOf(reference, connection, kept, l10n);
  }
  const known = await kept.passwordOf(reference);
  if (known !== undefined) {
    return known;
  }
  const place = addressOf(reference);
  const asked = await vscode.window.showInputBox({
    title: t("{0}: password of {1}", which, place),
    prompt: t("It is sent through the connection {0}.", connection.name),
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
    end.password === undefined
      ? await vscode.window.showQuickPick([keep, once], { title: shown(place), ignoreFocusOut: true })
      : keep;
  if (choice?.keep === true) {
    await kept.keep(reference, asked);
  }
  return choice === undefined ? undefined : asked;
}

/** A variable's value, after the user has agreed to send it to this place. The file decides where it goes. */
async function variableOf(
  reference: PasswordReference,
  connection: Connection,
  kept: KeptPasswords,
  { t }: Localizer,
): Promise<string | undefined> {
  if (!vscode.workspace.isTrusted) {
    throw new Error(t("Files of a workspace that is not trusted cannot name environment variables."));
  }
  const { name } = reference;
  const value = process.env[name];
  if (!value) {
    throw new Error(t("{0} is not set in the environment of VS Code.", name));
  }
  if (await kept.isAllowed(reference)) {
    return value;
  }
  const send = t("Send");
  const question = t("Send the value of the environment variable {0} to {1}?", name, addressOf(reference));
  const detail = t(
    "The task file names it as the password. It is sent through the connection {0}. You are asked once for this variable and database.",
    connection.name,
  );
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, send);
  if (answer !== send) {
    return undefined;
  }
  await kept.allow(reference);
  return value;
}
