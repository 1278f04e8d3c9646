import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { copyDemoInto, makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import { waitFor } from "../support/wait";
import type { Workbench } from "../support/workbench";

const steps = ["backend", "tree", "failed", "resume", "cloud", "alerts", "files"];

/** The steps of the walkthrough on the screen that are ticked off, and those that are there. */
async function stepsOf({ page }: Workbench): Promise<{ all: string[]; done: string[] }> {
  const ids = (selector: string) =>
    page
      .locator(`.gettingStartedContainer ${selector}`)
      .evaluateAll((found) =>
        found.map((one) => one.getAttribute("data-done-step-id")?.replace(/.*#/, "") ?? ""),
      );
  return { all: await ids("[data-done-step-id]"), done: await ids(".complete[data-done-step-id]") };
}

async function isTicked(workbench: Workbench, step: string): Promise<void> {
  await waitFor(
    () => stepsOf(workbench),
    ({ done }) => done.includes(step),
  ).finally(() => workbench.screenshot(`walkthrough-${step}`));
}

/** Opens a step of the walkthrough; its picture is then on the screen. */
async function openStep(workbench: Workbench, step: string): Promise<void> {
  const row = workbench.page.locator(`.getting-started-step[data-step-id$="#${step}"]`);
  await workbench.open(row, row.and(workbench.page.locator(".expanded")));
}

/** A button in the text of a step. */
function button({ page }: Workbench, name: string): Locator {
  return page.locator(".step-description-container").getByRole("button", { name, exact: true });
}

describe("the walkthrough", () => {
  describe("in English", () => {
    const dataDir = makeDataDir();
    let workbench: Workbench;

    before(async () => {
      await copyDemoInto(dataDir);
      workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    });
    after(async () => {
      await workbench?.close();
      // By itself it ends a minute after its last window.
      const { pid } = JSON.parse(readFileSync(join(dataDir, "backend.json"), "utf8"));
      process.kill(pid);
      await waitFor(
        () => processesOf(dataDir),
        (processes) => processes.length === 0,
      );
      removeDataDir(dataDir);
    });

    it("opens from the empty view, with nothing ticked off", async () => {
      await workbench.openView();
      await workbench.sees(workbench.sideBar.getByRole("button", { name: "Start the Local Backend" }));
      await workbench.screenshot("walkthrough-empty");
      await workbench.click(
        workbench.sideBar.getByText("Open the walkthrough"),
        workbench.page.locator(".getting-started-step"),
      );
      assert.deepEqual(await stepsOf(workbench), { all: steps, done: [] });
    });

    it("ticks off the local backend, and the tree once it shows tasks", async () => {
      await openStep(workbench, "backend");
      await workbench.click(button(workbench, "Start the Local Backend"), async () =>
        (await stepsOf(workbench)).done.includes("backend"),
      );
      await isTicked(workbench, "backend");
      assert.match(processesOf(dataDir).join("\n"), /--exit-when-unused/);
      await workbench.treeWith(/reviews-to-analytics/);
      await isTicked(workbench, "tree");
    });

    it("ticks off the details of a task, and its resumption from the details page", async () => {
      await workbench.openDetails("orders-to-warehouse");
      const action = (name: string) => workbench.webview().getByRole("button", { name, exact: true });
      await workbench.click(action("Pause"), action("Resume"));
      await workbench.click(action("Resume"), action("Pause"));
      await workbench.runCommand("DRS: Open Walkthrough");
      await isTicked(workbench, "failed");
      await isTicked(workbench, "resume");
      await openStep(workbench, "failed");
      await workbench.sees(button(workbench, "Show Failed and Frozen Tasks"));
    });

    it("ticks off alerts and task files, and not the cloud, which nobody connected to", async () => {
      await openStep(workbench, "alerts");
      await workbench.click(button(workbench, "Snooze Notifications"), workbench.choices);
      await workbench.accept(/Snooze notifications for how long\?/);
      await isTicked(workbench, "alerts");
      await openStep(workbench, "files");
      const question = workbench.quickInput.getByPlaceholder("choose what to synchronize");
      await workbench.click(button(workbench, "New Task File"), question);
      await workbench.dismiss();
      // Where the key was pressed twice, it has also left the walkthrough.
      await workbench.runCommand("DRS: Open Walkthrough");
      await isTicked(workbench, "files");
      assert.deepEqual(
        (await stepsOf(workbench)).done,
        steps.filter((step) => step !== "cloud"),
      );
    });
  });

  describe("in Chinese", () => {
    const unused = makeDataDir();
    let workbench: Workbench;

    before(async () => {
      workbench = await openWorkbench({
        ...{ theme: "light", language: "zh-cn" },
        settings: { "drs.localBackend.dataDirectory": unused },
      });
    });
    after(async () => {
      await workbench?.close();
      removeDataDir(unused);
    });

    it("says everything in Chinese, with a picture for every step, and ticks what was done before", async () => {
      await workbench.openView();
      await workbench.sees(workbench.sideBar.getByRole("button", { name: "启动本地后端" }));
      await workbench.screenshot("first-run-zh");
      const { page } = workbench;
      const title = page.locator(".gettingStartedContainer").getByText("DRS 同步任务入门");
      await workbench.runCommand("DRS: 新建任务文件…");
      await workbench.sees(workbench.choices.first());
      await workbench.dismiss();
      await workbench.click(workbench.sideBar.getByText("打开入门演练"), title);
      await isTicked(workbench, "files");
      // VS Code shows pictures beside the steps only where there is room.
      await page.setViewportSize({ width: 1800, height: 900 });
      for (const step of steps) {
        await openStep(workbench, step);
        await workbench.sees(workbench.webview().locator("svg text"));
        await workbench.screenshot(`walkthrough-zh-${step}`);
      }
    });
  });
});
