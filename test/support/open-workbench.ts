import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../../scripts/chromium.mjs";
import { limits } from "../../scripts/limits.mjs";
import { makeProfile, type Profile } from "../../scripts/profile.mjs";
import { runProgram } from "../../scripts/programs.mjs";
import { installation, type releases, startVSCodeServer } from "../../scripts/vscode-server.mjs";
import { type Theme, themes, Workbench } from "./workbench";

/** Settings that leave out what moves on the screen: drawing it takes a processor's time, and clicks on it get lost. */
const still = { "workbench.reduceMotion": "on", "editor.cursorBlinking": "solid" };

/** Settings with which a folder is opened without the question whether to trust it, and is not trusted. */
const restricted = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

export interface WorkbenchOptions {
  readonly theme?: Theme;
  readonly language?: "en" | "zh-cn";
  /** Added to the user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A folder that is opened; without it none is. */
  readonly folder?: string;
  /** Whether the folder is opened in Restricted Mode. */
  readonly isUntrusted?: boolean;
  /** A profile that is used as it is, with its own settings and extensions, and stays. */
  readonly profile?: Profile;
  readonly release?: keyof typeof releases;
  /** Added to the environment of VS Code. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Opens VS Code's server build in Chromium with a fresh profile, in which the extension is installed and the data
 * directory of the suite's local backend is set. The caller closes it; tests run from the repository's folder.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { theme = "dark", language = "en", settings = {}, isUntrusted = false } = options;
  const { release = "current", env = {} } = options;
  const root = process.cwd();
  const folder = options.profile?.folder ?? (await mkdtemp(join(tmpdir(), "drs-workbench-")));
  const remove = () => rm(folder, { recursive: true, force: true });
  const owned: (() => Promise<unknown>)[] = options.profile === undefined ? [remove] : [];
  const close = async () => {
    for (const end of owned.splice(0).reverse()) {
      await end();
    }
  };
  try {
    const profile =
      options.profile ??
      (await makeProfile({
        folder,
        settings: {
          ...{ "workbench.colorTheme": themes[theme].name, ...still },
          "drs.localBackend.dataDirectory": process.env.DRS_TEST_DATA_DIRECTORY ?? "",
          ...(isUntrusted ? restricted : {}),
          ...settings,
        },
        extensionFolders: [root],
        language,
      }));
    const { program, address } = await startVSCodeServer({
      installation: installation(root, release),
      profile,
      workspaceTrust: isUntrusted,
      env,
      signal: AbortSignal.timeout(limits.wait),
    });
    owned.push(() => program.stop());
    const browser = await launchChromium();
    owned.push(() => browser.close());
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(limits.wait);
    const page = await context.newPage();
    const query = options.folder === undefined ? "" : `?${new URLSearchParams({ folder: options.folder })}`;
    await page.goto(`${address}${query}`);
    await page.locator(".monaco-workbench .activitybar").waitFor();
    return new Workbench(page, join(root, "out", "screenshots"), folder, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Installs or removes an extension of a profile with VS Code's own command line. */
export async function changeExtensions(
  release: keyof typeof releases,
  { folder, extensions }: Profile,
  ...how: readonly ["--install-extension" | "--uninstall-extension", string]
): Promise<void> {
  const { node, vscode } = installation(process.cwd(), release);
  const places = ["--server-data-dir", folder, "--extensions-dir", extensions];
  const args = [join(vscode, "out", "server-main.js"), ...places, "--accept-server-license-terms", ...how];
  const signal = AbortSignal.timeout(limits.wait);
  const { code, output } = await runProgram(node, args, { signal, limit: limits.wait });
  if (code !== 0) {
    throw new Error(output);
  }
}
