import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, type Ready, removeDataDir } from "../support/backend-process";
import { bound } from "../support/bounds";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

/** How soon a window follows another one, in milliseconds, beside what a busy browser takes to draw. */
const soonMs = 2_000;

describe("two windows", () => {
  const [dataDir, otherDir] = [makeDataDir(), makeDataDir()];
  let local: BackendProcess;
  let cloud: BackendProcess;
  let one: Workbench;
  let other: Workbench;

  before(async () => {
    [local, cloud] = await Promise.all([BackendProcess.start(dataDir), BackendProcess.start(otherDir)]);
    one = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    await one.openView();
    other = await one.openAnother();
  });
  after(async () => {
    await one?.close();
    await Promise.all([local?.stop(), cloud?.stop()]);
    removeDataDir(dataDir);
    removeDataDir(otherDir);
  });

  const connect = async (window: Workbench, name: string, { endpoint, project_id }: Ready) => {
    await window.runCommand("DRS: Connect to Huawei Cloud");
    await window.answer(/Where do the tasks run/, "Private endpoint");
    await window.answer(/Address of the DRS endpoint/, endpoint);
    await window.answer(/identity service/, "");
    await window.answer(/How do you sign in/, "Access key");
    await window.answer(/Access key ID/, cloud.ready.access_key);
    await window.answer(/Secret access key/, cloud.ready.secret_key);
    await window.answer(/Project ID/, project_id);
    await window.answer(/Name of the connection/, name);
  };
  /** Waits until the other window shows what this one has just shown. @throws when that takes too long. */
  const follows = async (window: Workbench, pattern: RegExp) => {
    const begin = Date.now();
    await window.treeWith(pattern);
    const ms = Date.now() - begin;
    assert.ok(ms < bound(soonMs), `${ms} ms`);
  };

  it("both use a local backend that runs already, and Start says where", async () => {
    for (const window of [one, other]) {
      await window.sees(window.sideBar.getByText("There are no synchronization tasks in this project."));
    }
    await other.runCommand("DRS: Start the Local Backend");
    await other.sees(
      other.notifications.filter({ hasText: /The local backend is running at 127\.0\.0\.1:\d+\./ }),
    );
  });

  it("show a connection that one adds, renames and removes", async () => {
    await connect(one, "staging", cloud.ready);
    await one.treeWith(/^staging {2}no tasks/m);
    // This VS Code keeps secrets window by window, unlike that of a desktop: the connection is there, its secret is not.
    await follows(other, /^staging {2}cannot be used/m);
    await other.screenshot("second-window-added");
    await one.choose("staging", "Rename Connection…");
    await one.answer(/Rename connection "staging"/, "production");
    await one.treeWith(/^production/m);
    await follows(other, /^production {2}cannot be used/m);
    await other.screenshot("second-window-renamed");
    await other.choose("production", "Remove Connection…");
    await other.answerDialog("Remove Connection");
    const begin = Date.now();
    await one.seesNo(one.row("production"));
    assert.ok(Date.now() - begin < bound(soonMs));
    await one.screenshot("first-window-removed");
  });

  it("continue at another port when the local backend was killed and started again", async () => {
    await local.kill();
    local = await BackendProcess.start(dataDir);
    const { host } = new URL(local.ready.endpoint);
    for (const window of [one, other]) {
      await window.runCommand("DRS: Start the Local Backend");
      await window.sees(window.notifications.filter({ hasText: `The local backend is running at ${host}.` }));
      await window.seesNo(window.sideBar.getByText(/Nothing listens/));
    }
    await other.screenshot("second-window-moved");
  });
});
