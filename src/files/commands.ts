import type { PlacedTask } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import { forgetPasswords } from "./forget-passwords";
import { demoDatabases, openLocalBackend } from "./local-backend";
import { askNewTask } from "./new-task";
import { type FileParts, keptOf, openedFile, showNewFile } from "./open";
import { referenceOf } from "./passwords";
import { placeOf, placeOfNew } from "./place";
import { compareTaskFile, copyTerraform, saveTaskFile } from "./task-commands";
import { applyFile, createFromFile } from "./task-from-file";
import { exampleEnds, type TemplateEnds, templateText, typeChoices } from "./templates";
import { validateFile } from "./validate-file";

/** Commands for task files. They take a file's address; without one, the active editor's. */
export function fileHandlers(parts: FileParts) {
  return {
    newTask: async () => await newTask(parts),
    newTaskFile: async (argument: unknown) => await newTaskFile(parts, argument),
    saveTaskFile: async (task: PlacedTask) => await saveTaskFile(parts, task),
    copyTerraform: async (task: PlacedTask) => await copyTerraform(parts, task),
    compareTaskFile: async (argument: unknown) => {
      const found = await openedFile(parts, argument);
      const place = found && (await placeOf(parts, found.file.name));
      if (found !== undefined && place !== undefined) {
        await compareTaskFile(parts, found, place);
      }
    },
    validateTaskFile: async (argument: unknown) => await validateFile(parts, argument),
    createTaskFromFile: async (argument: unknown) => void (await createFromFile(parts, argument, false)),
    createAndStartTaskFromFile: async (argument: unknown) =>
      void (await createFromFile(parts, argument, true)),
    applyTaskFile: async (argument: unknown) => await applyFile(parts, argument),
    forgetPasswords: async () => await forgetPasswords(parts),
  };
}

/** Asks step by step, in the only connection there is or in the one that the user picks. */
async function newTask(parts: FileParts): Promise<void> {
  const place = await placeOfNew(parts);
  if (place === undefined) {
    return;
  }
  const wanted = await askNewTask(parts, place.state);
  const id = wanted && (await createFromFile(parts, wanted.file, wanted.start, place));
  if (wanted?.start === true && id !== undefined) {
    // Its page shows that it runs. The file of a task that was not started shows what is wrong.
    await parts.openDetails({ connection: place.state.connection.id, id });
  }
}

async function newTaskFile(parts: FileParts, argument: unknown): Promise<void> {
  const { t } = parts.l10n;
  const templates = typeChoices(t);
  const named = templates.find(({ type }) => type === argument);
  const options = { placeHolder: t("PostgreSQL to PostgreSQL: choose what to synchronize") };
  const template = named ?? (await vscode.window.showQuickPick(templates, options));
  if (template !== undefined) {
    const ends = (await demoEnds(parts)) ?? exampleEnds;
    await showNewFile("new-task", templateText("new-task", template.type, ends));
  }
}

/** Both ends in the demo's databases, whose passwords are kept at once; undefined when it does not run. */
async function demoEnds(parts: FileParts): Promise<TemplateEnds | undefined> {
  const local = openLocalBackend(parts);
  if (local === undefined) {
    return undefined;
  }
  const databases = await demoDatabases(local, parts);
  const end = async (server: "source" | "target") => {
    // For all databases of the demo: users of the template replace its database by another one.
    const ends = databases
      .filter((one) => one.server === server)
      .map(({ host, port, database, task: { user, password } }) => ({
        end: { host, port, database, user, password: { secret: `demo-${server}` } },
        password,
      }));
    for (const one of ends) {
      await keptOf(parts).keep(referenceOf(one.end, local.connection), one.password);
    }
    return ends[0]?.end;
  };
  const [source, target] = [await end("source"), await end("target")];
  return source && target && { source, target, objects: { tables: ["public.events"] } };
}
