import { demoLogins } from "../backend-client/demo-databases";
import { askEnds } from "../backend-client/ends";
import type { Connection } from "../connections/connection";
import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import type { Localizer } from "../l10n/localizer";
import { joined, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { changeObjects, synchronizedObjects } from "../tasks/use-cases/change-objects";
import { applyPlan, type CreationOptions, StepError } from "../tasks/use-cases/create-task";
import { remedySqlOf } from "../tasks/use-cases/explain";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import { certificatesOf } from "./certificates";
import { linkFindings } from "./complete-engines";
import { endFindings } from "./end-findings";
import { addressedEnd, isPostgres } from "./engines";
import { explainStep, stepName } from "./explain";
import { clearFindings, markFindings } from "./finding-marks";
import { KeptPasswords } from "./kept-passwords";
import type { TaskFile } from "./model";
import { askNewTask } from "./new-task";
import {
  type FileParts,
  isTaskFile,
  type OpenedFile,
  type Place,
  readingOf,
  showNewFile,
  tasksNamed,
} from "./open";
import { addressOf, passwordsOf, referenceOf } from "./passwords";
import { choiceOf, diffOf, objectsOf, planOf } from "./plan";
import { compareTaskFile, copyTerraform, saveTaskFile } from "./task-commands";
import { exampleEnds, type TemplateEnds, templateText } from "./templates";

/** How long the service may take to return the objects of a task, in milliseconds. */
const readLimitMs = 60_000;

/** What the commands about task files do. Commands on a file take its address; without one it is the active editor's. */
export function fileHandlers(parts: FileParts) {
  return {
    newTask: async () => await newTask(parts),
    newTaskFile: async (argument: unknown) => await newTaskFile(parts, argument),
    saveTaskFile: async (task: PlacedTask) => await saveTaskFile(parts, task),
    copyTerraform: async (task: PlacedTask) => await copyTerraform(parts, task),
    compareTaskFile: async (argument: unknown) => {
      const found = await opened(parts, argument);
      const place = found && (await placeOf(parts, found.file.name));
      if (found !== undefined && place !== undefined) {
        await compareTaskFile(parts, found, place);
      }
    },
    validateTaskFile: async (argument: unknown) => await validate(parts, argument),
    createTaskFromFile: async (argument: unknown) => await create(parts, argument, false),
    createAndStartTaskFromFile: async (argument: unknown) => await create(parts, argument, true),
    applyTaskFile: async (argument: unknown) => await apply(parts, argument),
    forgetPasswords: async () => await forgetPasswords(parts),
  };
}

/** Asks step by step, in the only connection there is or in the one that the user picks. */
async function newTask(parts: FileParts): Promise<void> {
  const { sessions } = parts;
  const { t } = parts.l10n;
  if (!sessions.shown.some(({ session }) => session !== undefined)) {
    const start = t("Start the Local Backend");
    const connect = t("Connect to Huawei Cloud…");
    const question = t("A task needs a connection. Start the local backend or connect to Huawei Cloud.");
    const answer = await vscode.window.showInformationMessage(question, start, connect);
    if (answer !== undefined) {
      await vscode.commands.executeCommand(answer === start ? "drs.startLocalBackend" : "drs.connectCloud");
    }
  }
  const open = sessions.shown.filter(
    ({ session, readOnly }) => session !== undefined && readOnly === undefined,
  );
  const items = open.map((state) => ({
    label: shown(state.connection.name),
    description: shown(state.connection.kind === "cloud" ? state.connection.region : ""),
    state,
  }));
  const placeHolder = t("In which connection is the task created?");
  const state =
    items.length < 2 ? open[0] : (await vscode.window.showQuickPick(items, { placeHolder }))?.state;
  if (state !== undefined) {
    await askNewTask(parts, state);
  } else if (sessions.shown.some(({ session }) => session !== undefined) && open.length === 0) {
    await tellNoPlace(parts);
  }
}

async function newTaskFile(parts: FileParts, argument: unknown): Promise<void> {
  const { t } = parts.l10n;
  const templates = [
    {
      type: "full+incremental",
      label: t("Full and incremental"),
      description: t("copy, then follow the changes"),
    },
    { type: "incremental", label: t("Incremental only"), description: t("the target has the rows already") },
    { type: "full", label: t("Full only"), description: t("copy once") },
  ] as const;
  const named = templates.find(({ type }) => type === argument);
  const options = { placeHolder: t("PostgreSQL to PostgreSQL: choose what to synchronize") };
  const template = named ?? (await vscode.window.showQuickPick(templates, options));
  if (template !== undefined) {
    const ends = (await demoEnds(parts)) ?? exampleEnds;
    await showNewFile("new-task", templateText("new-task", template.type, ends));
  }
}

/** The local backend's connection, and the key to call it; undefined when it does not run. */
async function openLocalBackend({ connections, sessions }: FileParts) {
  const { local } = connections;
  const key = local && (await connections.secret(local));
  return local !== undefined &&
    key !== undefined &&
    "accessKey" in key &&
    sessions.find(local.id)?.session !== undefined
    ? { local, key }
    : undefined;
}

/** Both ends in the demo's databases, whose passwords are kept at once; undefined when it does not run. */
async function demoEnds(parts: FileParts): Promise<TemplateEnds | undefined> {
  const { l10n, log } = parts;
  const open = await openLocalBackend(parts);
  if (open === undefined) {
    return undefined;
  }
  const { local, key } = open;
  try {
    const { databases } = await demoLogins(local, key, l10n);
    const end = async (server: "source" | "target") => {
      // For all databases of the demo: users of the template replace its database by another one.
      const ends = databases
        .filter((one) => one.server === server)
        .map(({ host, port, database, task: { user, password } }) => ({
          end: { host, port, database, user, password: { secret: `demo-${server}` } },
          password,
        }));
      for (const one of ends) {
        await keptOf(parts).keep(referenceOf(one.end, local), one.password);
      }
      return ends[0]?.end;
    };
    const [source, target] = [await end("source"), await end("target")];
    return source && target && { source, target, objects: { tables: ["public.events"] } };
  } catch (error) {
    log.warn(`The demo's databases are not known: ${error}`);
    return undefined;
  }
}

/** The document that a command is about, and the task file in it; shows what is wrong when it is not one. */
async function opened({ l10n: { t } }: FileParts, argument: unknown): Promise<OpenedFile | undefined> {
  const document =
    argument instanceof vscode.Uri
      ? await vscode.workspace.openTextDocument(argument)
      : vscode.window.activeTextEditor?.document;
  if (document === undefined || !isTaskFile(document)) {
    void vscode.window.showWarningMessage(t("Open a task file (*.drs-task.json) first."));
    return undefined;
  }
  const { file, problems } = readingOf(document, t);
  if (file !== undefined) {
    const { scheme, fsPath } = document.uri;
    return { document, file, path: scheme === "file" ? fsPath : undefined, warnings: problems.length };
  }
  const [first] = problems.filter(({ severity }) => severity === "error");
  const line = document.positionAt(first?.offset ?? 0).line + 1;
  const show = t("Show Problems");
  const message = t("The task file is not valid. Line {0}: {1}", line, first?.message ?? "");
  void vscode.window.showErrorMessage(message, show).then((answer) => {
    if (answer === show) {
      void vscode.commands.executeCommand("workbench.actions.view.problems");
    }
  });
  return undefined;
}

/** Checks the form, and with the local backend both ends and the tables, too; marks what is wrong at its line. */
async function validate(parts: FileParts, argument: unknown): Promise<void> {
  const found = await opened(parts, argument);
  if (found === undefined) {
    return;
  }
  const { t } = parts.l10n;
  const { document, file, warnings } = found;
  clearFindings(document.uri);
  const findings = [...(await linkFindings(file, parts, t)), ...(await checkEnds(parts, found))];
  markFindings(document, findings, t);
  const failed = findings.filter(({ result }) => result === "FAILED").length;
  if (failed > 0) {
    const show = t("Show Problems");
    const message = t('Task file "{0}": {1} problems were found.', file.name, failed);
    if ((await vscode.window.showErrorMessage(message, show)) === show) {
      await vscode.commands.executeCommand("workbench.actions.view.problems");
    }
    return;
  }
  const all = warnings + findings.length;
  void vscode.window.showInformationMessage(
    all === 0 ? t("The task file is valid.") : t("The task file is valid, with {0} warnings.", all),
  );
}

/** Nothing where no local backend is open: the service tries ends only of a task that exists. */
async function checkEnds(parts: FileParts, { file, path }: OpenedFile): Promise<readonly PrecheckFinding[]> {
  const { l10n } = parts;
  const open = isPostgres(file.engine) ? await openLocalBackend(parts) : undefined;
  if (open === undefined) {
    return [];
  }
  const { local, key } = open;
  const passwords = await passwordsOf(file, local, keptOf(parts), l10n);
  if (passwords === undefined) {
    return [];
  }
  const authorities = await certificatesOf(file, path, l10n);
  const login = (side: "source" | "target") => {
    return { ...addressedEnd(file[side]), password: passwords[side], ca: authorities[side] };
  };
  const ends = { source: login("source"), target: login("target") };
  const { problems, tables } = await askEnds(local, key, ends, l10n);
  return endFindings(file, problems, tables, l10n);
}

/** The task of the file's name; where several connections have one, or could have one, the user picks. */
async function placeOf(parts: FileParts, name: string): Promise<Place | undefined> {
  const { sessions } = parts;
  const { t } = parts.l10n;
  const existing: readonly Place[] = tasksNamed(sessions, name);
  const places =
    existing.length > 0
      ? existing
      : sessions.shown.flatMap((state) => {
          const { session, readOnly } = state;
          return session === undefined || readOnly !== undefined ? [] : [{ session, state }];
        });
  if (places.length === 0) {
    await tellNoPlace(parts);
  }
  if (places.length < 2) {
    return places[0];
  }
  const items = places.map((place) => ({
    label: shown(place.state.connection.name),
    description: shown(place.state.connection.kind === "cloud" ? place.state.connection.region : ""),
    place,
  }));
  return (
    await vscode.window.showQuickPick(items, { placeHolder: t('Which connection is task "{0}" in?', name) })
  )?.place;
}

/** Says why no connection can take a task: all that are open are read-only, or none is open. */
async function tellNoPlace({ sessions, l10n: { t } }: FileParts): Promise<void> {
  const readOnly = sessions.shown.find((state) => state.session !== undefined);
  if (readOnly === undefined) {
    void vscode.window.showWarningMessage(
      t("No connection is open. Start the local backend or connect to Huawei Cloud, then try again."),
    );
    return;
  }
  const refresh = t("Refresh");
  const { connection, readOnly: why = "" } = readOnly;
  const message = t("Actions of {0} are disabled: {1}", connection.name, why);
  if ((await vscode.window.showWarningMessage(message, refresh)) === refresh) {
    await sessions.refresh(connection.id);
  }
}

async function create(parts: FileParts, argument: unknown, start: boolean): Promise<void> {
  const { t } = parts.l10n;
  const document = await opened(parts, argument);
  const place = document && (await placeOf(parts, document.file.name));
  if (document === undefined || place === undefined) {
    return;
  }
  const { file, path } = document;
  const { session, state, task } = place;
  if (task !== undefined && !rowOf(task.status).configurable) {
    const message = t('Task "{0}" already exists and is configured. Choose another name.', file.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  if (!(await confirmedCost(file, state, task === undefined, start, parts.l10n))) {
    return;
  }
  const certificates = await certificatesOf(file, path, parts.l10n);
  const passwords = await passwordsOf(file, state.connection, keptOf(parts), parts.l10n);
  if (passwords === undefined) {
    return;
  }
  const plan = planOf(file, passwords, certificates);
  clearFindings(document.document.uri);
  const found = await inProgress(parts, state.connection, file, async (options) => {
    const onCreated = (id: string) => parts.log.info(`task ${file.name} (${id}) was created from a file`);
    await applyPlan(session, plan, { ...options, existing: task?.id, start, onCreated });
  });
  markFindings(document.document, found, t);
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
    "This costs money: the task is billed to this connection's account until it is ended, also while it is paused.",
  );
  const yes = start ? t("Create and Start") : t("Create and Pre-check");
  const detail = joined("\n\n", [facts, cost]);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

async function apply(parts: FileParts, argument: unknown): Promise<void> {
  const { t } = parts.l10n;
  const file = (await opened(parts, argument))?.file;
  const place = file && (await placeOf(parts, file.name));
  if (file === undefined || place === undefined) {
    return;
  }
  const { session, state, task } = place;
  if (!isPostgres(file.engine)) {
    const message = t("The objects of a running task can be changed from a file for PostgreSQL only.");
    void vscode.window.showWarningMessage(message);
    return;
  }
  if (task === undefined || rowOf(task.status).phase !== "incremental") {
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

/**
 * Runs the steps with a notification that names them and can cancel them, and shows how they ended.
 *
 * @returns what is wrong with what the file says.
 */
async function inProgress(
  parts: FileParts,
  connection: Connection,
  file: TaskFile,
  work: (options: CreationOptions) => Promise<void>,
): Promise<readonly PrecheckFinding[]> {
  const { l10n, log } = parts;
  const { t } = l10n;
  const title = t('Task "{0}"', file.name);
  const location = vscode.ProgressLocation.Notification;
  const controller = new AbortController();
  try {
    await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      await work({
        signal: controller.signal,
        onStep: (step, percent) => {
          const share = percent === undefined ? "" : l10n.percent(percent);
          progress.report({ message: joined(" ", [stepName(step, l10n), share]) });
        },
      });
    });
    void vscode.window.setStatusBarMessage(t('Task "{0}": done', file.name), 5000);
    return [];
  } catch (error) {
    if (controller.signal.aborted) {
      const message = t(
        'Task "{0}": cancelled. What was done until then stays; refresh the list to see it.',
        file.name,
      );
      void vscode.window.showInformationMessage(message);
      return [];
    } else if (error instanceof StepError) {
      log.error(`task file ${file.name}: ${error.step} failed`, error.cause ?? error.outcome?.findings);
      await tellStep(parts, error, file, connection);
      return findingsIn(error, l10n, connection.kind === "local");
    } else {
      throw error;
    }
  }
}

/** Of a pre-check what did not pass; of an end that does not work, why. */
function findingsIn(
  { step, outcome, cause }: StepError,
  l10n: Localizer,
  local: boolean,
): readonly PrecheckFinding[] {
  const side = { connectSource: "source", connectTarget: "target" }[step as string];
  return side === undefined
    ? (outcome?.findings ?? [])
    : [{ item: side, result: "FAILED", reason: explain(cause, l10n, local) }];
}

async function tellStep(
  parts: FileParts,
  error: StepError,
  file: TaskFile,
  connection: Connection,
): Promise<void> {
  const { l10n } = parts;
  const local = connection.kind === "local";
  const message = await explainStep(error, file.name, l10n, local);
  const end = { connectSource: file.source, connectTarget: file.target }[error.step as string];
  const sql = remedySqlOf(error.outcome?.findings);
  const [forget, copy] = [l10n.t("Forget the Password"), l10n.t("Copy SQL")];
  const buttons = [...(end === undefined ? [] : [forget]), ...(sql === undefined ? [] : [copy])];
  void vscode.window.showErrorMessage(message, ...buttons).then(async (answer) => {
    if (answer === forget && end !== undefined) {
      await keptOf(parts).forget([referenceOf(end, connection)]);
    } else if (answer === copy && sql !== undefined) {
      await vscode.env.clipboard.writeText(sql);
    }
  });
}

function keptOf({ secrets, storage }: FileParts): KeptPasswords {
  return new KeptPasswords(secrets, storage.fsPath);
}

/** Lists the passwords of task files that are kept, and the variables that may be sent; forgets what the user picks. */
async function forgetPasswords(parts: FileParts): Promise<void> {
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
