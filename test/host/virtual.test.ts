import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { DrsClient } from "../../src/drs/client";
import { templateText } from "../../src/files/templates";
import { waitFor } from "../support/wait";

const scheme = "drs-memory";

/** One folder of files in memory, which no path of the machine leads to. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly files = new Map<string, Uint8Array>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat({ path }: vscode.Uri): vscode.FileStat {
    const type = path === "/" ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 0, size: path === "/" ? 0 : this.#file(path).length };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [...this.files.keys()].map((path) => [path.slice(1), vscode.FileType.File]);
  }

  readFile({ path }: vscode.Uri): Uint8Array {
    return this.#file(path);
  }

  writeFile({ path }: vscode.Uri, content: Uint8Array): void {
    this.files.set(path, content);
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete({ path }: vscode.Uri): void {
    this.files.delete(path);
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  #file(path: string): Uint8Array {
    const content = this.files.get(path);
    if (content === undefined) {
      throw vscode.FileSystemError.FileNotFound(path);
    }
    return content;
  }
}

describe("a task file on a virtual file system", () => {
  const files = new MemoryFiles();
  const uri = vscode.Uri.from({ scheme, path: "/orders.drs-task.json" });
  const end = (database: string) => ({ host: "127.0.0.1", port: 1, database, user: "drs" });
  const ends = { source: end("shop"), target: end("copy"), objects: { tables: ["public.orders"] } };
  let registered: vscode.Disposable;

  before(() => {
    files.files.set(uri.path, new TextEncoder().encode(templateText("virtual-orders", "full", ends)));
    registered = vscode.workspace.registerFileSystemProvider(scheme, files);
  });
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    registered.dispose();
  });

  it("is opened, has its buttons, and reports its errors", async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const lenses = async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        uri,
      );
      return found.flatMap(({ command }) => command?.command ?? []);
    };
    await waitFor(lenses, (found) => found.includes("drs.createAndStartTaskFromFile"));
    const edit = new vscode.WorkspaceEdit();
    const twice = { ...ends, objects: { tables: ["public.orders", "public.orders"] } };
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    edit.replace(uri, whole, templateText("virtual-orders", "full", twice));
    await vscode.workspace.applyEdit(edit);
    await waitFor(
      async () => vscode.languages.getDiagnostics(uri).map(({ message }) => message),
      (messages) => messages.includes('"public.orders" is listed twice.'),
    );
    // False where VS Code is saving it already, by itself.
    await document.save();
    await waitFor(
      () => new TextDecoder().decode(files.files.get(uri.path)),
      (saved) => /"public\.orders",\s+"public\.orders"/.test(saved),
    );
  });

  it("becomes a task", async () => {
    const dataDirectory = vscode.workspace.getConfiguration("drs").get<string>("localBackend.dataDirectory");
    const ready = JSON.parse(readFileSync(join(dataDirectory ?? "", "backend.json"), "utf8"));
    const { endpoint, project_id: projectId, access_key: accessKey, secret_key: secretKey } = ready;
    const client = new DrsClient({ endpoint, projectId, accessKey, secretKey });
    try {
      // Its databases are the demo's, whose passwords are kept then.
      await vscode.commands.executeCommand("drs.newTaskFile", "incremental");
      const template = JSON.parse(vscode.window.activeTextEditor?.document.getText() ?? "");
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
      const created = uri.with({ path: "/created.drs-task.json" });
      const text = JSON.stringify({ ...template, name: "host-from-virtual-file" });
      await vscode.workspace.fs.writeFile(created, new TextEncoder().encode(text));
      await vscode.commands.executeCommand("drs.createTaskFromFile", created);
      const page = { cur_page: 1, per_page: 100, db_use_type: "sync" } as const;
      const { jobs } = await client.call("listJobs", page);
      assert.ok(jobs.some(({ name }) => name === "host-from-virtual-file"));
    } finally {
      client.dispose();
    }
  });
});
