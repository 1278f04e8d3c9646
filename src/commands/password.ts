/** The command that changes a task's password for one of its databases. */

import { demoLogins, demoPasswordOf } from "../backend-client/demo-databases";
import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { askChoice, askText, back } from "../connections/wizard/quick-inputs";
import { explain } from "../drs/error-text";
import { isUnanswered } from "../drs/errors";
import { diagnosisOf } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { isOfDemo } from "../tasks/demo";
import type { Task, TaskEndpoint } from "../tasks/task";
import {
  canChangePassword,
  changePassword,
  endByError,
  type PasswordEnd,
} from "../tasks/use-cases/change-password";
import type { CommandHost } from "./host";
import { offerNext } from "./offer-next";

type Parts = Pick<CommandHost, "connections" | "l10n" | "log" | "attempts" | "openDetails">;

/**
 * Asks for the end and the new password, sends it once, and offers to resume. The end is not asked for where the task's
 * error is about the login of one; its question is one step back. The password is not kept here.
 */
export async function askPassword(found: PlacedTask, parts: Parts): Promise<void> {
  const { task, session } = found;
  const { t } = parts.l10n;
  if (!canChangePassword(session, task)) {
    const message = t('The password of task "{0}" cannot be changed in its current status.', task.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  const title = t('Database password of task "{0}"', task.name);
  const named = endByError(task);
  const isLoginError = (await diagnosisOf(task))?.steps.includes("changePassword") === true;
  for (let known = isLoginError ? named : undefined; ; known = undefined) {
    const end = known ?? (await askEnd(task, named, title, parts.l10n));
    if (end === undefined || (await askAndChange(found, end, title, parts)) !== back) {
      return;
    }
  }
}

const endOf = { so: "source", ta: "target" } as const;

async function askEnd(
  task: Task,
  named: PasswordEnd | undefined,
  title: Shown,
  { t }: Localizer,
): Promise<PasswordEnd | undefined> {
  const items = [
    { value: "so" as const, label: t("Source database"), description: endText(task.source) },
    { value: "ta" as const, label: t("Target database"), description: endText(task.target) },
  ];
  const placeholder = t("Of which database?");
  const end = await askChoice<PasswordEnd>({ title, step: 1, placeholder, items, active: named });
  return end === back ? undefined : end;
}

/** @returns `back` where the user wants the other end. */
async function askAndChange(
  found: PlacedTask,
  end: PasswordEnd,
  title: Shown,
  parts: Parts,
): Promise<typeof back | undefined> {
  const place = found.task[endOf[end]];
  const { t } = parts.l10n;
  const label = end === "so" ? t("Source database") : t("Target database");
  const prompt = t("New password of {0}", joined(": ", [label, endText(place)]));
  const known = await offeredPassword(found, place?.user, title, parts);
  if (known === back || known === undefined) {
    return known;
  }
  return await changeTo(found, end, { title, prompt, known: known === "typed" ? undefined : known }, parts);
}

/** The password that the demo knows, if the user wants that one; `typed`: the user enters one; undefined: gives up. */
async function offeredPassword(
  { task, state }: PlacedTask,
  user: string | undefined,
  title: Shown,
  { connections, l10n, log }: Parts,
): Promise<{ readonly password: string } | "typed" | typeof back | undefined> {
  const { t } = l10n;
  const local = state.connection.kind === "local" ? connections.localAccess : undefined;
  if (local === undefined || user === undefined || !isOfDemo(task)) {
    return "typed";
  }
  const logins = await demoLogins(local, l10n).catch((error: unknown) => {
    log.error("the logins of the demo cannot be read", error);
    return undefined;
  });
  const password = logins && demoPasswordOf(user, logins);
  if (password === undefined) {
    return "typed";
  }
  const items = [
    { icon: "key", label: t("Use the password that the demo gave"), value: { password } },
    { icon: "edit", label: t("Enter a password…"), value: "typed" as const },
  ];
  return await askChoice<(typeof items)[number]["value"]>({
    ...{ title, step: 2, items },
    placeholder: t("Which password of {0}?", user),
  });
}

/** Changes the password; one that is entered is asked for again, with the objection, as long as the service rejects it. */
async function changeTo(
  found: PlacedTask,
  end: PasswordEnd,
  { title, prompt, known }: Asked,
  parts: Parts,
): Promise<typeof back | undefined> {
  const { l10n, log, attempts } = parts;
  const { task, session, state } = found;
  const { connection } = state;
  const { t } = l10n;
  let objection: Shown | undefined;
  for (let offered = known; ; offered = undefined) {
    const password =
      offered?.password ??
      (await askText({
        ...{ title, step: 2, password: true },
        prompt: joined(" ", [objection ?? "", prompt]),
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      }));
    if (password === undefined || password === back) {
      return password;
    }
    try {
      await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
        changePassword(session, task, end, password),
      );
      break;
    } catch (error) {
      log.error(`the password of task ${task.name} (${task.id}) was not changed`, error);
      const local = connection.kind === "local";
      objection = explain(error, l10n, local);
      if (isUnanswered(error)) {
        // Another password would not help.
        const failed = t('Changing the password of task "{0}" failed: {1}', task.name, objection);
        void showFailure(failed, { error, local }, l10n);
        return undefined;
      }
    }
  }
  const message = t('The password of task "{0}" was changed.', task.name);
  attempts.take({ connection: connection.id, id: task.id }, { text: message, at: Date.now() });
  await offerNext(found, message, parts);
  return undefined;
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
