import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { DrsClient } from "../../src/drs/client";
import { waitFor } from "../support/wait";

describe("the commands, on tasks of the local backend", () => {
  let client: DrsClient;
  let ids: ReadonlyMap<string, string>;

  before(async () => {
    const dataDirectory = vscode.workspace.getConfiguration("drs").get<string>("localBackend.dataDirectory");
    assert.ok(dataDirectory, "the suite's data directory is not set");
    const ready = JSON.parse(readFileSync(join(dataDirectory, "backend.json"), "utf8"));
    client = new DrsClient({
      endpoint: ready.endpoint,
      projectId: ready.project_id,
      accessKey: ready.access_key,
      secretKey: ready.secret_key,
    });
    const { jobs } = await client.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" });
    ids = new Map(jobs.map(({ name, id }) => [name ?? "", id]));
    await vscode.commands.executeCommand("drs.tasks.focus");
    await vscode.commands.executeCommand("drs.refresh");
  });
  after(() => client?.dispose());

  const idOf = (name: string) => ids.get(name) ?? assert.fail(`no task ${name}`);
  const becomes = async (name: string, status: string) => {
    await waitFor(
      async () => (await client.call("batchStatus", { jobs: [idOf(name)] })).results[0]?.status,
      (current) => current === status,
    );
  };

  it("copy a task's id", async () => {
    const id = idOf("orders-to-warehouse");
    await waitFor(
      async () => {
        await vscode.commands.executeCommand("drs.copyTaskId", id);
        return await vscode.env.clipboard.readText();
      },
      (text) => text === id,
    );
  });

  it("pause a task and resume it", async () => {
    const id = idOf("orders-to-warehouse");
    await vscode.commands.executeCommand("drs.pauseTask", id);
    await becomes("orders-to-warehouse", "PAUSING");
    await vscode.commands.executeCommand("drs.resumeTask", id);
    await becomes("orders-to-warehouse", "INCRE_TRANSFER_STARTED");
  });

  it("start a configured task, after its pre-check", async () => {
    await vscode.commands.executeCommand("drs.startTask", idOf("events-to-lake"));
    await becomes("events-to-lake", "INCRE_TRANSFER_STARTED");
  });

  it("open one details page for a task, however often", async () => {
    const pages = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ label }) => label === "customers-to-crm");
    await vscode.commands.executeCommand("drs.openDetails", idOf("customers-to-crm"));
    await vscode.commands.executeCommand("drs.openDetails", idOf("customers-to-crm"));
    await waitFor(
      () => Promise.resolve(pages().length),
      (count) => count === 1,
    );
  });

  it("report a problem without an address or an id", async () => {
    await vscode.commands.executeCommand("drs.reportProblem");
    const editor = vscode.window.activeTextEditor ?? assert.fail("no report");
    const { uri } = editor.document;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "It is slow.\n"));
    await vscode.commands.executeCommand("drs.reportProblem", uri);
    const text = await vscode.env.clipboard.readText();
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    assert.match(text, /^It is slow\.\n# A problem/);
    assert.match(text, /^- kind: local backend$/m);
    const secrets = [...ids.keys(), ...ids.values(), "127.0.0.1", "localhost"];
    assert.deepEqual(
      secrets.filter((secret) => text.includes(secret)),
      [],
    );
  });
});
