/** Commands that turn a task into text: a task file, Terraform, and the differences between a file and its task. */
import type { PlacedTask } from "../connections/session-manager";
import { joined, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { taskDetails } from "../tasks/use-cases/task-details";
import { type FileParts, type OpenedFile, type Place, showNewFile } from "./open";
import { comparableFile, driftOf, fileOf } from "./task-as-file";
import { taskTexts } from "./task-texts";
import { fileText } from "./templates";
import { regionIn, terraformOf } from "./terraform";

/** How long the service may take to say how a task is configured, in milliseconds. */
const readLimitMs = 60_000;

async function detailsOf({ session, task }: Pick<PlacedTask, "session" | "task">) {
  return await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
    taskDetails(session.client, task.id, AbortSignal.timeout(readLimitMs)),
  );
}

function tellUnknownEnds({ l10n: { t } }: FileParts, name: string): void {
  const message = t('The service does not say where both databases of task "{0}" are.', name);
  void vscode.window.showWarningMessage(message);
}

/** Opens a task as a new, unsaved task file without passwords. @throws DrsError when its details cannot be read. */
export async function saveTaskFile(parts: FileParts, placed: PlacedTask): Promise<void> {
  const { name } = placed.task;
  const file = fileOf(await detailsOf(placed));
  if (file === undefined) {
    tellUnknownEnds(parts, name);
    return;
  }
  await showNewFile(name.replaceAll(/[^\w.-]/g, "-"), fileText(file));
}

/** Copies a task as a Terraform resource. @throws DrsError when its details cannot be read. */
export async function copyTerraform(parts: FileParts, placed: PlacedTask): Promise<void> {
  const { t } = parts.l10n;
  const text = terraformOf(await detailsOf(placed), regionIn(placed.state.connection));
  if (text === undefined) {
    tellUnknownEnds(parts, placed.task.name);
    return;
  }
  await vscode.env.clipboard.writeText(text);
  // The status bar cuts off what is longer.
  void vscode.window.setStatusBarMessage(t("Copied as Terraform. Both passwords are variables."), 10_000);
}

/** Shows both side by side, with the fields that differ in the title. */
export async function compareTaskFile(
  parts: FileParts,
  { document, file }: OpenedFile,
  { session, task }: Place,
): Promise<void> {
  const { t } = parts.l10n;
  if (task === undefined) {
    void vscode.window.showWarningMessage(t('There is no task "{0}" in an open connection.', file.name));
    return;
  }
  const theirs = fileOf(await detailsOf({ session, task }));
  if (theirs === undefined) {
    tellUnknownEnds(parts, file.name);
    return;
  }
  const drift = driftOf(file, theirs);
  if (drift.length === 0) {
    void vscode.window.showInformationMessage(t('The file and task "{0}" do not differ.', file.name));
    return;
  }
  const fields = joined(
    ", ",
    drift.map(({ field }) => shown(field)),
  );
  const title = t('Task "{0}" ↔ file: {1}', file.name, fields);
  const text = fileText(comparableFile(file, theirs));
  // A line end at the end is no difference of the task.
  const left = taskTexts.add(`${task.name}.json`, document.getText().endsWith("\n") ? text : text.trimEnd());
  await vscode.commands.executeCommand("vscode.diff", left, document.uri, title, { preview: true });
}
