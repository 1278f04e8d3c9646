import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { assertAccessible } from "../support/axe";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

const task = "payments-to-finance";

describe("copying tables again", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    await workbench.openView();
    await workbench.treeWith(new RegExp(`\\n {2}${task}`));
  });
  after(async () => {
    await workbench?.close();
    await backend?.stop();
    removeDataDir(dataDir);
  });

  const print = async (server: "source" | "target") => {
    const sql =
      "SELECT count(*) || ':' || coalesce(sum(hashtextextended(p::text, 0)::numeric), 0) AS print FROM payments p";
    const [row] = await backend.sql<{ print: string }>(
      server,
      server === "source" ? "shop" : "shop_copy",
      sql,
    );
    return row?.print;
  };
  const groupIs = (group: RegExp) =>
    workbench.reads(
      async () => {
        const lines = (await workbench.tree()).split("\n");
        const index = lines.findIndex((line) => line.startsWith(`  ${task}`));
        return lines.slice(0, index + 1).findLast((line) => !line.startsWith(" ")) ?? "";
      },
      (name) => group.test(name),
    );

  it("is offered where a table lost rows, with that table selected, and brings the task back in sync", async () => {
    await backend.sql("target", "shop_copy", "DROP TABLE payments CASCADE");
    await groupIs(/^Incremental failed/);
    await workbench.openDetails(task);
    page = workbench.webview();
    const button = page.locator(".problem").getByRole("button", { name: "Copy Tables Again…" });
    await workbench.sees(button);
    await workbench.sees(page.getByText("Copy the tables again, because they lack rows."));
    await workbench.screenshot("copy-again-failed");
    await assertAccessible(workbench);
    await workbench.click(button, workbench.quickInput.getByText("payments", { exact: false }));
    await workbench.screenshot("copy-again-tables");
    await workbench.accept(/Which tables/);
    await workbench.screenshot("copy-again-rows");
    await workbench.pick("Empty the tables at the target first");
    await workbench.sees(workbench.dialog);
    await workbench.screenshot("copy-again-question");
    const question = await workbench.answerDialog("Copy Again");
    assert.match(
      question,
      /Copy table public\.payments of task "payments-to-finance" again\?[\s\S]*removed from the target[\s\S]*The task is resumed/,
    );
    await groupIs(/^Incremental synchronization {2}/);
    await workbench.findsNotification(/were copied again and are in sync: public\.payments/);
    await workbench.screenshot("copy-again-done");
    await workbench.reads(
      async () => [await print("source"), await print("target")],
      ([source, target]) => source === target,
    );
  });

  it("is in the context menu of tasks that run, fail or wait, and of no others", async () => {
    const offered = async (name: string) =>
      (await workbench.contextMenu(name)).includes("Copy Tables Again…");
    assert.deepEqual(
      [await offered(task), await offered("products-to-search"), await offered("invoices-to-billing")],
      [true, true, false],
    );
  });

  it("is shown beside the warnings about a stream, in row, hover, details and status bar", async () => {
    await backend.sql("target", "shop_copy", "ALTER TABLE payments ADD COLUMN remark text");
    await backend.sql("source", "shop", "ALTER TABLE payments ADD COLUMN remark text DEFAULT 'none'");
    await workbench.treeWith(/payments-to-finance {2}⚠ 1 warning/);
    const hover = await workbench.hover(workbench.row(task), /Warning LW\d+/);
    assert.match(hover, /Column remark/);
    await workbench.screenshot("warning-hover");
    await workbench.openDetails(task);
    page = workbench.webview();
    await workbench.sees(page.locator(".stream").getByText(/Column remark/));
    await workbench.screenshot("warning-details");
    await assertAccessible(workbench);
    await workbench.reads(
      () => workbench.statusBarItem("DRS").getAttribute("aria-label"),
      (label) => /1 with warnings/.test(label ?? ""),
    );
    await workbench.changeTheme("high contrast");
    await workbench.screenshot("warning-contrast");
    await assertAccessible(workbench);
    await workbench.choose(task, "Copy Tables Again…");
    await workbench.accept(/Which tables/);
    await workbench.pick("Empty the tables at the target first");
    await workbench.answerDialog("Copy Again");
    await workbench.treeWith(/payments-to-finance {2}(?!⚠)/);
    await workbench.reads(
      async () => [await print("source"), await print("target")],
      ([source, target]) => source === target,
    );
  });
});
