import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

describe("the way from the alert to a running task", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    const theme = process.env.DRS_TEST_THEME === "light" ? "light" : "dark";
    workbench = await openWorkbench({ theme, settings: { "drs.localBackend.dataDirectory": dataDir } });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization /m);
    page = workbench.webview();
  });
  after(async () => {
    await workbench?.close();
    await backend?.stop();
    removeDataDir(dataDir);
  });

  const button = (name: string) => page.locator(".problem").getByRole("button", { name });
  const runs = () => page.locator(".title strong").getByText("Incremental synchronization", { exact: true });
  /** Waits until a table is alike at both ends. */
  const alike = async (table: string, database: string) => {
    const print = async (server: "source" | "target", at: string) => {
      const sql = `SELECT count(*) || ':' || coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)::numeric), 0) AS print FROM ${table} t`;
      return (await backend.sql<{ print: string }>(server, at, sql))[0]?.print;
    };
    await workbench.reads(
      async () => [await print("source", "shop"), await print("target", database)],
      ([source, target]) => source === target,
    );
  };

  it("says on the page what became of each attempt, and in no notification", async () => {
    await workbench.openDetails("reviews-to-analytics");
    await workbench.sees(button("Show Rows at Both Ends"));
    await workbench.picture("story-failed");
    for (const attempt of [1, 2]) {
      await workbench.click(
        button("Resume"),
        page
          .locator(".problem")
          .getByText(
            new RegExp(`Resume requested at .*failed again at .*same error \\(attempt ${attempt}\\)`),
          ),
      );
    }
    await workbench.screenshot("attempts");
    await workbench.seesNo(workbench.notifications.filter({ hasText: "reviews-to-analytics" }));
  });

  it("gives the focus back to the button when its dialog was closed", async () => {
    const run = button("Run Remedy SQL…");
    const closeDialog = async () => {
      await workbench.press("Enter", workbench.dialog, run);
      await workbench.press("Escape", async () => !(await workbench.dialog.isVisible()));
    };
    // VS Code gives the focus to no page at all now and then, when it is busy or the dialog was open for a moment only.
    const hasFocus = () => run.evaluate((one) => one === one.ownerDocument.activeElement);
    await workbench.repeat("close the dialog", closeDialog, hasFocus);
  });

  it("shows the row that is in the way at both ends, removes it after a preview, and sees the task run", async () => {
    const editor = workbench.page.locator(".monaco-diff-editor");
    await workbench.click(button("Show Rows at Both Ends"), editor.getByText("id: 900001").first());
    await workbench.sees(workbench.notifications.filter({ hasText: "The target already has row" }));
    await workbench.picture("story-rows");
    await workbench.answerNotification("The target already has row", "Run Remedy SQL…");
    await workbench.sees(workbench.dialog);
    await workbench.picture("story-sql");
    assert.match(
      await workbench.answerDialog("Run"),
      /Run this SQL at the target database of task "reviews-to-analytics"\?[\s\S]*analytics[\s\S]*DELETE FROM "public"\."reviews" WHERE "id" = '900001';/,
    );
    // The page comes to the front, where the outcome is seen.
    await workbench.answerNotification("DELETE at the target: 1 row.", "Resume");
    await workbench.sees(runs());
    await workbench.sees(page.getByText(/Resume requested at .*, done at /));
    await workbench.picture("story-resolved");
    await alike("reviews", "analytics");
  });

  it("says why a configured task cannot be started, runs the pre-check's SQL, and starts it", async () => {
    await workbench.openDetails("events-to-lake");
    await workbench.sees(page.getByText("The task passed the pre-check.").first());
    await backend.sql(
      "target",
      "archive",
      "CREATE TABLE events (id bigint PRIMARY KEY); ALTER TABLE events OWNER TO drs_target",
    );
    await workbench.click(
      page.getByRole("button", { name: "Run Pre-check" }),
      page.locator(".problem").getByText(/The target lacks the column public\.events\.kind/),
    );
    await workbench.screenshot("unready");
    await workbench.click(button("Run Remedy SQL…"), workbench.dialog);
    assert.match(
      await workbench.answerDialog("Run"),
      /ALTER TABLE "public"\."events" ADD COLUMN "kind" text;/,
    );
    await workbench.answerNotification("ALTER was run at the target.", "Start");
    await workbench.sees(runs());
    await alike("events", "archive");
  });

  it("asks about no other task when one is ended while its menu is open", async () => {
    const task = "products-to-search";
    await workbench.openMenu(task);
    const { jobs } = await backend.client.call("listJobs", {
      ...{ cur_page: 1, per_page: 100, db_use_type: "sync" },
    });
    const id = jobs.find(({ name }) => name === task)?.id ?? assert.fail();
    await backend.client.call("batchDelete", { jobs: [{ job_id: id, delete_type: "force_terminate" }] });
    try {
      // Its row is in the group of the ended tasks now, which may be open.
      await workbench.treeWith(/^Completed {2}2$/m);
      await workbench.click(
        workbench.menu.locator(".action-label").getByText("Resume or Retry Task", { exact: true }),
        workbench.notifications.filter({ hasText: "This row is no longer in its place" }),
      );
      await workbench.seesNo(workbench.quickInput);
    } finally {
      // An open menu lets nothing else be clicked.
      await workbench.dismiss();
    }
  });

  describe("by buttons alone, from the notification and then from the page", () => {
    const task = "payments-to-finance";
    let isOpen = false;
    const cases = [
      {
        what: "a check of the target that the source does not have (23514)",
        harm: "ALTER TABLE payments ADD CONSTRAINT known_method CHECK (method <> 'voucher')",
        write: "INSERT INTO payments (order_id, amount, method) VALUES (1, 1, 'voucher')",
        sql: /ALTER TABLE "public"\."payments" DROP CONSTRAINT "known_method";/,
      },
      {
        what: "a value that the target requires (23502)",
        before: "ALTER TABLE payments ALTER COLUMN method DROP NOT NULL",
        write: "INSERT INTO payments (order_id, amount, method) VALUES (2, 2, NULL)",
        sql: /ALTER TABLE "public"\."payments" ALTER COLUMN "method" DROP NOT NULL;/,
      },
      {
        what: "a trigger of the target that refuses rows (P0001)",
        harm: `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
               CREATE TRIGGER closed BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse();
               ALTER TABLE payments ENABLE ALWAYS TRIGGER closed`,
        write: "INSERT INTO payments (order_id, amount, method) VALUES (3, 3, 'card')",
        sql: /ALTER TABLE "public"\."payments" DISABLE TRIGGER "closed";/,
      },
      {
        what: "a column that is too short at the target (22001)",
        harm: "ALTER TABLE payments ALTER COLUMN method TYPE varchar(20)",
        write: "INSERT INTO payments (order_id, amount, method) VALUES (4, 4, repeat('x', 30))",
        sql: /ALTER TABLE "public"\."payments" ALTER COLUMN "method" TYPE text;/,
      },
      {
        what: "a column that the target lacks (55000)",
        before: "ALTER TABLE payments ADD COLUMN note text",
        write: "INSERT INTO payments (order_id, amount, method, note) VALUES (5, 5, 'card', 'new')",
        sql: /ALTER TABLE "public"\."payments" ADD COLUMN "note" text;/,
      },
      {
        what: "a privilege that was revoked at the target (42501)",
        harm: "REVOKE INSERT ON payments FROM drs_target",
        write: "INSERT INTO payments (order_id, amount, method) VALUES (6, 6, 'card')",
        sql: /GRANT .*INSERT.* ON .*"payments"/,
      },
    ];

    for (const { what, before, harm, write, sql } of cases) {
      it(`mends ${what}`, async () => {
        if (before !== undefined) {
          await backend.sql("source", "shop", before);
        }
        if (harm !== undefined) {
          await backend.sql("target", "shop_copy", harm);
        }
        await backend.sql("source", "shop", write);
        await (isOpen
          ? workbench.click(button("Run Remedy SQL…"), workbench.dialog)
          : workbench.answerNotification(new RegExp(`"${task}": Incremental.*failed`), "Run Remedy SQL…"));
        assert.match(await workbench.answerDialog("Run"), sql);
        if (isOpen) {
          await workbench.sees(page.locator(".problem .attempt").getByText(/at the target/));
          await workbench.click(button("Resume"), page.getByText(/Resume requested at /));
        } else {
          await workbench.answerNotification(/at the target/, "Resume");
          await workbench.openDetails(task);
          isOpen = true;
        }
        await workbench.sees(page.getByText(/Resume requested at .*, done at /));
        await workbench.sees(runs());
        await alike("payments", "shop_copy");
      });
    }
  });
});
