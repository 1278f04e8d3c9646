import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { waitFor } from "../support/wait";
import { openWorkbench, type Workbench } from "../support/workbench";

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
    60_000,
  ).finally(() => workbench.screenshot(`walkthrough-${step}`));
}

/** Opens a step of the walkthrough; its picture is then on the screen. */
async function openStep({ page }: Workbench, step: string): Promise<void> {
  await page.locator(`.getting-started-step[data-step-id$="#${step}"]`).click();
  await page.locator(`.getting-started-step.expanded[data-step-id$="#${step}"]`).waitFor();
}

/** A button in the text of a step. */
function button({ page }: Workbench, name: string): Locator {
  return page.locator(".step-description-container").getByRole("button", { name, exact: true });
}

describe("the walkthrough", function () {
  this.timeout(180_000);
  const dataDir = makeDataDir();
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
  });
  after(async () => {
    await workbench?.close();
    await waitFor(
      () => Promise.resolve(processesOf(dataDir)),
      (processes) => processes.length === 0,
      60_000, // it ends by itself 20 s after the last window
    );
    removeDataDir(dataDir);
  });

  it("opens from the empty view, with nothing ticked off", async () => {
    await workbench.openView();
    await workbench.sideBar.getByRole("button", { name: "Start the Local Backend" }).waitFor();
    await workbench.screenshot("walkthrough-empty");
    await workbench.sideBar.getByText("Open the walkthrough").click();
    await workbench.page.locator(".getting-started-step").first().waitFor();
    assert.deepEqual(await stepsOf(workbench), { all: steps, done: [] });
  });

  it("ticks off the local backend, and the tree once it shows tasks", async () => {
    await openStep(workbench, "backend");
    await button(workbench, "Start the Local Backend").click();
    await isTicked(workbench, "backend");
    await workbench.treeWith(/reviews-to-analytics/, 60_000);
    await isTicked(workbench, "tree");
  });

  it("ticks off the details of a task, and its resumption from the details page", async () => {
    await workbench.row("orders-to-warehouse").click();
    const details = workbench.webview();
    await details.getByRole("button", { name: "Pause" }).click();
    await details.getByRole("button", { name: "Resume" }).click({ timeout: 60_000 });
    await workbench.runCommand("DRS: Open Walkthrough");
    await isTicked(workbench, "failed");
    await isTicked(workbench, "resume");
    await openStep(workbench, "failed");
    await button(workbench, "Show Failed and Frozen Tasks").waitFor();
  });

  it("ticks off alerts and task files, and not the cloud, which nobody connected to", async () => {
    const { page } = workbench;
    await openStep(workbench, "alerts");
    await button(workbench, "Snooze Notifications").click();
    await page.getByPlaceholder("For how long shall no notification be shown?").waitFor();
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await page.keyboard.press("Enter");
    await isTicked(workbench, "alerts");
    await openStep(workbench, "files");
    await button(workbench, "New Task File").click();
    // The list of before may still be going.
    await page.getByPlaceholder("what is to be synchronized?").waitFor();
    await page.keyboard.press("Escape");
    await isTicked(workbench, "files");
    assert.deepEqual(
      (await stepsOf(workbench)).done,
      steps.filter((step) => step !== "cloud"),
    );
  });
});

describe("the walkthrough in Chinese", function () {
  this.timeout(120_000);
  const dataDir = makeDataDir();
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      ...{ theme: "light", language: "zh-cn" },
      settings: { "drs.localBackend.dataDirectory": dataDir },
    });
  });
  after(async () => {
    await workbench?.close();
    removeDataDir(dataDir);
  });

  it("says everything in Chinese, with a picture for every step", async () => {
    await workbench.openView();
    await workbench.sideBar.getByRole("button", { name: "启动本地后端" }).waitFor();
    await workbench.screenshot("first-run-zh");
    await workbench.sideBar.getByText("打开入门演练").click();
    const { page } = workbench;
    // VS Code shows pictures beside the steps only where there is room.
    await page.setViewportSize({ width: 1800, height: 900 });
    await page.locator(".gettingStartedContainer").getByText("DRS 同步任务入门").first().waitFor();
    for (const step of steps) {
      await openStep(workbench, step);
      await workbench.webview().locator("svg text").first().waitFor();
      await workbench.screenshot(`walkthrough-zh-${step}`);
    }
  });
});
