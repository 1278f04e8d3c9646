import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { waitFor } from "../support/wait";
import { openWorkbench, type Workbench } from "../support/workbench";

/** What the tree may take to tell what an action did, in milliseconds. */
const soon = 3_000;

describe("the main job", function () {
  this.timeout(120_000);
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let workbench: Workbench;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    await workbench.openView();
    await workbench
      .treeWith(/^Incremental synchronization /m, 60_000)
      .finally(() => workbench.screenshot("first"));
  });
  after(async () => {
    await workbench?.close();
    await backend?.stop();
    removeDataDir(dataDir);
  });

  /** The name of the group that a task stands in. */
  const groupOf = async (task: string) => {
    const lines = (await workbench.tree()).split("\n");
    const index = lines.findIndex((line) => line.startsWith(`  ${task}`));
    return lines.slice(0, index + 1).findLast((line) => !line.startsWith(" "));
  };
  const comesInto = (task: string, group: RegExp, limit: number) =>
    waitFor(
      () => groupOf(task),
      (name) => group.test(name ?? ""),
      limit,
    );

  it("lists the tasks under their statuses, what needs a person first", async () => {
    const groups = (await workbench.tree())
      .split("\n")
      .filter((line) => !line.startsWith(" "))
      .map((line) => line.replace(/ {2}\d+$/, ""));
    assert.deepEqual(
      groups.filter((group) => group !== "Full synchronization"),
      [
        "Incremental synchronization failed",
        "Start failed",
        "Frozen",
        "Incremental synchronization",
        "Paused",
        "Pending start",
        "Configuration",
        "Completed",
      ],
    );
  });

  it("narrows the tree down to what is looked for, and back", async () => {
    const { page, sideBar } = workbench;
    await workbench.runCommand("DRS: Filter Tasks by Text…");
    const input = page.locator(".quick-input-widget input:visible");
    await input.fill("warehouse");
    await input.press("Enter");
    const tree = await workbench.treeWith(
      /^Incremental synchronization {2}1\n {2}orders-to-warehouse[^\n]*$/,
    );
    assert.equal(tree.split("\n").length, 2);
    await sideBar.getByText(/^1 of \d+ tasks fit the filter/).waitFor();
    await workbench.screenshot("filtered");
    await workbench.runCommand("DRS: Clear the Filter");
    await workbench.treeWith(/reviews-to-analytics/);
  });

  it("groups the tasks as asked", async () => {
    await workbench.runCommand("DRS: Group Tasks by…");
    await workbench.page.locator(".quick-input-list").getByText("Not at all").click();
    await workbench.treeWith(/^reviews-to-analytics/);
    await workbench.runCommand("DRS: Group Tasks by…");
    await workbench.page.locator(".quick-input-list").getByText("Status", { exact: true }).click();
    await workbench.treeWith(/^Incremental synchronization failed/);
  });

  it("tells in the hover what the status means, and the error", async () => {
    const hover = await workbench.hover("reviews-to-analytics");
    await workbench.screenshot("hover");
    assert.match(
      hover,
      /Incremental synchronization failed — The incremental synchronization failed; changes no longer/,
    );
    assert.match(hover, /Error: 23505 .*insert_exists/);
    assert.match(hover, /Cause — Somebody else wrote a row with the same key/);
    assert.match(hover, /What to do — Delete or change that row in the target table/);
    assert.match(hover, /Afterwards — Resume/);
    assert.match(hover, /Status of the API: INCRE_TRANSFER_FAILED/);
  });

  it("says in the details why a task failed, what to do, and where to read more", async () => {
    await workbench.row("invoices-to-billing").click();
    const problem = workbench.webview().locator(".problem");
    await problem.getByText("The user or the password that the task has is not right").waitFor();
    await problem.getByText("Remove the cause, then start the task again.").waitFor();
    await problem.getByRole("button", { name: "Copy: Error" }).waitFor();
    const link = problem.getByRole("link", { name: "More about this case" });
    const address = (await link.getAttribute("href")) ?? "";
    assert.match(address, /^https:\/\/www\.postgresql\.org\/docs\//);
    const browser = workbench.page.context();
    await browser.route(address, (route) => route.fulfill({ body: "the page about this case" }));
    const opened = browser.waitForEvent("page");
    await link.click();
    const page = await opened;
    await page.getByText("the page about this case").waitFor();
    await page.close();
  });

  it("counts failed and frozen tasks in the status bar, which leads to them", async () => {
    const item = workbench.statusBarItem("DRS");
    await item.waitFor();
    assert.match((await item.getAttribute("aria-label")) ?? "", /2 failed, 1 frozen/);
    assert.match((await item.getAttribute("class")) ?? "", /has-background-color|error-kind/);
    await item.click();
    const selected = workbench.sideBar.locator(".monaco-list-row.selected .label-name");
    await selected.getByText("reviews-to-analytics", { exact: true }).waitFor();
  });

  it("offers only what is legal", async () => {
    const always = ["Copy Task ID", "Copy Link", "Save Task as File", "Pin Task", "Mute Task"];
    const running = await workbench.contextMenu("orders-to-warehouse");
    assert.deepEqual(running, ["Show Details", "Pause Task", "End Task…", ...always]);
    await workbench.page.keyboard.press("Escape");
    const frozen = await workbench.contextMenu("trial-shop-mirror");
    assert.deepEqual(frozen, ["Show Details", ...always]);
    await workbench.page.keyboard.press("Escape");
  });

  it("pauses and resumes a task by its context menu, and rows stop and go on", async () => {
    const behind = async () => {
      const count = "SELECT count(*)::int AS rows FROM orders";
      const [source] = await backend.sql<{ rows: number }>("source", "shop", count);
      const [target] = await backend.sql<{ rows: number }>("target", "shop_copy", count);
      return (source?.rows ?? 0) - (target?.rows ?? 0);
    };
    await workbench.choose("orders-to-warehouse", "Pause Task");
    await comesInto("orders-to-warehouse", /^Paused/, soon);
    await workbench.screenshot("paused");
    await waitFor(behind, (rows) => rows > 2, 20_000);
    await workbench.choose("orders-to-warehouse", "Resume or Retry Task");
    await comesInto("orders-to-warehouse", /^Incremental synchronization {2}/, soon);
    await waitFor(behind, (rows) => rows <= 1, 5_000);
  });

  it("starts a configured task after its pre-check", async () => {
    await workbench.choose("events-to-lake", "Start Task");
    await comesInto("events-to-lake", /^Incremental synchronization {2}/, 30_000);
  });

  it("acts on several tasks at once, and takes it back", async () => {
    await workbench.row("orders-to-warehouse").click();
    const modifiers = { modifiers: ["ControlOrMeta" as const] };
    await workbench.row("customers-to-crm").click(modifiers);
    await workbench.choose("customers-to-crm", "Pause Task");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.screenshot("many");
    const question = await workbench.answerDialog("Pause: 2 tasks");
    assert.match(question, /Pause: 2 tasks\?\s+orders-to-warehouse\s+customers-to-crm/);
    await comesInto("orders-to-warehouse", /^Paused/, 10_000);
    await comesInto("customers-to-crm", /^Paused/, 10_000);
    await workbench.answerNotification("Undo: Resume");
    await workbench.answerDialog("Resume: 2 tasks");
    await comesInto("orders-to-warehouse", /^Incremental synchronization {2}/, 10_000);
    await comesInto("customers-to-crm", /^Incremental synchronization {2}/, 10_000);
  });

  it("is used with the keyboard alone", async () => {
    const { keyboard } = workbench.page;
    const row = workbench.row("orders-to-warehouse");
    await workbench.runCommand("DRS: Focus on Sync Tasks View");
    const focused = workbench.sideBar.locator(".monaco-list-row.focused");
    await keyboard.press("Home");
    const arrive = async () => {
      await keyboard.press("ArrowDown");
      return await focused.locator(".label-name").innerText();
    };
    await waitFor(arrive, (name) => name === "orders-to-warehouse", 20_000);
    await keyboard.press("Enter");
    await workbench.webview().getByRole("heading", { name: "orders-to-warehouse" }).waitFor();
    await row.and(workbench.page.locator(".selected")).waitFor();
    await workbench.runCommand("DRS: Focus on Sync Tasks View");
    await workbench.sideBar.locator(".monaco-list:focus-within").waitFor();
    await keyboard.press("Control+Alt+p");
    await comesInto("orders-to-warehouse", /^Paused/, soon);
    await keyboard.press("Control+Alt+r");
    await comesInto("orders-to-warehouse", /^Incremental synchronization {2}/, soon);
    await keyboard.press("Control+c");
    await waitFor(
      () => workbench.clipboard(),
      (text) => /^[0-9a-f-]{20,}/.test(text),
      soon,
    );
  });

  it("lets a task be picked by what it is called, its status or its id", async () => {
    const { page } = workbench;
    await workbench.runCommand("DRS: Show Details");
    const list = page.locator(".quick-input-list .monaco-list-row");
    await list.filter({ hasText: "reviews-to-analytics" }).waitFor();
    await workbench.screenshot("picker");
    const input = page.locator(".quick-input-widget input:visible");
    await input.fill("paused");
    await list.filter({ hasText: "reviews-to-analytics" }).waitFor({ state: "hidden" });
    await list.filter({ hasText: "products-to-search" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("shows the details, which are live and act", async () => {
    await workbench.row("customers-to-crm").click();
    const page = workbench.webview();
    await page.getByRole("heading", { name: "customers-to-crm" }).waitFor();
    const status = (name: string) => page.locator(".title strong").getByText(name, { exact: true });
    await status("Incremental synchronization").waitFor();
    await workbench.screenshot("details");
    await page.getByRole("button", { name: "Pause" }).click();
    await status("Paused").waitFor({ timeout: soon });
    await page.getByRole("button", { name: "Resume" }).click();
    await status("Incremental synchronization").waitFor({ timeout: soon });
  });

  it("copies a link to a task, which opens it, and asks before it does what it asks for", async () => {
    await workbench.choose("products-to-search", "Copy Link");
    const link = await waitFor(
      () => workbench.clipboard(),
      (text) => text.includes("/task?id="),
      soon,
    );
    const open = async (url: string) => {
      await workbench.runCommand("Developer: Open URL");
      await workbench.answer(/URL/, url);
      await workbench.answerDialog("Open");
    };
    await open(link);
    const title = workbench.webview().getByRole("heading", { name: "products-to-search" });
    await title.waitFor();

    await open(`${link}&action=resume`);
    const question = await workbench.answerDialog("Resume");
    assert.match(question, /Resume task "products-to-search"\?\s+A link asks for this\. Connection: /);
    await comesInto("products-to-search", /^Incremental synchronization {2}/, 10_000);

    await open(`${link}&action=end`);
    await workbench.notifications.filter({ hasText: "no link to a synchronization task" }).waitFor();
  });

  it("asks before a task is ended, and then ends and deletes it", async () => {
    await workbench.row("Completed").click();
    await workbench.treeWith(/catalog-move-2025/);
    await workbench.choose("payments-to-finance", "End Task…");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.screenshot("end");
    assert.match(await workbench.answerDialog("Cancel"), /End task "payments-to-finance"\?/);
    assert.match((await groupOf("payments-to-finance")) ?? "", /^Incremental synchronization {2}/);

    await workbench.choose("payments-to-finance", "End Task…");
    assert.match(await workbench.answerDialog("End Task"), /cannot be started again/);
    await comesInto("payments-to-finance", /^Completed/, 10_000);
    await workbench.choose("payments-to-finance", "Delete Task…");
    await workbench.answerDialog("Delete Task");
    await waitFor(
      () => workbench.tree(),
      (tree) => !tree.includes("payments-to-finance"),
      soon,
    );
  });

  it("starts a paused task over, after saying what that means", async () => {
    await workbench.choose("customers-to-crm", "Pause Task");
    await comesInto("customers-to-crm", /^Paused/, 10_000);
    await backend.sql("target", "shop_copy", "TRUNCATE customers CASCADE");
    await workbench.choose("customers-to-crm", "Reset Task…");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.screenshot("reset");
    const question = await workbench.answerDialog("Reset Task");
    assert.match(
      question,
      /Reset task "customers-to-crm"\?[\s\S]*all rows are copied once more[\s\S]*are not emptied/,
    );
    await comesInto("customers-to-crm", /^Incremental synchronization {2}/, 30_000);
    const copied = await backend.sql<{ n: number }>(
      "target",
      "shop_copy",
      "SELECT count(*)::int AS n FROM customers",
    );
    assert.ok((copied[0]?.n ?? 0) > 0);
  });

  it("wants the name typed before a task of production is ended", async () => {
    const { jobs } = await backend.client.call("listJobs", {
      ...{ cur_page: 1, per_page: 1, db_use_type: "sync", name: "events-to-lake" },
    });
    await backend.client.call("batchModification", {
      jobs: [{ job_id: jobs[0]?.id ?? "", name: "events-prod" }],
    });
    await workbench.treeWith(/events-prod/);
    const input = workbench.page.locator(".quick-input-widget:visible");
    await workbench.choose("events-prod", "End Task…");
    await input.getByText(/cannot be started again.*Type the name "events-prod"/).waitFor();
    await workbench.screenshot("end-production");
    await workbench.answer(/events-prod/, "events");
    await input.getByText('Type "events-prod" to go on').waitFor();
    await workbench.screenshot("end-production-wrong");
    await workbench.page.keyboard.press("Escape");
    await input.waitFor({ state: "hidden" });
    assert.match((await groupOf("events-prod")) ?? "", /^Incremental synchronization {2}/);
    await workbench.choose("events-prod", "End Task…");
    await workbench.answer(/events-prod/, "events-prod");
    await comesInto("events-prod", /^Completed/, 10_000);
  });

  it("mutes a task and snoozes all notifications, which the row and the status bar tell", async () => {
    const item = workbench.statusBarItem("DRS");
    await workbench.choose("trial-shop-mirror", "Mute Task");
    await workbench.treeWith(/trial-shop-mirror {2}[^\n]*muted/);
    await waitFor(
      () => item.getAttribute("aria-label"),
      (label) => /2 failed, 0 frozen/.test(label ?? ""),
      soon,
    );
    await workbench.choose("trial-shop-mirror", "Unmute Task");
    await workbench.runCommand("DRS: Snooze Notifications…");
    await workbench.page.locator(".quick-input-list").getByText("For 30 minutes").click();
    await waitFor(
      () => item.getAttribute("aria-label"),
      (label) => /1 frozen.*snoozed until/.test(label ?? ""),
      soon,
    );
    await item.hover();
    await workbench.page
      .locator(".workbench-hover-container")
      .getByText(/reviews-to-analytics · Incremental synchronization failed · 23505/)
      .waitFor();
    await workbench.screenshot("snoozed");
    await workbench.runCommand("DRS: End the Snooze");
    await waitFor(
      () => item.getAttribute("aria-label"),
      (label) => !/snoozed/.test(label ?? ""),
      soon,
    );
  });

  it("tells a freeze once, leads to its details, and tells the recovery", async () => {
    const frozen = workbench.notifications.filter({ hasText: "Frozen" });
    await backend.setBalance("0", 0);
    await frozen
      .or(workbench.notifications.filter({ hasText: "need attention" }))
      .first()
      .waitFor({ timeout: 10_000 });
    await workbench.treeWith(/^Frozen {2}8$/m);
    await workbench.screenshot("frozen");
    const shown = await workbench.notifications.allInnerTexts();
    assert.equal(shown.filter((text) => /Frozen|need attention/.test(text)).length, 1, shown.join("\n"));
    await backend.setBalance("0", 100);
    await workbench.treeWith(/^Frozen {2}1$/m);
    await workbench.notifications.filter({ hasText: "recovered" }).first().waitFor({ timeout: 10_000 });
  });

  it("keeps the last good data when the backend dies, and finds it again when it is back", async () => {
    const before = await workbench.tree();
    await backend.kill();
    const message = workbench.sideBar.getByText(/^As of .*nothing listens at 127\.0\.0\.1/i);
    await message.waitFor();
    await workbench.screenshot("unreachable");
    assert.deepEqual(namesIn(await workbench.tree()), namesIn(before));
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    await message.waitFor({ state: "hidden", timeout: 30_000 });
    await workbench.treeWith(/customers-to-crm/);
  });

  it("has left no secret in a log, a stored file or a page", async () => {
    const logins = [backend.login("source"), backend.login("target")];
    const secrets = [backend.ready.secret_key, ...logins.map(({ password }) => password)];
    assert.ok(secrets.every((secret) => secret.length >= 16));
    assert.deepEqual(await workbench.leaksOf(secrets), []);
  });
});

/** The first word of every row: groups and tasks without what changes. */
function namesIn(tree: string): readonly string[] {
  return tree.split("\n").map((line) => line.trim().split("  ")[0] ?? "");
}
