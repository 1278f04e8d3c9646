import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import { waitFor } from "../support/wait";
import type { Workbench } from "../support/workbench";

describe("the core workflow", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let workbench: Workbench;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization /m).finally(() => workbench.screenshot("first"));
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
  const isIn = async (task: string, group: RegExp) => group.test((await groupOf(task)) ?? "");
  const comesInto = (task: string, group: RegExp) =>
    workbench.reads(
      () => groupOf(task),
      (name) => group.test(name ?? ""),
    );

  it("lists the tasks under their statuses, those that need attention first", async () => {
    const groups = (await workbench.tree())
      .split("\n")
      .filter((line) => !line.startsWith(" "))
      .map((line) => line.replace(/ {2}\d+$/, ""));
    assert.deepEqual(
      groups.filter((group) => group !== "Full synchronization"),
      [
        "Incremental failed",
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
    await workbench.runCommand("DRS: Filter Tasks by Text…");
    await workbench.answer(/Show only tasks with this/, "warehouse");
    const tree = await workbench.treeWith(
      /^Incremental synchronization {2}1\n {2}orders-to-warehouse[^\n]*$/,
    );
    assert.equal(tree.split("\n").length, 2);
    await workbench.sees(workbench.sideBar.getByText(/^1 of \d+ tasks match the filter/));
    await workbench.screenshot("filtered");
    await workbench.runCommand("DRS: Clear the Filter");
    await workbench.treeWith(/reviews-to-analytics/);
  });

  it("groups the tasks as asked", async () => {
    const begins = (pattern: RegExp) => async () => pattern.test(await workbench.tree());
    const open = () => workbench.runCommand("DRS: Group Tasks by…");
    await workbench.pickIn(open, "No grouping", begins(/^reviews-to-analytics/));
    await workbench.pickIn(open, "Status", begins(/^Incremental failed/));
  });

  it("shows in the hover what the status means, and the error", async () => {
    const meaning = / — The incremental synchronization failed; changes no longer/;
    const hover = await workbench.hover(workbench.row("reviews-to-analytics"), meaning);
    await workbench.screenshot("hover");
    assert.match(
      hover,
      /shop @ .+ → analytics @ .+ · Full \+ incremental · \d tables?\s+Incremental synchronization failed \d+ \w+ ago/,
    );
    assert.match(hover, /Error: 23505 .*insert_exists/);
    assert.match(hover, /Cause — Another program wrote a row with the same key/);
    assert.match(hover, /What to do — Delete or change that row in the target table/);
    assert.match(hover, /Afterwards — Resume/);
    assert.match(hover, /Show Details · Copy Task ID/);
  });

  it("says in the details why a task failed, what to do, and where to read more", async () => {
    await workbench.openDetails("invoices-to-billing");
    const problem = workbench.webview().locator(".problem");
    await workbench.sees(problem.getByText("The task's user name or password is wrong"));
    await workbench.sees(problem.getByText("offers the password that the demo gave this user"));
    await workbench.sees(problem.getByRole("button", { name: "Copy: Error" }));
    const link = problem.getByRole("link", { name: "More about this case" });
    const address = (await link.getAttribute("href")) ?? "";
    assert.match(address, /^https:\/\/www\.postgresql\.org\/docs\//);
    const browser = workbench.page.context();
    await browser.route(address, (route) => route.fulfill({ body: "the page about this case" }));
    const opened = () => browser.pages().find((page) => page.url().startsWith(address));
    await workbench.click(link, async () => opened() !== undefined);
    const page = opened() ?? assert.fail("no page was opened");
    await workbench.sees(page.getByText("the page about this case"));
    await page.close();
  });

  it("counts failed and frozen tasks in the status bar, which leads to them", async () => {
    const item = workbench.statusBarItem("DRS");
    await workbench.sees(item);
    assert.match((await item.getAttribute("aria-label")) ?? "", /2 failed, 1 frozen/);
    assert.match((await item.getAttribute("class")) ?? "", /has-background-color|error-kind/);
    await workbench.click(item, async () => (await workbench.selectedRows())[0] === "reviews-to-analytics");
  });

  it("offers only valid actions", async () => {
    const always = [
      "Copy Task ID",
      "Copy Link",
      "Open as Task File",
      "Copy as Terraform",
      "Pin Task",
      "Mute Task",
      "Tell Me When…",
    ];
    const running = await workbench.contextMenu("orders-to-warehouse");
    assert.deepEqual(running, ["Show Details", "Pause Task", "Copy Tables Again…", "End Task…", ...always]);
    const failed = await workbench.contextMenu("reviews-to-analytics");
    assert.deepEqual(failed.slice(0, 4), [
      "Show Details",
      "Resume or Retry Task",
      "Run Remedy SQL…",
      "Pause Task",
    ]);
    const frozen = await workbench.contextMenu("trial-shop-mirror");
    assert.deepEqual(frozen, ["Show Details", ...always]);
    const group = await workbench.contextMenu("Incremental synchronization");
    assert.deepEqual(group, ["Pause All…", "Copy Task IDs"]);
  });

  it("pauses a task from its context menu and undoes it, and rows stop and continue", async () => {
    const behind = async () => {
      const count = "SELECT count(*)::int AS rows FROM orders";
      const [source] = await backend.sql<{ rows: number }>("source", "shop", count);
      const [target] = await backend.sql<{ rows: number }>("target", "shop_copy", count);
      return (source?.rows ?? 0) - (target?.rows ?? 0);
    };
    await workbench.choose("orders-to-warehouse", "Pause Task", () => isIn("orders-to-warehouse", /^Paused/));
    await workbench.screenshot("paused");
    await waitFor(behind, (rows) => rows > 2);
    await workbench.answerNotification('Pause accepted for task "orders-to-warehouse"', "Undo: Resume");
    await comesInto("orders-to-warehouse", /^Incremental synchronization {2}/);
    await waitFor(behind, (rows) => rows <= 1);
  });

  it("starts a configured task after its pre-check", async () => {
    const isStarted = async () => !(await isIn("events-to-lake", /^Configuration/));
    await workbench.choose("events-to-lake", "Start Task", isStarted);
    await comesInto("events-to-lake", /^Incremental synchronization {2}/);
  });

  it("acts on several tasks at once, and undoes it", async () => {
    await workbench.select("orders-to-warehouse", "customers-to-crm");
    // No command that takes one task, such as the change of a password, which left the others out.
    assert.deepEqual(await workbench.contextMenu("customers-to-crm"), [
      "Pause Task",
      "End Task…",
      "Copy Task ID",
      "Copy Link",
      "Pin Task",
      "Mute Task",
    ]);
    await workbench.choose("customers-to-crm", "Pause Task", workbench.dialog);
    await workbench.screenshot("many");
    const question = await workbench.answerDialog("Pause: 2 tasks");
    assert.match(question, /Pause: 2 tasks\?\s+orders-to-warehouse\s+customers-to-crm/);
    await comesInto("orders-to-warehouse", /^Paused/);
    await comesInto("customers-to-crm", /^Paused/);
    await workbench.answerNotification("Undo: Resume", "Undo: Resume");
    await comesInto("orders-to-warehouse", /^Incremental synchronization {2}/);
    await comesInto("customers-to-crm", /^Incremental synchronization {2}/);
  });

  it("works with the keyboard alone", async () => {
    const task = "orders-to-warehouse";
    await workbench.focusView();
    const first = (await workbench.tree()).split("  ")[0];
    await workbench.press("Home", async () => (await workbench.focusedRow()) === first);
    for (let at = await workbench.focusedRow(); at !== task; at = await workbench.focusedRow()) {
      await workbench.press("ArrowDown", async () => (await workbench.focusedRow()) !== at);
    }
    await workbench.press("Enter", async () => String(await workbench.selectedRows()) === task);
    await workbench.sees(workbench.webview().getByRole("heading", { name: task }));
    await workbench.focusView();
    await workbench.press("Control+Alt+p", () => isIn(task, /^Paused/));
    await workbench.press("Control+Alt+r", () => isIn(task, /^Incremental synchronization {2}/));
    await workbench.press("Control+c", async () => /^[0-9a-f-]{20,}/.test(await workbench.clipboard()));
  });

  it("lets a task be picked by what it is called, its status or its id", async () => {
    await workbench.runCommand("DRS: Show Details");
    const task = (name: string) => workbench.choices.filter({ hasText: name });
    await workbench.sees(task("reviews-to-analytics"));
    await workbench.screenshot("picker");
    await workbench.type(workbench.quickInputBox, "paused");
    await workbench.seesNo(task("reviews-to-analytics"));
    await workbench.sees(task("products-to-search"));
    await workbench.dismiss();
  });

  it("shows the details, which are live and act", async () => {
    await workbench.openDetails("customers-to-crm");
    const page = workbench.webview();
    const status = (name: string) => page.locator(".title strong").getByText(name, { exact: true });
    await workbench.sees(status("Incremental synchronization"));
    await workbench.screenshot("details");
    await workbench.click(page.getByRole("button", { name: "Pause" }), status("Paused"));
    await workbench.click(
      page.getByRole("button", { name: "Resume" }),
      status("Incremental synchronization"),
    );
  });

  it("copies a link to a task, which opens it, and asks before it does what it asks for", async () => {
    const link = await workbench.copies("products-to-search", "Copy Link", /\/task\?id=/);
    const open = async (url: string) => {
      await workbench.runCommand("Developer: Open URL");
      await workbench.answer(/URL/, url);
      await workbench.answerDialog("Open");
    };
    await open(link);
    await workbench.sees(workbench.webview().getByRole("heading", { name: "products-to-search" }));

    await open(`${link}&action=resume`);
    const question = await workbench.answerDialog("Resume");
    assert.match(
      question,
      /Resume task "products-to-search"\?\s+A link requested this action\. Connection: /,
    );
    await comesInto("products-to-search", /^Incremental synchronization {2}/);

    await open(`${link}&action=end`);
    await workbench.sees(workbench.notifications.filter({ hasText: "not a link to a synchronization task" }));
  });

  it("asks before a task is ended, and then ends and deletes it", async () => {
    await workbench.expand("Completed");
    await workbench.treeWith(/catalog-move-2025/);
    await workbench.choose("payments-to-finance", "End Task…");
    await workbench.sees(workbench.dialog);
    await workbench.screenshot("end");
    assert.match(await workbench.answerDialog("Cancel"), /End task "payments-to-finance"\?/);
    assert.match((await groupOf("payments-to-finance")) ?? "", /^Incremental synchronization {2}/);

    await workbench.choose("payments-to-finance", "End Task…");
    assert.match(await workbench.answerDialog("End Task"), /cannot be started again/);
    await comesInto("payments-to-finance", /^Completed/);
    await workbench.choose("payments-to-finance", "Delete Task…");
    await workbench.answerDialog("Delete Task");
    await workbench.seesNo(workbench.row("payments-to-finance"));
  });

  it("starts a paused task over, after saying what that means", async () => {
    await workbench.choose("customers-to-crm", "Pause Task", () => isIn("customers-to-crm", /^Paused/));
    await backend.sql("target", "shop_copy", "TRUNCATE customers CASCADE");
    await workbench.choose("customers-to-crm", "Reset Task…", workbench.dialog);
    await workbench.screenshot("reset");
    const question = await workbench.answerDialog("Reset Task");
    assert.match(
      question,
      /Reset task "customers-to-crm"\?[\s\S]*copies all rows again[\s\S]*are not truncated/,
    );
    await comesInto("customers-to-crm", /^Incremental synchronization {2}/);
    const copied = await backend.sql<{ n: number }>(
      "target",
      "shop_copy",
      "SELECT count(*)::int AS n FROM customers",
    );
    assert.ok((copied[0]?.n ?? 0) > 0);
  });

  it("asks for the typed name before a production task is ended", async () => {
    const { jobs } = await backend.client.call("listJobs", {
      ...{ cur_page: 1, per_page: 1, db_use_type: "sync", name: "events-to-lake" },
    });
    await backend.client.call("batchModification", {
      jobs: [{ job_id: jobs[0]?.id ?? "", name: "events-prod" }],
    });
    await workbench.treeWith(/events-prod/);
    await workbench.choose("events-prod", "End Task…");
    const question = /cannot be started again.*Type the name "events-prod"/;
    await workbench.sees(workbench.quickInput.getByText(question));
    await workbench.screenshot("end-production");
    await workbench.answerInVain(/events-prod/, "events", 'Type "events-prod" to continue');
    await workbench.screenshot("end-production-wrong");
    await workbench.dismiss();
    assert.match((await groupOf("events-prod")) ?? "", /^Incremental synchronization {2}/);
    await workbench.choose("events-prod", "End Task…");
    await workbench.answer(/events-prod/, "events-prod");
    await comesInto("events-prod", /^Completed/);
  });

  it("mutes a task and snoozes all notifications, which the row and the status bar show", async () => {
    const item = workbench.statusBarItem("DRS");
    await workbench.choose("trial-shop-mirror", "Mute Task");
    await workbench.treeWith(/trial-shop-mirror {2}[^\n]*muted/);
    const label = async () => (await item.getAttribute("aria-label")) ?? "";
    const tells = (pattern: RegExp) => workbench.reads(label, (text) => pattern.test(text));
    await tells(/^Synchronization tasks: 2 failed(?!.*frozen)/);
    await workbench.choose("trial-shop-mirror", "Unmute Task");
    const isSnoozed = async () => /1 frozen.*snoozed until/.test(await label());
    const snooze = () => workbench.runCommand("DRS: Snooze Notifications…");
    await workbench.pickIn(snooze, "For 30 minutes", isSnoozed);
    await workbench.hover(
      item,
      /reviews-to-analytics — Incremental synchronization failed · duplicate key · since /,
    );
    await workbench.screenshot("snoozed");
    await workbench.runCommand("DRS: End the Snooze");
    await tells(/^((?!snoozed).)*$/s);
  });

  it("shows a freeze once, leads to its details, and shows the recovery", async () => {
    await backend.setBalance("0", 0);
    const many = /7 tasks are frozen: the account's balance is used up\. Top up the account\./;
    await workbench.sees(workbench.notifications.filter({ hasText: many }));
    await workbench.treeWith(/^Frozen {2}8$/m);
    await workbench.screenshot("frozen");
    const shown = await workbench.notifications.allInnerTexts();
    assert.equal(shown.filter((text) => /[Ff]rozen/.test(text)).length, 1, shown.join("\n"));
    await backend.setBalance("0", 100);
    await workbench.treeWith(/^Frozen {2}1$/m);
    await workbench.sees(workbench.notifications.filter({ hasText: "recovered" }));
  });

  it("keeps the last good data when the backend dies, and finds it again when it is back", async () => {
    const before = await workbench.tree();
    await backend.kill();
    const message = workbench.sideBar.getByText(/^As of .*nothing listens at 127\.0\.0\.1/i);
    await workbench.sees(message);
    await workbench.screenshot("unreachable");
    assert.deepEqual(namesIn(await workbench.tree()), namesIn(before));
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    await workbench.seesNo(message);
    await workbench.treeWith(/customers-to-crm/);
  });

  it("leaves no secret in a log, a stored file or a page", async () => {
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
