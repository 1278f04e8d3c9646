import type { TaskRef } from "../connections/connection";
import type { Connections } from "../connections/connections";
import { type PlacedTask, type SessionManager, tasksOf } from "../connections/session-manager";
import type { Localizer, Translate } from "../l10n/localizer";
import * as vscode from "../screen/vscode";
import { hasEnded } from "../status/statuses";
import { KeptPasswords } from "./kept-passwords";
import type { TaskFile } from "./model";
import { fileSuffix } from "./suffix";
import { type FileReading, readTaskFile } from "./validate";

/** The parts that task files need. */
export interface FileParts {
  readonly connections: Connections;
  readonly sessions: SessionManager;
  readonly secrets: vscode.SecretStorage;
  /** The extension's own folder, which all windows share. */
  readonly storage: vscode.Uri;
  readonly openDetails: (task: TaskRef) => Promise<void>;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
}

/** Where a task of a file is, or could be. */
export type Place = Pick<PlacedTask, "session" | "state"> & { readonly task?: PlacedTask["task"] };

export interface OpenedFile {
  readonly document: vscode.TextDocument;
  readonly file: TaskFile;
  /** On the disk. */
  readonly path: string | undefined;
  readonly warnings: number;
}

/** By its name alone, `*.drs-task.json`. */
export function isTaskFile({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith(fileSuffix);
}

const readings = new WeakMap<
  vscode.TextDocument,
  { readonly version: number; readonly reading: FileReading }
>();

/** Reads the file in an editor, once for each of its versions. */
export function readingOf(document: vscode.TextDocument, t: Translate): FileReading {
  const { version } = document;
  const known = readings.get(document);
  if (known?.version === version) {
    return known.reading;
  }
  const reading = readTaskFile(document.getText(), t);
  readings.set(document, { version, reading });
  return reading;
}

/** The passwords of task files that are kept. */
export function keptOf({ secrets, storage }: Pick<FileParts, "secrets" | "storage">): KeptPasswords {
  return new KeptPasswords(secrets, storage.fsPath);
}

/** The document that a command is about, and the task file in it; shows what is wrong when it is not one. */
export async function openedFile(
  { l10n: { t } }: FileParts,
  argument: unknown,
): Promise<OpenedFile | undefined> {
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

/** The tasks of this name in the connections that are open; one that has ended takes no part any more. */
export function tasksNamed(sessions: SessionManager, name: string): readonly PlacedTask[] {
  return sessions.shown
    .flatMap(tasksOf)
    .filter(({ task }) => task.name.toLowerCase() === name.toLowerCase() && !hasEnded(task.status));
}

/**
 * Shows a new file that is not saved yet; in the folder of the workspace if there is one on the disk. VS Code saves a new
 * file with a place to the disk, so a virtual file system leaves the place to the user.
 */
export async function showNewFile(name: string, text: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const path = await freeName(folder, name);
  const uri =
    folder?.scheme === "file"
      ? vscode.Uri.joinPath(folder, path).with({ scheme: "untitled" })
      : vscode.Uri.from({ scheme: "untitled", path });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  return document;
}

/** A file name that neither the folder nor an open editor has. */
async function freeName(folder: vscode.Uri | undefined, name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const file = `${name}${number === 1 ? "" : `-${number}`}${fileSuffix}`;
    const open = vscode.workspace.textDocuments.some(
      ({ uri }) => uri.path.endsWith(`/${file}`) || uri.path === file,
    );
    const exists = folder !== undefined && !open && (await found(vscode.Uri.joinPath(folder, file)));
    if (!open && !exists) {
      return file;
    }
  }
}

async function found(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
