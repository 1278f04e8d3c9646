import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { waitFor } from "../support/wait";
import { openWorkbench, type Workbench } from "../support/workbench";

describe("the first run", function () {
  this.timeout(120_000);
  const dataDir = makeDataDir();
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      theme: "light",
      settings: { "drs.localBackend.dataDirectory": dataDir },
    });
    await workbench.openView();
  });
  after(async () => {
    await workbench?.close();
    await waitFor(
      () => Promise.resolve(processesOf(dataDir)),
      (processes) => processes.length === 0,
      20_000,
    );
    removeDataDir(dataDir);
  });

  it("offers both ways to begin", async () => {
    await workbench.sideBar.getByRole("button", { name: "Connect to Huawei Cloud" }).waitFor();
    await workbench.screenshot("first-run");
  });

  it("tells what is wrong with a cloud connection that does not work, and keeps what was typed", async () => {
    const { page } = workbench;
    await workbench.sideBar.getByRole("button", { name: "Connect to Huawei Cloud" }).click();
    const input = page.locator(".quick-input-widget input:visible");
    const answer = async (prompt: RegExp, text: string) => {
      await page.locator(".quick-input-widget").filter({ hasText: prompt }).waitFor();
      await input.fill(text);
      await input.press("Enter");
    };
    await answer(/Access key ID/, "AKEXAMPLE");
    await answer(/Secret access key/, "not-a-real-key");
    await page.locator(".quick-input-widget").filter({ hasText: "cn-north-4" }).waitFor();
    await input.fill("Another endpoint");
    await input.press("Enter");
    await answer(/Address of the DRS endpoint/, "http://127.0.0.1:9");
    await answer(/Project ID/, "0123456789abcdef");
    const notice = workbench.notifications.filter({ hasText: "nothing listens at 127.0.0.1:9" });
    await notice
      .or(workbench.notifications.filter({ hasText: "Nothing listens at 127.0.0.1:9" }))
      .first()
      .waitFor();
    await workbench.screenshot("cloud-unreachable");
    await page.getByRole("button", { name: "Try Again" }).click();
    await page
      .locator(".quick-input-widget")
      .filter({ hasText: /Access key ID/ })
      .waitFor();
    assert.equal(await input.inputValue(), "AKEXAMPLE");
    await input.press("Escape");
    assert.deepEqual(await workbench.leaksOf(["not-a-real-key"]), []);
  });

  it("starts the local backend with one click and shows its tasks", async () => {
    await workbench.sideBar.getByRole("button", { name: "Start the Local Backend" }).click();
    const tree = await workbench.treeWith(/^Incremental synchronization {2}/m, 60_000);
    assert.match(tree, /^Frozen {2}1$/m);
    await workbench.screenshot("first-tasks");
  });

  it("finds the same backend again after the window was reloaded", async () => {
    const pid = () => JSON.parse(readFileSync(join(dataDir, "backend.json"), "utf8")).pid;
    const before = pid();
    await workbench.page.reload();
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization {2}/m, 60_000);
    assert.equal(pid(), before);
  });

  it("stops it again, and offers both ways again", async () => {
    await workbench.runCommand("DRS: Stop the Local Backend");
    await workbench.sideBar.getByRole("button", { name: "Start the Local Backend" }).waitFor();
    await waitFor(
      () => Promise.resolve(processesOf(dataDir)),
      (processes) => processes.length === 0,
      20_000,
    );
  });
});
