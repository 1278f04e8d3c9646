import type { SessionManager } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { iconText, joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { mayChangeObjects, mayConfigure } from "../tasks/allowed-actions";
import { isPostgres } from "./engines";
import { readingOf, tasksNamed } from "./open";
import { diffOf, objectsOf } from "./plan";

/** The line of buttons above a task file: what can be done with it, given the task that exists already. */
export function lensesOf(
  document: vscode.TextDocument,
  sessions: SessionManager,
  l10n: Localizer,
): vscode.CodeLens[] {
  const { t, localize } = l10n;
  const { uri } = document;
  const top = new vscode.Range(0, 0, 0, 0);
  const lens = (icon: string, text: Shown, command: string, argument: unknown = uri) =>
    new vscode.CodeLens(top, { title: iconText(icon, text), command, arguments: [argument] });
  const { file } = readingOf(document, t);
  const validate = lens("check", t("Check"), "drs.validateTaskFile");
  if (file === undefined) {
    return [validate];
  }
  const [existing] = tasksNamed(sessions, file.name);
  if (existing === undefined) {
    return [
      validate,
      lens("add", t("Create and Pre-check"), "drs.createTaskFromFile"),
      lens("play", t("Create and Start"), "drs.createAndStartTaskFromFile"),
    ];
  }
  const { task, state } = existing;
  const details = lens(
    rowOf(task.status).icon,
    joined(": ", [shown(task.name), localize(rowOf(task.status).name)]),
    "drs.openDetails",
    { connection: state.connection.id, id: task.id },
  );
  if (mayConfigure(task)) {
    return [
      validate,
      lens("checklist", t("Configure and Pre-check"), "drs.createTaskFromFile"),
      lens("play", t("Configure and Start"), "drs.createAndStartTaskFromFile"),
      details,
    ];
  }
  const compare = lens("git-compare", t("Compare with Task"), "drs.compareTaskFile");
  const { added, removed } = diffOf(objectsOf(task), file.objects);
  if (!mayChangeObjects(task) || !isPostgres(file.engine) || added.length + removed.length === 0) {
    return [validate, compare, details];
  }
  const change = t("Apply Object Changes (+{0} -{1})", added.length, removed.length);
  return [validate, compare, lens("diff", change, "drs.applyTaskFile"), details];
}
