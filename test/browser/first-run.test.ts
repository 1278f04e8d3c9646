import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import { waitFor } from "../support/wait";
import type { Workbench } from "../support/workbench";

describe("the first run", () => {
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
      () => processesOf(dataDir),
      (processes) => processes.length === 0,
    );
    removeDataDir(dataDir);
  });

  it("offers both ways to begin", async () => {
    await workbench.sees(workbench.sideBar.getByRole("button", { name: "Connect to Huawei Cloud" }));
    await workbench.screenshot("first-run");
  });

  it("shows what is wrong with a cloud connection that does not work, and keeps what was typed", async () => {
    await workbench.click(
      workbench.sideBar.getByRole("button", { name: "Connect to Huawei Cloud" }),
      workbench.quickInput,
    );
    await workbench.answer(/Where do the tasks run/, "Private endpoint");
    await workbench.answer(/Address of the DRS endpoint/, "http://127.0.0.1:9");
    await workbench.answer(/identity service/, "");
    await workbench.answer(/How do you sign in/, "Access key");
    await workbench.answer(/Access key ID/, "AKEXAMPLE");
    await workbench.answer(/Secret access key/, "not-a-real-key");
    await workbench.answer(/Project ID/, "0123456789abcdef");
    await workbench.answer(/Name of the connection/, "nowhere");
    const trouble = /nothing listens at 127\.0\.0\.1:9/i;
    await workbench.sees(workbench.notifications.filter({ hasText: trouble }));
    await workbench.screenshot("cloud-unreachable");
    await workbench.answerNotification(trouble, "Try Again");
    const input = workbench.quickInputBox;
    const offers = (text: string) =>
      workbench.reads(
        () => input.inputValue(),
        (value) => value === text,
      );
    await offers("http://127.0.0.1:9");
    // Neither is the secret asked again nor shown, but it can be.
    await workbench.accept(/Address of the DRS endpoint/);
    await workbench.answer(/identity service/, "");
    await workbench.answer(/How do you sign in/, "Access key");
    await offers("AKEXAMPLE");
    await workbench.accept(/Access key ID/);
    await workbench.sees(workbench.quickInput.getByPlaceholder("Leave empty to keep the current value"));
    assert.equal(await input.inputValue(), "");
    await workbench.dismiss();
    assert.deepEqual(await workbench.leaksOf(["not-a-real-key"]), []);
  });

  it("starts the local backend with one click and shows its tasks", async () => {
    const start = workbench.sideBar.getByRole("button", { name: "Start the Local Backend" });
    await workbench.click(start, async () => !(await start.isVisible()));
    await workbench.seesNewDemo();
    const tree = await workbench.treeWith(/^Incremental synchronization {2}/m);
    assert.match(tree, /^Frozen {2}1$/m);
    await workbench.screenshot("first-tasks");
  });

  it("lets a newcomer find, understand and fix a failure and resume the task, with nothing but the screen", async () => {
    await workbench.click(workbench.statusBarItem("DRS"), workbench.row("reviews-to-analytics"));
    await workbench.openDetails("reviews-to-analytics");
    const details = workbench.webview();
    await workbench.sees(details.getByText("Another program wrote a row with the same key"));
    const button = (name: string) => details.locator(".problem").getByRole("button", { name });
    await workbench.click(button("Run Remedy SQL…"), workbench.dialog);
    await workbench.screenshot("remedy");
    assert.match(await workbench.answerDialog("Run"), /DELETE FROM "public"\."reviews" WHERE "id" = '\d+';/);
    await workbench.sees(workbench.notifications.filter({ hasText: "DELETE at the target: 1 row." }));
    const runs = details.locator(".title strong").getByText("Incremental synchronization", { exact: true });
    await workbench.click(button("Resume"), runs);

    await workbench.openDetails("invoices-to-billing");
    await workbench.sees(details.getByText("Change the database password of the task"));
    await workbench.sees(details.getByText("offers the password that the demo gave this user"));
    await workbench.screenshot("wrong-password");
    await workbench.runCommand("DRS: Copy a Login of a Demo Database");
    await workbench.answer(/Which database/, "drs_billing");
    const password = await workbench.reads(
      () => workbench.clipboard(),
      (text) => text.endsWith("-changed"),
    );
    const step = button("Change Database Password…");
    // The error is about one end, which is not asked for.
    const opens = async () => await workbench.click(step, workbench.quickInput);
    await opens();
    await workbench.answer(/Which password of drs_billing/, "Enter");
    // What is rejected is asked for again.
    await workbench.answerInVain(/New password of/, "wrong", /password authentication failed/);
    await workbench.dismiss();
    await opens();
    await workbench.answer(/Which password of drs_billing/, "Use");
    await workbench.answerNotification("was changed", "Start");
    await workbench.sees(runs);
    assert.deepEqual(await workbench.leaksOf([password]), []);
  });

  it("finds the same backend again after the window was reloaded", async () => {
    const pid = () => JSON.parse(readFileSync(join(dataDir, "backend.json"), "utf8")).pid;
    const before = pid();
    await workbench.reload();
    await workbench.treeWith(/^Incremental synchronization {2}/m);
    assert.equal(pid(), before);
  });

  it("stops it again, and offers both ways again", async () => {
    await workbench.runCommand("DRS: Stop the Local Backend");
    await workbench.sees(workbench.sideBar.getByRole("button", { name: "Start the Local Backend" }));
    await waitFor(
      () => processesOf(dataDir),
      (processes) => processes.length === 0,
    );
  });
});
