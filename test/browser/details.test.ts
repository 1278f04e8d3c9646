import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { assertAccessible } from "../support/axe";
import { waitFor } from "../support/wait";
import { openWorkbench, type Workbench } from "../support/workbench";

describe("the details page", function () {
  this.timeout(60_000);
  let workbench: Workbench;
  let page: FrameLocator;

  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench({ theme: "light" });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization /m, 60_000);
    await workbench.row("orders-to-warehouse").click();
    page = workbench.webview();
    await page.getByRole("heading", { name: "orders-to-warehouse" }).waitFor();
  });
  after(async () => {
    await workbench?.close();
  });

  const part = (id: string) => page.locator(`details[data-part="${id}"]`);
  /** Opens a part and returns its table as text, once a row of it says this. */
  const opened = async (id: string, row: RegExp) => {
    if ((await part(id).getAttribute("open")) === null) {
      await part(id).locator("summary").click();
    }
    await part(id).getByRole("row").filter({ hasText: row }).first().waitFor();
    return await part(id).locator("table").innerText();
  };

  it("tells the timeline, the newest first", async () => {
    const text = await opened("timeline", /Incremental synchronization/);
    assert.ok(text.indexOf("Incremental synchronization") < text.indexOf("Start"), text);
  });

  it("draws delay and speed, with values by pointer and keyboard, zoom, and a table of the same", async () => {
    const delay = page.getByRole("slider", { name: "Delay" });
    await delay.waitFor({ timeout: 30_000 });
    await page.getByRole("slider", { name: "Rows per second" }).waitFor();
    await delay.locator("canvas").waitFor();
    await delay.focus();
    const latest = await delay.getAttribute("aria-valuenow");
    await delay.press("Home");
    assert.equal(await delay.getAttribute("aria-valuenow"), "0");
    assert.match((await delay.getAttribute("aria-valuetext")) ?? "", /\d{4}.*: .*(ms|sec)/);
    await delay.press("ArrowRight");
    assert.equal(await delay.getAttribute("aria-valuenow"), "1");
    await delay.press("+");
    await delay.press("0");
    await delay.press("End");
    assert.ok(Number(await delay.getAttribute("aria-valuenow")) >= Number(latest));
    await page.getByText("Show as a table").click();
    assert.ok((await page.locator(".values tbody tr").count()) >= 2);
    await workbench.screenshot("details-charts");
  });

  it("finds tables by name, with their progress", async () => {
    assert.match(await opened("tables", /orders/), /100%/);
    const search = part("tables").getByRole("searchbox", { name: "Search tables" });
    await search.fill("no such table");
    await search.press("Enter");
    await part("tables").getByText("Nothing matches.").waitFor();
    await search.fill("orders");
    await search.press("Enter");
    await opened("tables", /orders/);
  });

  it("filters the log by level", async () => {
    await opened("log", /Information/);
    await part("log").getByRole("combobox", { name: "Level" }).selectOption("Error");
    await waitFor(
      () => part("log").innerText(),
      (text) => !/Information.*\n.*Information/s.test(text.replace(/All levels[\s\S]*?Errors/, "")),
      10_000,
    );
  });

  it("compares contents and leads to the tables", async () => {
    await part("compare").locator("summary").click();
    await part("compare").getByRole("button", { name: "Compare contents" }).click();
    await opened("compare", /Finished/);
    await part("compare").getByRole("button", { name: "Contents", exact: true }).first().click();
    assert.match(await opened("compare", /orders/), /Same/);
    await part("compare").getByRole("button", { name: "All comparisons" }).click();
    await opened("compare", /Finished/);
    await workbench.screenshot("details-compare");
  });

  it("copies everything", async () => {
    for (const form of ["Markdown", "JSON"]) {
      await page.getByRole("button", { name: `Copy: Everything (${form})` }).click();
      await page.getByText("Copied").first().waitFor({ state: "attached" });
    }
  });

  it("has nothing that axe objects to", async () => {
    await assertAccessible(workbench);
  });

  it("is there again after the window was reloaded", async () => {
    await workbench.page.reload();
    page = workbench.webview();
    await page.getByRole("heading", { name: "orders-to-warehouse" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).waitFor();
  });
});
