import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { templateText } from "../../src/files/templates";
import { processesOf } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

describe("a folder that is not trusted", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-untrusted-"));
  const elsewhere = join(folder, "data");
  /** What reached the place to which the folder wants the requests to go. */
  const caught: string[] = [];
  const trap = createServer(({ method, url }, answer) => {
    caught.push(`${method} ${url}`);
    answer.end(JSON.stringify({ status: "ok", pid: process.pid }));
  });
  let workbench: Workbench;

  before(async () => {
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    for (const made of [elsewhere, join(folder, ".vscode")]) {
      mkdirSync(made);
    }
    const ready = { endpoint, project_id: "p", access_key: "a", secret_key: "s", pid: process.pid };
    writeFileSync(join(elsewhere, "backend.json"), JSON.stringify(ready), { mode: 0o600 });
    const settings = {
      "drs.localBackend.dataDirectory": elsewhere,
      "drs.localBackend.demo": false,
      "drs.localBackend.keepRunning": true,
      "drs.cloud.requestBudget": 12,
      "drs.alerts.enabled": false,
      "http.proxy": endpoint,
      "http.noProxy": [],
    };
    writeFileSync(join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
    const end = (database: string) => ({
      ...{ host: "127.0.0.1", port: 1, database, user: "drs", password: { env: "DRS_OF_THE_USER" } },
    });
    const ends = { source: end("shop"), target: end("copy"), objects: { tables: ["public.orders"] } };
    writeFileSync(join(folder, "theirs.drs-task.json"), templateText("theirs", "full+incremental", ends));
    workbench = await openWorkbench({ folder, isUntrusted: true });
  });
  after(async () => {
    await workbench?.close();
    trap.close();
    trap.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows the user's own tasks, and neither redirects a request nor silences an alert", async () => {
    await workbench.sees(workbench.statusBarItem("Restricted Mode"));
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization {2}/m);
    await workbench.sees(workbench.statusBarItem(/^DRS/));
    await workbench.screenshot("restricted");
    assert.deepEqual(caught, []);
    assert.deepEqual(processesOf(elsewhere), []);
  });

  it("has its task files checked; one is made a task by a click only, and gets no variable", async () => {
    const { page } = workbench;
    await workbench.runCommand("View: Show Explorer");
    const create = page.locator(".codelens-decoration a").filter({ hasText: "Create and Start" });
    await workbench.click(page.getByRole("treeitem", { name: "theirs.drs-task.json" }), create);
    assert.equal(await workbench.dialog.count(), 0);
    const refusal = workbench.notifications.filter({ hasText: "cannot name environment variables" });
    await workbench.click(create, refusal);
    await workbench.screenshot("restricted-task-file");
    await workbench.openView();
    assert.doesNotMatch(await workbench.treeWith(/^Incremental synchronization {2}/m), /theirs/);
    assert.deepEqual(caught, []);
  });
});
