/** Making a task by questions, each with a way back: both ends, its tables, how and under which name. It ends in a task file. */
import * as v from "valibot";
import type { ConnectionState } from "../connections/session-manager";
import { askChoice, askMany, askText, back, type StepFrame } from "../connections/wizard/quick-inputs";
import { jobName } from "../drs/schemas";
import { joined, type Shown, shown } from "../l10n/shown";
import type * as vscode from "../screen/vscode";
import { hasEnded } from "../status/statuses";
import { askEnd } from "./ask-end";
import type { TaskFile } from "./model";
import { type Answer, contextOf, type Finish, type NewTaskContext } from "./new-task-context";
import {
  type DraftStep,
  draftFile,
  draftSteps,
  fileEnd,
  proposedTaskName,
  type TaskDraft,
  tableObjections,
  tableSize,
  typedObjects,
} from "./new-task-draft";
import { type FileParts, showNewFile } from "./open";
import { referenceOf } from "./passwords";
import { fileText, typeChoices } from "./templates";

/** A task file that was written from the answers, and whether its task is to be started, too. */
interface Wanted {
  readonly file: vscode.Uri;
  readonly start: boolean;
}

/**
 * Asks step by step, and shows the task file.
 *
 * @param state the connection in which the task is to be.
 * @returns the task that is to be created; undefined where only its file was wanted, or nothing.
 */
export async function askNewTask(parts: FileParts, state: ConnectionState): Promise<Wanted | undefined> {
  const context = await contextOf(parts, state);
  const steps = draftSteps(context.local !== undefined);
  let draft: TaskDraft = {};
  let finish: Finish | undefined;
  for (let index = 0; index < steps.length; ) {
    const step = steps[index] ?? "finish";
    const frame = { title: parts.l10n.t("New Task"), step: index + 1, totalSteps: steps.length };
    const answer = await ask(step, draft, context, frame);
    if (answer === undefined) {
      return undefined;
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
      await context.kept.keep(referenceOf(fileEnd(end), state.connection), end.password);
    }
  }
  const document = await showNewFile(name, fileText(draftFile(draft)));
  return finish === "file" ? undefined : { file: document.uri, start: finish === "start" };
}

async function ask(
  step: DraftStep,
  draft: TaskDraft,
  context: NewTaskContext,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  switch (step) {
    case "source":
    case "target":
      return await askEnd(step, draft, context, frame);
    case "tables":
      return await askTables(draft, context, frame);
    case "type":
      return await askType(draft, context, frame);
    case "subnet": {
      const { t } = context.parts.l10n;
      const subnet = await askText({
        ...frame,
        prompt: t("Network ID of the subnet in which the instance is created"),
        value: draft.subnet,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      return typeof subnet === "string" ? { draft: { subnet } } : subnet;
    }
    case "name":
      return await askName(draft, context, frame);
    case "finish":
      return await askFinish(draft, context, frame);
  }
}

async function askTables(
  { objects }: TaskDraft,
  context: NewTaskContext,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { l10n } = context.parts;
  const { t } = l10n;
  if (context.local === undefined) {
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
  const items = context.tables.map((table) => {
    const objections = tableObjections(table, l10n);
    return {
      ...{ label: shown(table.name), description: tableSize(table, l10n), value: table.name },
      ...(objections.length === 0 ? {} : { detail: joined(" ", objections), icon: "warning" }),
      picked: chosen?.has(table.name) ?? objections.length === 0,
    };
  });
  const tables = await askMany<string>({
    ...frame,
    placeholder: t("Which tables? Those with a warning are not selected."),
    none: t("Select at least one table."),
    items,
  });
  return tables === undefined || tables === back ? tables : { draft: { objects: { tables: [...tables] } } };
}

async function askType(
  { type }: TaskDraft,
  { parts }: NewTaskContext,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { t } = parts.l10n;
  const answer = await askChoice<TaskFile["type"]>({
    ...frame,
    placeholder: t("How do you want to synchronize?"),
    items: typeChoices(t).map(({ type, ...texts }) => ({ ...texts, value: type })),
    active: type ?? "full+incremental",
  });
  return answer === undefined || answer === back ? answer : { draft: { type: answer } };
}

async function askName(
  draft: TaskDraft,
  { parts, state }: NewTaskContext,
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
  { parts }: NewTaskContext,
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
