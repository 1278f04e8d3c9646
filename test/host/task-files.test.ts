import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { DrsClient } from "../../src/drs/client";
import { fieldDocs } from "../../src/files/model";
import { waitFor } from "../support/wait";

describe("a task file in the editor", () => {
  let client: DrsClient;
  let document: vscode.TextDocument;

  before(async () => {
    const dataDirectory = vscode.workspace.getConfiguration("drs").get<string>("localBackend.dataDirectory");
    const ready = JSON.parse(readFileSync(join(dataDirectory ?? "", "backend.json"), "utf8"));
    const { endpoint, project_id: projectId, access_key: accessKey, secret_key: secretKey } = ready;
    client = new DrsClient({ endpoint, projectId, accessKey, secretKey });
    await vscode.commands.executeCommand("drs.tasks.focus");
    await vscode.commands.executeCommand("drs.refresh");
  });
  after(async () => {
    client?.dispose();
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  const replace = async (text: string) => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
  };
  const lenses = async () => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
    );
    return found.map(({ command }) => command?.title.replace(/^\$\([\w-]+\) /, "") ?? "");
  };
  const lensesBecome = async (expected: RegExp) =>
    await waitFor(
      async () => (await lenses()).join(" | "),
      (titles) => expected.test(titles),
    );

  it("is new from a template, in the demo's databases, without a password", async () => {
    await vscode.commands.executeCommand("drs.newTaskFile", "full+incremental");
    const shown = vscode.window.activeTextEditor?.document;
    assert.ok(shown);
    document = shown;
    assert.match(document.uri.path, /new-task\.drs-task\.json$/);
    const file = JSON.parse(document.getText());
    assert.deepEqual([file.source.user, file.source.password], ["drs_source", { secret: "demo-source" }]);
    await lensesBecome(/^Check \| Create and Pre-check \| Create and Start$/);
  });

  it("is completed and explained by its schema", async () => {
    const name = document.getText().indexOf('"name"');
    const explained = async () => {
      const at = document.positionAt(name + 2);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        document.uri,
        at,
      );
      return hovers.flatMap(({ contents }) =>
        contents.map((text) => (typeof text === "string" ? text : text.value)),
      );
    };
    // The language server of JSON starts with the first file of its kind.
    await waitFor(explained, (texts) =>
      texts.some((text) => text.replaceAll("\\", "").includes(fieldDocs.name.en)),
    );
    const completed = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      document.positionAt(name),
    );
    const labels = completed.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    for (const field of ["direction", "subnet", "tags"]) {
      assert.ok(labels.includes(field), labels.join(" "));
    }
  });

  it("shows what is wrong with it", async () => {
    const file = JSON.parse(document.getText());
    const good = document.getText();
    const objects = { tables: ["public.events", "public.events"] };
    await replace(JSON.stringify({ ...file, objects }, undefined, 2));
    await waitFor(
      async () => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message),
      (messages) => messages.includes('"public.events" is listed twice.'),
    );
    await lensesBecome(/^Check$/);
    await replace(good);
  });

  it("becomes a task that runs", async () => {
    const file = JSON.parse(document.getText());
    await replace(JSON.stringify({ ...file, name: "host-from-file" }, undefined, 2));
    await vscode.commands.executeCommand("drs.createAndStartTaskFromFile", document.uri);
    await waitFor(
      async () => {
        const page = { cur_page: 1, per_page: 100, db_use_type: "sync" } as const;
        const { jobs } = await client.call("listJobs", page);
        return jobs.find(({ name }) => name === "host-from-file")?.status;
      },
      (status) => status === "INCRE_TRANSFER_STARTED",
    );
    await lensesBecome(/Compare with Task \| host-from-file: Incremental synchronization$/);
  });

  it("is compared with its task, field by field", async () => {
    const compare = async () => await vscode.commands.executeCommand("drs.compareTaskFile", document.uri);
    const diffs = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .flatMap(({ label, input }) =>
          input instanceof vscode.TabInputTextDiff ? [{ label, original: input.original }] : [],
        );
    await compare();
    assert.deepEqual(diffs(), []);
    const text = document.getText();
    await replace(JSON.stringify({ ...JSON.parse(text), description: "another one" }, undefined, 2));
    await compare();
    const [shown] = await waitFor(
      async () => diffs(),
      (found) => found.length > 0,
    );
    assert.match(shown?.label ?? "", /host-from-file.*: .*description/);
    const task = await vscode.workspace.openTextDocument(shown?.original ?? document.uri);
    assert.deepEqual(JSON.parse(task.getText()), { ...JSON.parse(text), description: "" });
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await replace(text);
  });

  it("copies its task as Terraform", async () => {
    const page = { cur_page: 1, per_page: 100, db_use_type: "sync" } as const;
    const { jobs } = await client.call("listJobs", page);
    const id = jobs.find(({ name }) => name === "host-from-file")?.id;
    await vscode.commands.executeCommand("drs.copyTerraform", { connection: "local", id });
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /^resource "huaweicloud_drs_job" "host-from-file" \{$/m);
    assert.ok(text.includes(`id = "${id}"`), text);
    assert.match(text, /password +?= var\.host-from-file_source_password/);
  });
});
