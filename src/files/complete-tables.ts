/** Completes the names of tables in a task file with those that the source has. */
import { getLocation, getNodeValue, parseTree } from "jsonc-parser";
import * as v from "valibot";
import { askEnds } from "../backend-client/ends";
import * as vscode from "../screen/vscode";
import { selectableObjects } from "../tasks/use-cases/change-objects";
import { textCompletions } from "./completion-items";
import { addressedEnd } from "./engines";
import { type TaskFile, taskFileSchema } from "./model";
import { type FileParts, keptOf, tasksNamed } from "./open";
import { referenceOf } from "./passwords";

/** How long what a source has counts, in milliseconds. */
const freshMs = 30_000;
/** Nobody waits longer for a completion, in milliseconds. */
const patienceMs = 8_000;

/** Suggests the items of `objects.tables`; nothing where the source cannot be asked within eight seconds. */
export function tableCompletions(parts: FileParts): vscode.CompletionItemProvider {
  let known:
    | { readonly key: string; readonly at: number; readonly names: Promise<readonly string[]> }
    | undefined;
  return {
    provideCompletionItems: async (document, position) => {
      const { path, isAtPropertyKey } = getLocation(document.getText(), document.offsetAt(position));
      if (isAtPropertyKey || path[0] !== "objects" || path[1] !== "tables" || path.length < 3) {
        return [];
      }
      const file = fileIn(document.getText());
      if (file === undefined) {
        return [];
      }
      const key = JSON.stringify([file.name, file.source]);
      if (known === undefined || known.key !== key || Math.abs(Date.now() - known.at) > freshMs) {
        known = { key, at: Date.now(), names: tablesOf(file, parts) };
      }
      return textCompletions(document, position, await known.names, vscode.CompletionItemKind.Field);
    },
  };
}

/** The file whatever its objects are: a list of tables in the making is not valid yet. */
function fileIn(text: string): TaskFile | undefined {
  const root = parseTree(text);
  const value: unknown = root && getNodeValue(root);
  const parsed =
    typeof value === "object" && value !== null
      ? v.safeParse(taskFileSchema("en"), { ...value, objects: "all" })
      : undefined;
  return parsed?.success === true ? parsed.output : undefined;
}

/** None where they cannot be known without asking the user. */
async function tablesOf(file: TaskFile, parts: FileParts): Promise<readonly string[]> {
  try {
    return (await fromBackend(file, parts)) ?? (await fromTask(file, parts)) ?? [];
  } catch (error) {
    parts.log.info(`The tables of ${file.source.database} are not known: ${error}`);
    return [];
  }
}

/** The local backend lists them with a password that is kept. */
async function fromBackend({ source }: TaskFile, parts: FileParts): Promise<readonly string[] | undefined> {
  const { localAccess } = parts.connections;
  if (localAccess === undefined) {
    return undefined;
  }
  const reference = referenceOf(source, localAccess.connection);
  // A variable is not sent for the sake of a completion.
  const password = reference.kind === "secret" ? await keptOf(parts).passwordOf(reference) : undefined;
  if (password === undefined || source.ca !== undefined) {
    return undefined;
  }
  const ends = { source: { ...addressedEnd(source), password } };
  const { tables } = await askEnds(localAccess, ends, parts.l10n);
  return tables?.filter(({ unlogged }) => !unlogged).map(({ name }) => name);
}

/** The service lists those of a task that exists. */
async function fromTask(
  { name, source }: TaskFile,
  { sessions }: FileParts,
): Promise<readonly string[] | undefined> {
  const [existing] = tasksNamed(sessions, name);
  const map =
    existing &&
    (await selectableObjects(existing.session.client, existing.task.id, AbortSignal.timeout(patienceMs)));
  const schemas = Object.entries(map?.[source.database ?? ""]?.schemas ?? {});
  return (
    map &&
    schemas.flatMap(([schema, { tables = {} }]) =>
      Object.keys(tables ?? {}).map((table) => `${schema}.${table}`),
    )
  );
}
