import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { templateText } from "../../src/files/templates";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

/** A variable that the user has for another task. */
const variable = "DRS_BILLING_PASSWORD";
const value = "the-users-own-secret";

describe("a hostile repository", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-hostile-"));
  /** Connections to the database server of the repository's choice, and all that they brought. */
  const caught: string[] = [];
  let calls = 0;
  const trap = createServer((socket) => {
    calls += 1;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      caught.push(data.toString("latin1"));
      // No TLS; then AuthenticationCleartextPassword.
      socket.write(data.length === 8 ? "N" : Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
    });
  });
  let workbench: Workbench;

  before(async () => {
    process.env[variable] = value;
    process.env.AWS_SECRET_ACCESS_KEY = value;
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    const { port } = trap.address() as AddressInfo;
    const write = (name: string, env: string, tables = ["public.orders"]) => {
      const end = (database: string) => ({
        host: "127.0.0.1",
        port,
        database,
        user: "drs",
        password: { env },
      });
      const ends = { source: end("shop"), target: end("copy"), objects: { tables } };
      const text = templateText(name, "full+incremental", ends);
      writeFileSync(join(folder, `${name}.drs-task.json`), text);
    };
    write("keys", "AWS_SECRET_ACCESS_KEY");
    write("billing", variable);
    write(
      "huge",
      variable,
      Array.from({ length: 150_000 }, (_, index) => `public.table${index}`),
    );
    workbench = await openWorkbench({ folder });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization {2}/m);
  });
  after(async () => {
    delete process.env[variable];
    delete process.env.AWS_SECRET_ACCESS_KEY;
    await workbench?.close();
    trap.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const lens = (title: string) => workbench.page.locator(".codelens-decoration a").filter({ hasText: title });
  const open = async (name: string, sight: string) => {
    await workbench.runCommand("View: Show Explorer");
    const entry = workbench.page.getByRole("treeitem", { name: `${name}.drs-task.json` });
    await workbench.click(entry, async () => {
      const tab = workbench.page.locator(".tab.active").filter({ hasText: `${name}.drs-task.json` });
      return (await tab.count()) > 0 && (await lens(sight).isVisible());
    });
  };

  it("gets no variable of another program: such a file is not valid", async () => {
    await open("keys", "Check");
    const refusal = workbench.notifications.filter({ hasText: "must begin with DRS_" });
    await workbench.click(lens("Check"), refusal);
    await workbench.screenshot("hostile-keys");
    assert.equal(await lens("Create").count(), 0);
    assert.equal(calls, 0);
  });

  it("gets a variable of the user's only after a question that names it and the place", async () => {
    await open("billing", "Create and Pre-check");
    await workbench.click(lens("Create and Pre-check"), workbench.dialog);
    await workbench.screenshot("hostile-question");
    const question = await workbench.answerDialog("Cancel");
    assert.match(
      question,
      /value of the environment variable DRS_BILLING_PASSWORD to drs@127\.0\.0\.1:\d+\/shop\?/,
    );
    assert.match(question, /connection Local backend/i);
    assert.equal(calls, 0);
    await workbench.openView();
    assert.doesNotMatch(await workbench.treeWith(/^Incremental synchronization {2}/m), /^ {2}billing {2}/m);
  });

  it("can get it from a user who agrees, who is not asked again and can take it back", async () => {
    const failed = workbench.notifications.getByRole("button", { name: "Forget the Password" });
    await workbench.click(lens("Create and Pre-check"), workbench.dialog);
    await workbench.answerDialog("Send");
    assert.match(await workbench.answerDialog("Send"), /drs@127\.0\.0\.1:\d+\/copy\?/);
    await workbench.sees(failed);
    // An unencrypted connection gets no clear-text password, whoever agreed to send it.
    assert.ok(calls > 0);
    assert.doesNotMatch(caught.join("\n"), new RegExp(value));
    await workbench.runCommand("DRS: Forget Stored Passwords of Task Files…");
    await workbench.sees(workbench.choices.filter({ hasText: variable }).first());
    await workbench.screenshot("forget-passwords");
    await workbench.dismiss();
    assert.deepEqual(await workbench.leaksOf([value]), []);
  });

  it("does not hold the window up with a file of 3 MB", async () => {
    await open("huge", "Check");
    await workbench.runCommand("DRS: Show Connections");
    await workbench.sees(workbench.choices.filter({ hasText: "Local backend" }).first());
    await workbench.dismiss();
  });
});
