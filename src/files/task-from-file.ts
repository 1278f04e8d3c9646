/** Commands that turn a task file into a task: create it, start it, change its objects. */
import type { Localizer } from "../l10n/localizer";
import { joined, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { mayChangeObjects, mayConfigure } from "../tasks/allowed-actions";
import { changeObjects, synchronizedObjects } from "../tasks/use-cases/change-objects";
import { applyPlan } from "../tasks/use-cases/create-task";
import { certificatesOf } from "./certificates";
import { isPostgres } from "./engines";
import { clearFindings, markFindings } from "./finding-marks";
import type { TaskFile } from "./model";
import { type FileParts, keptOf, openedFile, type Place } from "./open";
import { passwordsOf } from "./passwords";
import { placeOf } from "./place";
import { choiceOf, diffOf, objectsOf, planOf } from "./plan";
import { inProgress } from "./step-progress";

/** How long the service may take to return the objects of a task, in milliseconds. */
const readLimitMs = 60_000;

/**
 * Creates the task, or continues its configuration.
 *
 * @param start whether it is started when its pre-check passes.
 * @param given where it is created; absent: where the task of this name is, or where the user wants it.
 * @returns the task's id once all is done that was asked for.
 */
export async function createFromFile(
  parts: FileParts,
  argument: unknown,
  start: boolean,
  given?: Place,
): Promise<string | undefined> {
  const { t } = parts.l10n;
  const document = await openedFile(parts, argument);
  const place = document && (given ?? (await placeOf(parts, document.file.name)));
  if (document === undefined || place === undefined) {
    return undefined;
  }
  const { file, path } = document;
  const { session, state, task } = place;
  if (task !== undefined && !mayConfigure(task)) {
    const message = t('Task "{0}" already exists and is configured. Choose another name.', file.name);
    void vscode.window.showWarningMessage(message);
    return undefined;
  }
  if (!(await confirmedCost(file, state, task === undefined, start, parts.l10n))) {
    return undefined;
  }
  const certificates = await certificatesOf(file, path, parts.l10n);
  const passwords = await passwordsOf(file, state.connection, keptOf(parts), parts.l10n);
  if (passwords === undefined) {
    return undefined;
  }
  const plan = planOf(file, passwords, certificates);
  clearFindings(document.document.uri);
  let done: string | undefined;
  const found = await inProgress(parts, state.connection, file, async (options) => {
    const onCreated = (id: string) => parts.log.info(`task ${file.name} (${id}) was created from a file`);
    done = await applyPlan(session, plan, { ...options, existing: task?.id, start, onCreated });
  });
  markFindings(document.document, found);
  return done;
}

/** Asks before what costs money. The local backend costs nothing. */
async function confirmedCost(
  file: TaskFile,
  { connection }: Place["state"],
  creates: boolean,
  start: boolean,
  { t }: Localizer,
): Promise<boolean> {
  if (connection.kind === "local") {
    return true;
  }
  if (file.subnet === undefined) {
    void vscode.window.showWarningMessage(
      t('The cloud needs "subnet" in the file: the network id of a subnet.'),
    );
    return false;
  }
  const question = creates
    ? t('Create task "{0}" in {1}?', file.name, connection.name)
    : t('Configure task "{0}" in {1}?', file.name, connection.name);
  const facts = t(
    "Connection: {0}. Region: {1}. Node type: {2}.",
    connection.name,
    connection.region,
    file.nodeType ?? "micro",
  );
  const cost = t(
    "This costs money: the task is billed to this connection's account until it is ended, even while it is paused.",
  );
  const yes = start ? t("Create and Start") : t("Create and Pre-check");
  const detail = joined("\n\n", [facts, cost]);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

/** Changes the objects of a running task to those of its file. */
export async function applyFile(parts: FileParts, argument: unknown): Promise<void> {
  const { t } = parts.l10n;
  const file = (await openedFile(parts, argument))?.file;
  const place = file && (await placeOf(parts, file.name));
  if (file === undefined || place === undefined) {
    return;
  }
  const { session, state, task } = place;
  if (!isPostgres(file.engine)) {
    const message = t("Only for PostgreSQL can a file change the objects of a running task.");
    void vscode.window.showWarningMessage(message);
    return;
  }
  if (task === undefined || !mayChangeObjects(task)) {
    void vscode.window.showWarningMessage(
      t("Synchronization objects can be edited while the task is in incremental synchronization."),
    );
    return;
  }
  await session.store.refresh(task.id);
  const known = session.store.snapshot.tasks.get(task.id) ?? task;
  const { added, removed } = diffOf(objectsOf(known), file.objects);
  if (added.length + removed.length === 0) {
    void vscode.window.showInformationMessage(t("The task already has these objects."));
    return;
  }
  const now = await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
    synchronizedObjects(session.client, task.id, AbortSignal.timeout(readLimitMs)),
  );
  if (now === undefined) {
    const message = t(
      'The service does not expose the object configuration of task "{0}". Edit it in the console.',
      file.name,
    );
    void vscode.window.showWarningMessage(message);
    return;
  }
  const yes = t("Apply Change");
  const changes = [...added.map((name) => `+ ${name}`), ...removed.map((name) => `- ${name}`)];
  const note = t(
    "Added tables are copied, then replicated. Removed tables are no longer replicated; their rows stay at the target.",
  );
  const question = t('Edit the synchronization objects of task "{0}"?', file.name);
  const detail = joined("\n\n", [
    state.connection.kind === "cloud" ? shown(state.connection.name) : "",
    joined("\n", changes.map(shown)),
    note,
  ]);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes) {
    await inProgress(parts, state.connection, file, async (options) => {
      await changeObjects(session, task.id, choiceOf(file, now), options);
      parts.log.info(`the objects of task ${file.name} (${task.id}) change: ${changes.join(", ")}`);
    });
  }
}
