/** What the command does that gives a task another password for one of its databases. */

import { demoLogins, demoPasswordOf } from "../backend-client/demo-databases";
import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { isOfDemo } from "../tasks/demo";
import type { TaskEndpoint } from "../tasks/task";
import {
  canChangePassword,
  changePassword,
  endsByError,
  type PasswordEnd,
} from "../tasks/use-cases/change-password";
import type { CommandHost } from "./host";
import { offerNext } from "./offer-next";

type Parts = Pick<CommandHost, "connections" | "l10n" | "log" | "attempts" | "openDetails">;

/** Asks for the end and the new password, sends it once, and offers to resume. The password is not kept here. */
export async function askPassword(found: PlacedTask, parts: Parts): Promise<void> {
  const { task, session } = found;
  const { t } = parts.l10n;
  if (!canChangePassword(session, task)) {
    const message = t('The password of task "{0}" cannot be changed in its current status.', task.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  const ends = {
    so: { label: t("Source database"), place: task.source },
    ta: { label: t("Target database"), place: task.target },
  };
  const items = endsByError(task).map((end) => {
    const { label, place } = ends[end];
    return { end, place, label, description: endText(place) };
  });
  const title = t('Database password of task "{0}"', task.name);
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t("Of which database?") });
  if (picked === undefined) {
    return;
  }
  const { end, label, description, place } = picked;
  const prompt = t("New password of {0}", description || label);
  const known = await offeredPassword(found, place?.user, title, parts);
  if (known !== "none") {
    await changeTo(found, end, { title, prompt, known }, parts);
  }
}

/**
 * The password that the demo knows, if the user wants that one; undefined: the user enters one; "none": the user has
 * given up.
 */
async function offeredPassword(
  { task, state }: PlacedTask,
  user: string | undefined,
  title: Shown,
  { connections, l10n, log }: Parts,
): Promise<{ readonly password: string } | undefined | "none"> {
  const { t } = l10n;
  const local = state.connection.kind === "local" ? connections.localAccess : undefined;
  if (local === undefined || user === undefined || !isOfDemo(task)) {
    return undefined;
  }
  const logins = await demoLogins(local, l10n).catch((error: unknown) => {
    log.error("the logins of the demo cannot be read", error);
    return undefined;
  });
  const password = logins && demoPasswordOf(user, logins);
  if (password === undefined) {
    return undefined;
  }
  const items = [
    { icon: "key", label: t("Use the password that the demo knows"), known: { password } },
    { icon: "edit", label: t("Enter a password…"), known: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t("Which password of {0}?", user),
  });
  return picked === undefined ? "none" : picked.known;
}

/** Changes the password; one that is entered is asked for again, with the objection, as long as the service rejects it. */
async function changeTo(
  found: PlacedTask,
  end: PasswordEnd,
  { title, prompt, known }: Asked,
  parts: Parts,
): Promise<void> {
  const { l10n, log, attempts } = parts;
  const { task, session, state } = found;
  const { connection } = state;
  const { t } = l10n;
  let objection: Shown | undefined;
  for (let offered = known; ; offered = undefined) {
    const password =
      offered?.password ??
      (await vscode.window.showInputBox({
        ...{ title, password: true, ignoreFocusOut: true },
        prompt: joined(" ", [objection ?? "", prompt]),
      }));
    if (!password) {
      return;
    }
    try {
      await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
        changePassword(session, task, end, password),
      );
      break;
    } catch (error) {
      log.error(`the password of task ${task.name} (${task.id}) was not changed`, error);
      objection = explain(error, l10n, connection.kind === "local");
    }
  }
  const message = t('The password of task "{0}" was changed.', task.name);
  attempts.take({ connection: connection.id, id: task.id }, { text: message, at: Date.now() });
  await offerNext(found, message, parts);
}

interface Asked {
  readonly title: Shown;
  readonly prompt: Shown;
  readonly known: { readonly password: string } | undefined;
}

function endText(end: TaskEndpoint | undefined): Shown {
  const { user, host, database } = end ?? {};
  const place = joined("/", [shown(host ?? ""), shown(database ?? "")]);
  return joined("@", [shown(user ?? ""), place]);
}
