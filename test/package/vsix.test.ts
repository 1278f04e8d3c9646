import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { makeProfile, type Profile } from "../../scripts/profile.mjs";
import { releases } from "../../scripts/vscode-server.mjs";
import { platformPackage } from "../../src/backend/clusters/installations";
import { packageFor } from "../../src/backend-client/postgres-package";
import { copyDemoInto, makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { changeExtensions, openWorkbench } from "../support/open-workbench";
import { TestRegistry } from "../support/test-registry";
import { waitFor } from "../support/wait";
import type { Workbench } from "../support/workbench";

const folder = process.env.DRS_TEST_PACKAGES ?? "packages";
const id = "drs-sync-tasks.drs-sync-tasks";

/** The VSIX whose name ends so. */
async function vsix(ending: RegExp): Promise<string> {
  const name = (await readdir(folder)).find((entry) => ending.test(entry));
  return join(folder, name ?? assert.fail(`no VSIX ${ending} in ${folder}`));
}
const universal = () => vsix(/-\d+\.\d+\.\d+\.vsix$/);
const ofPlatform = () => vsix(new RegExp(`-${process.platform}-${process.arch}\\.vsix$`));

/** Resolves the demo's failed task as the product's page says. */
async function resolveFailure(workbench: Workbench): Promise<void> {
  await workbench.openDetails("reviews-to-analytics");
  const details = workbench.webview();
  const button = (name: string) => details.locator(".problem").getByRole("button", { name });
  await workbench.click(button("Run Remedy SQL…"), workbench.dialog);
  await workbench.answerDialog("Run");
  await workbench.sees(workbench.notifications.filter({ hasText: "DELETE at the target: 1 row." }));
  const runs = details.locator(".title strong").getByText("Incremental synchronization", { exact: true });
  await workbench.click(button("Resume"), runs);
}

/** Starts the local backend from the empty view. */
async function start(workbench: Workbench): Promise<void> {
  await workbench.openView();
  const button = workbench.sideBar.getByRole("button", { name: "Start the Local Backend" });
  await workbench.click(button, workbench.notifications.filter({ hasText: "Starting the local backend" }));
}

/** A profile in which the extension is installed as a user does it. */
async function installed(
  release: keyof typeof releases,
  file: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), "drs-profile-"));
  const profile = await makeProfile({ folder, settings, extensionFolders: [], language: "en" });
  await changeExtensions(release, profile, "--install-extension", file);
  return profile;
}

/** Waits until nothing of the extension is there any more, after VS Code has removed it: no file and no process. */
async function expectNothingLeft(release: keyof typeof releases, profile: Profile): Promise<void> {
  await changeExtensions(release, profile, "--uninstall-extension", id);
  // VS Code removes the files when it starts; older versions mark them then, and remove them at the next start.
  const files = async () =>
    (await readdir(profile.folder, { recursive: true })).filter(
      (file) => file.includes(id) && !file.startsWith(join("data", "logs")),
    );
  for (let starts = 0; starts < 2 && (await files()).length > 0; starts++) {
    const workbench = await openWorkbench({ release, profile });
    const marks = join(profile.extensions, ".obsolete");
    await waitFor(
      async () =>
        (await files()).length === 0 ||
        (starts === 0 && (await readFile(marks, "utf8").catch(() => "")).includes(id)),
      Boolean,
    );
    await workbench.close();
  }
  assert.deepEqual(await files(), []);
  await waitFor(
    () => processesOf(profile.folder),
    (processes) => processes.length === 0,
  );
}

describe("the VSIX", () => {
  it("for all platforms has at most 1 MB, and that for this one at most 20 MB", async () => {
    assert.ok((await stat(await universal())).size <= 1e6);
    assert.ok((await stat(await ofPlatform())).size <= 20e6);
  });

  for (const release of ["current", "oldest"] as const) {
    describe(`in VS Code ${releases[release].vscode}`, () => {
      let workbench: Workbench | undefined;
      let profile: Profile | undefined;
      afterEach(async () => {
        await workbench?.close();
        await rm(profile?.folder ?? "", { recursive: true, force: true });
      });

      it("of this platform starts the demo, whose failed task can be resolved, and leaves nothing", async () => {
        profile = await installed(release, await ofPlatform());
        workbench = await openWorkbench({ release, profile });
        await start(workbench);
        await workbench.seesNewDemo();
        await workbench.screenshot(`package-platform-${release}`);
        await resolveFailure(workbench);
        await workbench.close();
        await expectNothingLeft(release, profile);
      });

      it("for all platforms does the same with a PostgreSQL that is on PATH", async () => {
        const own = createRequire(__filename).resolve(platformPackage);
        const bin = join(dirname(dirname(own)), "native", "bin");
        // VS Code that is started from a terminal has its PATH; otherwise it asks the login shell for one.
        const env = { PATH: [bin, process.env.PATH].join(delimiter), VSCODE_CLI: "1" };
        profile = await installed(release, await universal());
        workbench = await openWorkbench({ release, profile, env });
        await start(workbench);
        await workbench.seesNewDemo();
        assert.ok(processesOf(profile.folder).some((line) => line.includes(join(bin, "postgres"))));
        await resolveFailure(workbench);
        await workbench.close();
        await expectNothingLeft(release, profile);
      });

      it("for all platforms downloads PostgreSQL: offline, cancelled, continued, checked", async () => {
        const wanted = packageFor(process.platform, process.arch) ?? assert.fail("there is no package");
        const registryFolder = await mkdtemp(join(tmpdir(), "drs-registry-"));
        const dataDir = makeDataDir();
        const registry = await TestRegistry.start(registryFolder, wanted.name, wanted.version);
        try {
          // Databases of the package's version: whatever else is installed here does not fit.
          await copyDemoInto(dataDir);
          const way = release === "current" ? registry.behindProxy : registry.onThisMachine;
          const settings = { ...way, "drs.localBackend.dataDirectory": dataDir };
          profile = await installed(release, await universal(), settings);
          const env = { NODE_EXTRA_CA_CERTS: registry.authority };
          workbench = await openWorkbench({ release, profile, env });
          registry.isOnline = false;
          await start(workbench);
          const question = await workbench.answerDialog("Download");
          assert.match(question, /needs PostgreSQL, and none was found/);
          assert.match(
            question,
            new RegExp(`${wanted.name} ${wanted.version} \\(\\d+ MB\\) .* (registry\\.drs\\.invalid|127)`),
          );
          const offline = /could not be downloaded\..+The part that has arrived is kept/;
          await workbench.sees(workbench.notifications.filter({ hasText: offline }));
          await workbench.screenshot(`package-offline-${release}`);

          registry.isOnline = true;
          registry.partsBeforePause = 3;
          await start(workbench);
          await workbench.answerDialog("Download");
          const progress = workbench.notifications.filter({ hasText: /Downloading PostgreSQL: 3 of \d+ MB/ });
          await workbench.sees(progress);
          await workbench.screenshot(`package-download-${release}`);
          await workbench.answerNotification(/Downloading PostgreSQL/, "Cancel");
          registry.resume();
          registry.ranges.length = 0;

          await start(workbench);
          await workbench.answerDialog("Download");
          await workbench.treeWith(/^Incremental synchronization {2}/m);
          assert.match(registry.ranges[0] ?? "", /^3145728-/);
          await resolveFailure(workbench);
          await workbench.close();
          await expectNothingLeft(release, profile);
        } finally {
          await workbench?.close();
          registry.stop();
          await waitFor(
            () => processesOf(dataDir),
            (processes) => processes.length === 0,
          );
          removeDataDir(dataDir);
          await rm(registryFolder, { recursive: true });
        }
      });
    });
  }
});
