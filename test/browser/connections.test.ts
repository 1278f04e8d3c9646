import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BackendProcess, bundle, makeDataDir, type Ready, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

describe("several connections", () => {
  const [dataDir, unused] = [makeDataDir(), makeDataDir()];
  const shopDir = process.env.DRS_TEST_DATA_DIRECTORY ?? "";
  const shop: Ready = JSON.parse(readFileSync(join(shopDir, "backend.json"), "utf8"));
  let staging: BackendProcess;
  let workbench: Workbench;

  before(async () => {
    staging = await BackendProcess.start(dataDir);
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": unused } });
    await workbench.openView();
  });
  after(async () => {
    await workbench?.close();
    await staging?.stop();
    removeDataDir(dataDir);
    removeDataDir(unused);
  });

  const addPrivate = async (ready: Ready, iamEndpoint: string, signIn: string) => {
    await workbench.runCommand("DRS: Connect to Huawei Cloud");
    await workbench.answer(/Where do the tasks run/, "Private endpoint");
    await workbench.answer(/Address of the DRS endpoint/, ready.endpoint);
    await workbench.answer(/identity service/, iamEndpoint);
    await workbench.answer(/How do you sign in/, signIn);
  };

  it("one is shown as its groups, two as rows of their own", async () => {
    await addPrivate(shop, shop.endpoint, "IAM user and password");
    await workbench.answer(/Account name/, "acme");
    await workbench.answer(/IAM user name/, shop.access_key);
    await workbench.answer(/Password/, shop.secret_key);
    await workbench.answer(/Name of the region/, "local");
    await workbench.answer(/Project/, shop.project_id);
    await workbench.answer(/Name of the connection/, "shop");
    const alone = await workbench.treeWith(/^Incremental synchronization {2}\d/m);
    assert.doesNotMatch(alone, /shop {2}/);
    await addPrivate(staging.ready, "", "Access key");
    await workbench.answer(/Access key ID/, staging.ready.access_key);
    await workbench.answer(/Secret access key/, staging.ready.secret_key);
    await workbench.answer(/Project ID/, staging.ready.project_id);
    await workbench.answer(/Name of the connection/, "staging");
    await workbench.treeWith(
      /^shop {2}local\n {2}Incremental failed {2}1\n[\s\S]*^staging {2}no tasks · 127\.0\.0\.1:\d+$/m,
    );
  });

  it("one that fails says so in its own row and leaves the other alone", async () => {
    const tasksOf = (tree: string) => (tree.match(/^ {4}\S+/gm) ?? []).sort();
    const before = tasksOf(await workbench.tree());
    assert.ok(before.length > 8, before.join());
    await staging.kill();
    await workbench.sees(workbench.row("staging").getByText(/cannot be read/));
    const tree = await workbench.treeWith(/^ {2}As of .*[nN]othing listens at 127\.0\.0\.1:\d+/m);
    await workbench.screenshot("two-connections");
    // Another file of the suite may have created a task meanwhile.
    const now = new Set(tasksOf(tree));
    assert.deepEqual(
      before.filter((task) => !now.has(task)),
      [],
    );
    assert.match(
      (await workbench.statusBarItem("DRS").getAttribute("aria-label")) ?? "",
      /2 failed, 1 frozen.*cannot be read/,
    );
  });

  it("one whose user is read-only says so, until it is refreshed", async () => {
    const fault = { kind: "status", status: 403, operation: "executeActions", calls: 1 };
    const call = [bundle, "call", "--data-dir", shopDir, "POST", "/_local/faults", JSON.stringify(fault)];
    execFileSync(process.execPath, call);
    await workbench.choose("customers-to-crm", "Pause Task");
    assert.match(
      await workbench.answerDialog("Pause Task"),
      /Pause production task "customers-to-crm"\?\s+shop\s+The target receives no changes until you resume/,
    );
    await workbench.sees(workbench.notifications.filter({ hasText: "DRS.M00102" }));
    await workbench.sees(workbench.row("shop").getByText(/^read-only/));
    const menu = await workbench.contextMenu("customers-to-crm");
    assert.ok(menu.includes("Why Are Actions Disabled?"), menu.join());
    assert.deepEqual(
      menu.filter((item) => /^(Pause|End) Task/.test(item)),
      [],
    );
    await workbench.openDetails("customers-to-crm");
    const page = workbench.webview();
    await workbench.sees(page.getByText("Read-only: actions are disabled for this connection."));
    await workbench.screenshot("read-only");
    assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
    await workbench.click(
      page.getByRole("button", { name: "Refresh" }),
      page.getByRole("button", { name: "Pause" }),
    );
    await workbench.treeWith(/^shop {2}local$/m);
  });

  it("one of a cloud asks for the name of a task that is to be ended", async () => {
    await workbench.choose("payments-to-finance", "End Task…");
    const complaint = /Type "payments-to-finance" to continue/;
    await workbench.answerInVain(/payments-to-finance/, "payments", complaint);
    await workbench.screenshot("end-in-cloud");
    await workbench.answer(/payments-to-finance/, "payments-to-finance");
    await workbench.seesNo(workbench.row("payments-to-finance"));
    await workbench.treeWith(/^ {2}Completed {2}2$/m);
  });

  it("one that is disconnected goes, and the other is shown alone again", async () => {
    await workbench.choose("staging", "Disconnect");
    await workbench.treeWith(/^Incremental failed/m);
    await workbench.runCommand("DRS: Remove Connection");
    await workbench.answer(/Remove which connection/, "staging");
    assert.match(await workbench.answerDialog("Remove Connection"), /Remove connection "staging"\?/);
    await workbench.runCommand("DRS: Rename Connection");
    await workbench.answer(/Rename connection "shop"/, "store");
    await workbench.reads(
      () => workbench.sideBar.getByText(/^store · /).count(),
      (count) => count > 0,
    );
  });

  it("one whose secret is gone after a restart asks for it, and says why", async () => {
    await workbench.reload();
    await workbench.sees(workbench.sideBar.getByText(/If the system has no keyring \(such as/));
    await workbench.screenshot("secret-gone");
    await workbench.click(
      workbench.sideBar.getByRole("button", { name: "Enter the Secret Again" }),
      workbench.quickInput,
    );
    await workbench.answer(/Account name/, "acme");
    await workbench.answer(/IAM user name/, shop.access_key);
    await workbench.answer(/Password/, shop.secret_key);
    await workbench.treeWith(/^Incremental failed/m);
  });
});
