/** Making a task by questions, each with a way back: both ends, its tables, how and under which name. It ends in a task file. */

import * as v from "valibot";
import { type DemoDatabase, demoLogins } from "../backend-client/demo-databases";
import { askEnds, type ChoosableTable } from "../backend-client/ends";
import type { LocalConnection } from "../connections/connection";
import type { ConnectionState } from "../connections/session-manager";
import { askChoice, askMany, askText, back, type StepFrame } from "../connections/wizard/quick-inputs";
import { jobName } from "../drs/schemas";
import type { AccessKey } from "../drs/sign-in";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { hasEnded, rowOf } from "../status/statuses";
import { KeptPasswords } from "./kept-passwords";
import type { TaskFile } from "./model";
import {
  type DraftEnd,
  type DraftStep,
  draftFile,
  draftSteps,
  endName,
  fileEnd,
  placeIn,
  proposedTaskName,
  secretName,
  type TaskDraft,
  tableObjections,
  tableSize,
  typedObjects,
} from "./new-task-draft";
import { type FileParts, showNewFile, tasksNamed } from "./open";
import { addressOf, referenceOf } from "./passwords";
import { fileText } from "./templates";

type Finish = "start" | "create" | "file";

/** What the questions are asked with. */
interface Scene {
  readonly parts: FileParts;
  readonly state: ConnectionState;
  /** Of the local backend, which tries ends and lists tables before a task exists. */
  readonly local: { readonly connection: LocalConnection; readonly key: AccessKey } | undefined;
  readonly kept: KeptPasswords;
  readonly demo: readonly DemoDatabase[];
  /** Of the source, as far as they are known. */
  tables: readonly ChoosableTable[];
}

/** @param state the connection in which the task is to be. */
export async function askNewTask(parts: FileParts, state: ConnectionState): Promise<void> {
  const scene = await sceneOf(parts, state);
  const steps = draftSteps(scene.local !== undefined);
  let draft: TaskDraft = {};
  let finish: Finish | undefined;
  for (let index = 0; index < steps.length; ) {
    const step = steps[index] ?? "finish";
    const frame = { title: parts.l10n.t("New Task"), step: index + 1, totalSteps: steps.length };
    const answer = await ask(step, draft, scene, frame);
    if (answer === undefined) {
      return;
    }
    if (answer === back) {
      index--;
      continue;
    }
    draft = { ...draft, ...answer.draft };
    finish = answer.finish ?? finish;
    index++;
  }
  const { source, target, name = "" } = draft;
  for (const end of [source, target]) {
    if (end !== undefined) {
      await scene.kept.keep(referenceOf(fileEnd(end), state.connection), end.password);
    }
  }
  const document = await showNewFile(name, fileText(draftFile(draft)));
  if (finish !== "file") {
    const command = finish === "start" ? "drs.createAndStartTaskFromFile" : "drs.createTaskFromFile";
    await vscode.commands.executeCommand(command, document.uri);
    const started = tasksNamed(parts.sessions, name).find(
      (one) => one.state.connection.id === state.connection.id && !rowOf(one.task.status).configurable,
    );
    if (started !== undefined) {
      // Its page shows that it runs. The file of a task that was not started shows what is wrong.
      await parts.openDetails({ connection: state.connection.id, id: started.task.id });
    }
  }
}

async function sceneOf(parts: FileParts, state: ConnectionState): Promise<Scene> {
  const { connections, secrets, storage, l10n, log } = parts;
  const { connection } = state;
  const key = connection.kind === "local" ? await connections.secret(connection) : undefined;
  const local =
    connection.kind === "local" && key !== undefined && "accessKey" in key
      ? { connection, key: key as AccessKey }
      : undefined;
  const demo =
    local === undefined
      ? []
      : await demoLogins(local.connection, local.key, l10n).then(
          ({ databases }) => databases,
          (error) => {
            log.warn(`The demo's databases are not known: ${error}`);
            return [];
          },
        );
  return { ...{ parts, state, local, demo }, kept: new KeptPasswords(secrets, storage.fsPath), tables: [] };
}

interface Answer {
  readonly draft: TaskDraft;
  readonly finish?: Finish;
}

async function ask(
  step: DraftStep,
  draft: TaskDraft,
  scene: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  switch (step) {
    case "source":
    case "target":
      return await askEnd(step, draft, scene, frame);
    case "tables":
      return await askTables(draft, scene, frame);
    case "type":
      return await askType(draft, scene, frame);
    case "subnet": {
      const { t } = scene.parts.l10n;
      const subnet = await askText({
        ...frame,
        prompt: t("Network ID of the subnet in which the instance is created"),
        value: draft.subnet,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      return typeof subnet === "string" ? { draft: { subnet } } : subnet;
    }
    case "name":
      return await askName(draft, scene, frame);
    case "finish":
      return await askFinish(draft, scene, frame);
  }
}

/** Asks for an end until it works, or the user goes back. */
async function askEnd(
  side: "source" | "target",
  draft: TaskDraft,
  scene: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { l10n } = scene.parts;
  const { t } = l10n;
  const known = await knownEnds(side, scene);
  const other = draft[side === "source" ? "target" : "source"];
  let typed = draft[side];
  for (;;) {
    const typeIt = "type" as const;
    const items = [
      ...known
        .filter((end) => other === undefined || keyOf(end) !== keyOf(other))
        .map((end) => ({
          ...{ label: endName(end), description: shown(end.user), icon: "database" },
          value: end as Omit<DraftEnd, "password"> & { readonly password?: string | undefined },
        })),
      { label: t("Another database…"), description: t("by its address"), icon: "edit", value: typeIt },
    ];
    const placeholder =
      side === "source" ? t("From which database are rows read?") : t("To which database are rows written?");
    const chosen =
      items.length === 1
        ? typeIt
        : await askChoice<(typeof items)[number]["value"]>({ ...frame, placeholder, items });
    if (chosen === undefined || chosen === back) {
      return chosen;
    }
    const login = await askLogin(chosen === typeIt ? typed : chosen, chosen !== typeIt, scene, frame);
    if (login === undefined) {
      return undefined;
    }
    if (login === back) {
      if (items.length === 1) {
        return back;
      }
      continue;
    }
    const ends =
      side === "source" ? { source: login, target: undefined } : { source: draft.source, target: login };
    const problem = await tried(side, ends, scene);
    if (problem === undefined) {
      return { draft: { [side]: login } };
    }
    typed = login;
    const again = t("Try Again");
    const message = t("{0} cannot be used: {1}", endName(login), problem);
    if ((await vscode.window.showErrorMessage(message, again)) !== again) {
      return undefined;
    }
  }
}

/** Databases of the demo, and those of tasks that there are. */
async function knownEnds(
  side: "source" | "target",
  { demo, state, kept }: Scene,
): Promise<readonly (Omit<DraftEnd, "password"> & { readonly password?: string | undefined })[]> {
  const fromDemo = demo
    .filter(({ server }) => server === side)
    .map(({ host, port, database, task }) => ({ host, port, database, ...task, secret: `demo-${side}` }));
  const seen = new Set(fromDemo.map(keyOf));
  const fromTasks: (Omit<DraftEnd, "password"> & { readonly password?: string | undefined })[] = [];
  for (const task of state.session?.store.snapshot.tasks.values() ?? []) {
    const { host, port, database, user } = task[side] ?? {};
    if (host !== undefined && port !== undefined && database !== undefined && user !== undefined) {
      const place = { host, port, database, user };
      const end = { ...place, secret: secretName(place) };
      if (!seen.has(keyOf(end))) {
        seen.add(keyOf(end));
        const password = await kept.passwordOf(
          referenceOf({ ...place, password: { secret: end.secret } }, state.connection),
        );
        fromTasks.push({ ...end, password });
      }
    }
  }
  return [...fromDemo, ...fromTasks];
}

function keyOf({ host, port, database }: Pick<DraftEnd, "host" | "port" | "database">): string {
  return JSON.stringify([host, port, database]);
}

/** Asks for what is not known of a login. @param isChosen whether only its password may be missing. */
async function askLogin(
  end: (Partial<Omit<DraftEnd, "password">> & { readonly password?: string | undefined }) | undefined,
  isChosen: boolean,
  { parts }: Scene,
  frame: StepFrame,
): Promise<DraftEnd | typeof back | undefined> {
  const { t } = parts.l10n;
  if (isChosen && end?.password !== undefined) {
    return end as DraftEnd;
  }
  // Within a step there is always a way back: to its list.
  const inner = { ...frame, step: Math.max(frame.step, 2), totalSteps: Math.max(frame.totalSteps ?? 2, 2) };
  let place =
    end?.host === undefined || end.port === undefined || end.database === undefined
      ? undefined
      : { host: end.host, port: end.port, database: end.database };
  let user = end?.user;
  for (let question = isChosen ? 2 : 0; ; ) {
    let answer: string | typeof back | undefined;
    if (question === 0) {
      answer = await askText({
        ...inner,
        prompt: t("Address of the database"),
        placeholder: shown("db.example.com:5432/shop"),
        value:
          place &&
          `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}/${place.database}`,
        objection: (text) =>
          placeIn(text) === undefined
            ? t("Write host:port/database, such as db.example.com:5432/shop.")
            : undefined,
      });
      const parsed = typeof answer === "string" ? placeIn(answer) : undefined;
      place = parsed ?? place;
      user = parsed?.user ?? user;
    } else if (question === 1) {
      answer = await askText({
        ...inner,
        prompt: t("User that the task logs in as"),
        value: user,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      user = typeof answer === "string" ? answer : user;
    } else if (place !== undefined && user !== undefined) {
      const login = { ...place, user };
      answer = await askText({
        ...inner,
        prompt: t(
          "Password of {0}. It is stored in VS Code's secret storage.",
          addressOf({ ...login, kind: "secret", name: "", through: "" }),
        ),
        password: true,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      if (typeof answer === "string") {
        return { ...login, password: answer, secret: end?.secret ?? secretName(login), ssl: end?.ssl };
      }
    }
    if (answer === undefined) {
      return undefined;
    }
    question += answer === back ? -1 : 1;
    if (question < (isChosen ? 2 : 0)) {
      return back;
    }
  }
}

/** Tries what is known of the ends, and reads the tables with both of them; answers what is wrong with the given one. */
async function tried(
  side: "source" | "target",
  { source, target }: Pick<TaskDraft, "source" | "target">,
  scene: Scene,
): Promise<string | undefined> {
  const { local, parts } = scene;
  if (local === undefined || source === undefined) {
    // The service tries them when the task exists.
    return undefined;
  }
  const { t } = parts.l10n;
  const options = { location: vscode.ProgressLocation.Notification, title: t("Trying the connection") };
  try {
    const { problems, tables = [] } = await vscode.window.withProgress(
      options,
      async () => await askEnds(local.connection, local.key, { source, target }, parts.l10n),
    );
    scene.tables = tables;
    if (problems[side] === undefined && side === "source" && tables.length === 0) {
      return t("it has no tables.");
    }
    return problems[side] ?? problems.source ?? problems.target;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function askTables(
  { objects }: TaskDraft,
  scene: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { l10n } = scene.parts;
  const { t } = l10n;
  if (scene.local === undefined) {
    const text = await askText({
      ...frame,
      prompt: t("Tables as schema.table, with commas between them. Empty: all tables."),
      value: objects === undefined || objects === "all" ? "" : objects.tables?.join(", "),
      objection: (typed) =>
        typedObjects(typed) === undefined ? t("Write each table as schema.table.") : undefined,
    });
    return typeof text === "string" ? { draft: { objects: typedObjects(text) } } : text;
  }
  const chosen = objects === undefined || objects === "all" ? undefined : new Set(objects.tables);
  const items = scene.tables.map((table) => {
    const objections = tableObjections(table, l10n);
    return {
      ...{ label: shown(table.name), description: tableSize(table, l10n), value: table.name },
      ...(objections.length === 0 ? {} : { detail: joined(" ", objections), icon: "warning" }),
      picked: chosen?.has(table.name) ?? objections.length === 0,
    };
  });
  const tables = await askMany<string>({
    ...frame,
    placeholder: t("Which tables are synchronized? Those with a warning are not selected."),
    none: t("Select at least one table."),
    items,
  });
  return tables === undefined || tables === back ? tables : { draft: { objects: { tables: [...tables] } } };
}

async function askType(
  { type }: TaskDraft,
  { parts }: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { t } = parts.l10n;
  const answer = await askChoice<TaskFile["type"]>({
    ...frame,
    placeholder: t("How do you want to synchronize?"),
    items: [
      {
        label: t("Full and incremental"),
        description: t("copy, then follow the changes"),
        value: "full+incremental",
      },
      {
        label: t("Incremental only"),
        description: t("the target has the rows already"),
        value: "incremental",
      },
      { label: t("Full only"), description: t("copy once"), value: "full" },
    ],
    active: type ?? "full+incremental",
  });
  return answer === undefined || answer === back ? answer : { draft: { type: answer } };
}

async function askName(
  draft: TaskDraft,
  { parts, state }: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { t } = parts.l10n;
  const taken = new Set(
    [...(state.session?.store.snapshot.tasks.values() ?? [])]
      .filter(({ status }) => !hasEnded(status))
      .map(({ name }) => name.toLowerCase()),
  );
  const name = await askText({
    ...frame,
    prompt: t("Name of the task"),
    value: draft.name ?? proposedTaskName(draft, taken),
    objection: (text) =>
      taken.has(text.toLowerCase())
        ? t('Task "{0}" already exists. Choose another name.', text)
        : v.is(jobName, text)
          ? undefined
          : t("Write 4 to 50 letters, digits, hyphens or underscores, beginning with a letter."),
  });
  return typeof name === "string" ? { draft: { name } } : name;
}

async function askFinish(
  { objects }: TaskDraft,
  { parts }: Scene,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { t } = parts.l10n;
  const tables = objects === undefined || objects === "all" ? undefined : objects.tables?.length;
  const what: Shown =
    tables === undefined ? t("all tables") : tables === 1 ? t("1 table") : t("{0} tables", tables);
  const finish = await askChoice<Finish>({
    ...frame,
    placeholder: t("Ready: {0}. What do you want to do?", what),
    items: [
      {
        ...{ label: t("Create and Start"), icon: "play", value: "start" },
        description: t("after its pre-check has passed"),
      },
      {
        ...{ label: t("Create and Pre-check"), icon: "checklist", value: "create" },
        description: t("start it later"),
      },
      {
        ...{ label: t("Open the Task File"), icon: "new-file", value: "file" },
        description: t("nothing is created"),
      },
    ],
    active: "start",
  });
  return finish === undefined || finish === back ? finish : { draft: {}, finish };
}
