import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeProfile } from "../../scripts/profile.mjs";
import { processesOf } from "../support/backend-process";
import { linkPackages, unpackRelease } from "../support/earlier-release";
import { changeExtensions, openWorkbench } from "../support/open-workbench";
import { waitFor } from "../support/wait";
import type { Workbench } from "../support/workbench";

const packages = process.env.DRS_TEST_PACKAGES ?? "packages";
const id = "drs-sync-tasks.drs-sync-tasks";

/** Makes the VSIX of 0.1.0 again, which brought PostgreSQL along. */
async function firstVsix(folder: string): Promise<string> {
  const [content, file] = [join(folder, "content"), join(folder, "first.vsix")];
  await unpackRelease("0.1.0", content);
  const vsce = resolve("node_modules", "@vscode", "vsce", "vsce");
  const flags = ["--no-dependencies", "--no-rewrite-relative-links", "--allow-missing-repository"];
  execFileSync(process.execPath, [vsce, "package", ...flags, "--out", file], {
    cwd: content,
    stdio: "ignore",
  });
  return file;
}

/** The names of the local backend's tasks, in their order. A copy of rows may end in between. */
function tasksIn(tree: string): readonly string[] {
  const [local = ""] = tree.split(/^staging/m);
  return [...local.matchAll(/^ {4}(\S+)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "page-views-to-analytics");
}

describe("an upgrade from 0.1.0", () => {
  let folder: string;
  let workbench: Workbench | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "drs-upgrade-"));
  });
  after(async () => {
    await workbench?.close();
    await waitFor(
      () => processesOf(folder),
      (processes) => processes.length === 0,
    );
    await rm(folder, { recursive: true });
  });

  it("keeps connections, pins, mutes, the view's options and the demo, and reports nothing twice", async () => {
    const profile = await makeProfile({
      ...{ folder: join(folder, "profile"), settings: {}, extensionFolders: [], language: "en" },
    });
    await changeExtensions("current", profile, "--install-extension", await firstVsix(folder));
    await linkPackages(join(profile.extensions, `${id}-0.1.0`));
    workbench = await openWorkbench({ profile });
    await workbench.openView();
    const start = workbench.sideBar.getByRole("button", { name: "Start the Local Backend" });
    await workbench.click(start, workbench.notifications.filter({ hasText: "Starting the local backend" }));
    await workbench.seesNewDemo();
    const ready = JSON.parse(
      await readFile(
        join(profile.userData, "User", "globalStorage", id, "local-backend", "backend.json"),
        "utf8",
      ),
    );
    await workbench.runCommand("DRS: Connect to Huawei Cloud");
    await workbench.answer(/Where do the tasks run/, "Private endpoint");
    await workbench.answer(/Address of the DRS endpoint/, ready.endpoint);
    await workbench.answer(/identity service/, "");
    await workbench.answer(/How do you sign in/, "Access key");
    await workbench.answer(/Access key ID/, ready.access_key);
    await workbench.answer(/Secret access key/, ready.secret_key);
    await workbench.answer(/Project ID/, ready.project_id);
    await workbench.answer(/Name of the connection/, "staging");
    await workbench.treeWith(/^staging/m);
    await workbench.expand("Local backend");
    await workbench.choose("payments-to-finance", "Pin Task");
    await workbench.choose("trial-shop-mirror", "Mute Task");
    const before = tasksIn(await workbench.tree());
    assert.equal(before.length, 9);
    await workbench.screenshot("upgrade-before");

    const name = (await readdir(packages)).find((entry) =>
      entry.endsWith(`-${process.platform}-${process.arch}.vsix`),
    );
    await changeExtensions("current", profile, "--install-extension", join(packages, name ?? ""));
    await workbench.reload();
    // The backend of 0.1.0, which this version cannot prove to be one, ends first.
    await workbench.seesNewDemo();
    await workbench.screenshot("upgrade-after");
    assert.deepEqual(tasksIn(await workbench.tree()), before);
    await workbench.treeWith(/^ {2}Pinned {2}1\n {4}payments-to-finance {2}/m);
    await workbench.treeWith(/^ {4}trial-shop-mirror {2}muted/m);
    // Where there is no keyring secrets do not outlive the window.
    await workbench.treeWith(/^staging {2}cannot be used/m);
    await workbench.seesNo(workbench.notifications.filter({ hasText: "reviews-to-analytics" }));
    await workbench.runCommand("DRS: Stop the Local Backend");
    await waitFor(
      () => processesOf(folder),
      (processes) => !processes.some((line) => line.includes("local-backend.js")),
    );
  });
});
