import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { assertAccessible } from "../support/axe";
import { openWorkbench } from "../support/open-workbench";
import { isThere } from "../support/sights";
import type { Workbench } from "../support/workbench";

describe("the details page", () => {
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    workbench = await openWorkbench({ theme: "light" });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization /m);
    await workbench.openDetails("orders-to-warehouse");
    page = workbench.webview();
  });
  after(async () => {
    await workbench?.close();
  });

  const part = (id: string) => page.locator(`details[data-part="${id}"]`);
  /** Opens a part and returns its table as text, once a row of it says this. */
  const opened = async (id: string, row: RegExp) => {
    await workbench.open(part(id).locator("summary"), page.locator(`details[data-part="${id}"][open]`));
    await workbench.sees(part(id).getByRole("row").filter({ hasText: row }));
    return await part(id).locator("table").innerText();
  };

  it("shows the timeline, the newest first", async () => {
    const text = await opened("timeline", /Incremental synchronization/);
    assert.ok(text.indexOf("Incremental synchronization") < text.indexOf("Start"), text);
  });

  it("draws delay and speed, with values by pointer and keyboard, zoom, and a table of the same", async () => {
    const delay = page.getByRole("slider", { name: "Delay" });
    await workbench.sees(page.getByRole("slider", { name: "Rows per second" }));
    await workbench.sees(delay.locator("canvas"));
    const at = async () => Number(await delay.getAttribute("aria-valuenow"));
    const latest = await at();
    await workbench.press("Home", async () => (await at()) === 0, delay);
    assert.match((await delay.getAttribute("aria-valuetext")) ?? "", /\d{4}.*: .*(ms|sec)/);
    await workbench.press("ArrowRight", async () => (await at()) > 0, delay);
    const whole = page.getByRole("button", { name: "Show everything" });
    assert.equal(await whole.isVisible(), false);
    await workbench.press("+", whole, delay);
    await workbench.press("0", async () => !(await whole.isVisible()), delay);
    await workbench.press("+", whole, delay);
    await workbench.click(whole, async () => !(await whole.isVisible()));
    await workbench.press("End", async () => (await at()) >= latest, delay);
    await workbench.open(page.getByText("Show as a table"), page.locator(".values tbody tr").nth(1));
    await workbench.screenshot("details-charts");
  });

  it("finds tables by name, with their progress", async () => {
    assert.match(await opened("tables", /orders/), /100%/);
    const search = part("tables").getByRole("searchbox", { name: "Search tables" });
    await workbench.search(search, "no such table", part("tables").getByText("Nothing matches."));
    await workbench.search(search, "orders", part("tables").getByRole("row").filter({ hasText: "orders" }));
  });

  it("filters the log by level", async () => {
    await opened("log", /Information/);
    await workbench.selectOption(part("log").getByRole("combobox", { name: "Level" }), "Errors");
    await workbench.reads(
      () => part("log").innerText(),
      (text) => !/Information.*\n.*Information/s.test(text.replace(/All levels[\s\S]*?Errors/, "")),
    );
  });

  it("compares contents and leads to the tables", async () => {
    const button = (name: string) => part("compare").getByRole("button", { name, exact: true });
    await workbench.open(part("compare").locator("summary"), button("Compare contents"));
    await workbench.click(button("Compare contents"), button("Contents"));
    await opened("compare", /Same/);
    await workbench.click(button("Contents").first(), button("All comparisons"));
    assert.match(await opened("compare", /orders/), /Same/);
    await workbench.click(button("All comparisons"), button("Compare contents"));
    await opened("compare", /Same/);
    await workbench.screenshot("details-compare");
  });

  it("compares objects and says what the target lacks or defines differently", async () => {
    const button = (name: string) => part("compare").getByRole("button", { name, exact: true });
    await workbench.click(button("Compare objects"), button("Objects"));
    // The demo's lines of orders refer to the orders.
    await opened("compare", /Different/);
    await workbench.click(button("Objects").first(), button("All comparisons"));
    const text = await opened("compare", /TABLE/);
    assert.match(text, /INDEX\s+Same/);
    assert.match(text, /CONSTRAINT\s+Different[\s\S]*does not create foreign keys/);
    await part("compare").locator("table").scrollIntoViewIfNeeded();
    await workbench.screenshot("details-compare-objects");
    await workbench.click(button("All comparisons"), button("Compare objects"));
  });

  it("copies everything", async () => {
    for (const [form, start] of [
      ["Markdown", /^# orders-to-warehouse/],
      ["JSON", /^\{/],
    ] as const) {
      const button = page.getByRole("button", { name: `Copy: Everything (${form})` });
      await workbench.click(button, async () => start.test(await workbench.clipboard()));
    }
    assert.ok((await page.getByText("Copied").count()) > 0);
  });

  it("passes axe's accessibility checks", async () => {
    await assertAccessible(workbench);
  });

  it("is where the reader was, after another tab was in front of it", async () => {
    await part("log").scrollIntoViewIfNeeded();
    const top = async () => Number(await (await workbench.webviewFrame()).evaluate("scrollY"));
    const before = await workbench.reads(top, (now) => now > 300);
    const file = workbench.page.locator(".tab").filter({ hasText: "Untitled-1" });
    await workbench.runCommand("File: New Untitled Text File");
    await workbench.sees(file);
    await workbench.runCommand("View: Close Editor");
    await workbench.seesNo(file);
    await workbench.reads(top, (now) => Math.abs(now - before) < 200);
  });

  it("is restored after the window was reloaded", async () => {
    await workbench.reload();
    page = workbench.webview();
    await workbench.sees(page.getByRole("heading", { name: "orders-to-warehouse" }));
    await workbench.sees(page.getByRole("button", { name: "Pause" }));
  });

  it("explains where a delay arises, and that nothing holds up a task that keeps up", async () => {
    const text = await opened("delay", /Applying at the target/);
    assert.match(text, /Reading/);
    await workbench.sees(part("delay").getByText("The task keeps up: there is no bottleneck."));
    await workbench.screenshot("details-delay");
  });

  describe("in tabs", () => {
    const tabs = () => workbench.page.locator(".editor-group-container .tab");
    const hasTabs = async (...expected: readonly string[]) =>
      await workbench.reads(
        async () => (await tabs().allInnerTexts()).map((text) => text.trim()).join(),
        (titles) => titles === expected.join(),
      );

    it("shows one task after another in one tab, the one from before a reload, while the focus stays in the tree", async () => {
      const tree = workbench.sideBar.locator(".monaco-list:focus-within");
      for (const task of ["customers-to-crm", "payments-to-finance"]) {
        await workbench.openDetails(task);
        await hasTabs(task);
        await workbench.sees(tree);
      }
    });

    it("keeps the tab of a task whose row Enter was pressed on, with the focus", async () => {
      const focused = async () => await workbench.page.evaluate<string>("document.activeElement.tagName");
      await workbench.press("Enter", async () => (await focused()) === "IFRAME");
      await workbench.openDetails("customers-to-crm");
      await hasTabs("payments-to-finance", "customers-to-crm");
    });

    it("opens a task at the first click also while its tab is behind another one", async () => {
      await workbench.choose("orders-to-warehouse", "Show Details", () =>
        isThere(tabs().and(workbench.page.locator(".active")).filter({ hasText: "orders-to-warehouse" })),
      );
      // The same tab: one that the click closed would be opened again beside the one in front.
      await workbench.openDetails("page-views-to-analytics");
      await hasTabs("payments-to-finance", "page-views-to-analytics", "orders-to-warehouse");
    });

    it("opens and closes a group by Enter", async () => {
      const group = workbench.row("Configuration");
      const isOpen = (open: boolean) => group.and(workbench.page.locator(`[aria-expanded="${open}"]`));
      await workbench.click(group, isOpen(false));
      await workbench.press("Enter", isOpen(true));
    });

    it("acts on the task that it shows, which was not its first, also after it was hidden", async () => {
      const copies = async () => {
        const button = workbench.webview().getByRole("button", { name: "Copy: Everything (Markdown)" });
        await workbench.click(button, async () =>
          (await workbench.clipboard()).startsWith("# page-views-to-analytics"),
        );
      };
      await workbench.openDetails("customers-to-crm");
      await workbench.openDetails("page-views-to-analytics");
      await copies();
      await workbench.openDetails("orders-to-warehouse");
      await workbench.openDetails("page-views-to-analytics");
      await copies();
    });

    it("has one tab for a task after a reload, also when nobody has looked at it since", async () => {
      await workbench.reload();
      await workbench.openDetails("payments-to-finance");
      await workbench.reads(
        async () => (await tabs().allInnerTexts()).map((text) => text.trim()),
        (titles) => titles.filter((title) => title === "payments-to-finance").length === 1,
      );
    });
  });

  // Last, after the tests of tabs: what these open stays open in one.
  describe("a new task", () => {
    it("is made by questions, each with a way back, and started", async () => {
      await workbench.runCommand("DRS: New Task…");
      await workbench.accept(/Which database is the source/);
      await workbench.answer(/Which database is the target/, "trial");
      await workbench.sees(workbench.quickInput.getByText("public.events", { exact: true }));
      await workbench.screenshot("new-task-tables");
      await workbench.click(
        workbench.quickInput.getByRole("button", { name: "Back" }),
        workbench.quickInput.getByPlaceholder("Which database is the target?"),
      );
      await workbench.answer(/Which database is the target/, "archive");
      await workbench.accept(/Which tables/);
      await workbench.accept(/How do you want to synchronize/);
      await workbench.answer(/Name of the task/, "made-by-questions");
      await workbench.screenshot("new-task-finish");
      await workbench.accept(/What do you want to do/);
      await workbench.sees(workbench.row("made-by-questions"));
      await workbench.treeWith(/made-by-questions/);
      await workbench.sees(
        workbench.webview().getByRole("heading", { name: "made-by-questions", exact: true }),
      );
      await workbench.screenshot("new-task-started");
    });
  });

  describe("a report of a problem", () => {
    it("is put together in an editor, and copied", async () => {
      await workbench.runCommand("DRS: Report a Problem…");
      const copy = workbench.page.locator(".codelens-decoration a").filter({ hasText: "Copy Report" });
      await workbench.click(copy, async () =>
        /^# A problem with DRS Sync Tasks[\s\S]*VS Code/.test(await workbench.clipboard()),
      );
    });
  });
});
