import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.mjs";
import { makeProfile } from "../../scripts/profile.mjs";
import { installation, startVSCodeServer } from "../../scripts/vscode-server.mjs";
import { waitFor } from "./wait";

export type Theme = "light" | "dark" | "high contrast";

const themeNames = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  "high contrast": "Default High Contrast",
} as const satisfies Record<Theme, string>;

/** Settings with which a folder is opened without the question whether to trust it, and is not trusted. */
const restricted = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

/** How long VS Code may take to load, and to answer what a user does, in milliseconds. */
const loadLimit = 60_000;
const answerLimit = 20_000;

export interface WorkbenchOptions {
  readonly theme?: Theme;
  readonly language?: "en" | "zh-cn";
  /** Added to the user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A folder that is opened in Restricted Mode; without it no folder is open. */
  readonly untrustedFolder?: string;
}

/**
 * Opens VS Code's server build in Chromium with a fresh profile, in which the extension is installed and the data
 * directory of the suite's local backend is set. The caller closes it; tests run from the repository's folder.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { theme = "dark", language = "en", settings = {}, untrustedFolder } = options;
  const root = process.cwd();
  const folder = await mkdtemp(join(tmpdir(), "drs-workbench-"));
  const owned: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of owned.splice(0).reverse()) {
      await end();
    }
  };
  try {
    const profile = await makeProfile({
      folder,
      settings: {
        "workbench.colorTheme": themeNames[theme],
        "drs.localBackend.dataDirectory": process.env.DRS_TEST_DATA_DIRECTORY ?? "",
        ...(untrustedFolder === undefined ? {} : restricted),
        ...settings,
      },
      extensionFolders: [root],
      language,
    });
    const { program, address } = await startVSCodeServer({
      installation: installation(root, "current"),
      profile,
      workspaceTrust: untrustedFolder !== undefined,
      signal: AbortSignal.timeout(loadLimit),
    });
    owned.push(() => program.stop());
    const browser: Browser = await launchChromium();
    owned.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(answerLimit);
    const query = untrustedFolder === undefined ? "" : `?${new URLSearchParams({ folder: untrustedFolder })}`;
    await page.goto(`${address}${query}`, { timeout: loadLimit });
    await page.locator(".monaco-workbench .activitybar").waitFor({ timeout: loadLimit });
    return new Workbench(page, join(root, "out", "screenshots"), folder, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** A VS Code in a browser, used as a user uses it: through what is on the screen. */
export class Workbench {
  constructor(
    readonly page: Page,
    private readonly screenshots: string,
    /** Where this VS Code keeps its logs, states and settings. */
    private readonly folder: string,
    /** Ends browser and server and removes the profile. */
    readonly close: () => Promise<void>,
  ) {}

  /** The side bar, in which the DRS view is shown. */
  get sideBar(): Locator {
    return this.page.locator(".part.sidebar");
  }

  /** Opens the DRS view by its icon in the activity bar. */
  async openView(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-item:has([class*="view-extension-drs"])');
    await icon.waitFor({ timeout: loadLimit });
    if ((await icon.getAttribute("aria-expanded")) !== "true") {
      await icon.click();
    }
    await this.sideBar.locator(".pane-body").first().waitFor();
  }

  /**
   * The tree as text: one line a visible row, two blanks a level, the name, and the description after two blanks.
   */
  async tree(): Promise<string> {
    return await this.sideBar.getByRole("treeitem").evaluateAll((rows) =>
      rows
        .map((row) => ({
          level: Number(row.getAttribute("aria-level")),
          top: row.getBoundingClientRect().top,
          texts: [".label-name", ".label-description"].map(
            (part) => row.querySelector(part)?.textContent?.trim() ?? "",
          ),
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ level, texts }) => "  ".repeat(level - 1) + texts.filter((text) => text !== "").join("  "))
        .join("\n"),
    );
  }

  /** Waits until the tree's text matches, and returns it. */
  async treeWith(pattern: RegExp, limit = answerLimit): Promise<string> {
    return await waitFor(
      () => this.tree(),
      (tree) => pattern.test(tree),
      limit,
    );
  }

  /** The row of a task or group with exactly this name. */
  row(name: string): Locator {
    return this.sideBar
      .getByRole("treeitem")
      .filter({ has: this.page.locator(".label-name").getByText(name, { exact: true }) })
      .first();
  }

  /** Hovers over a row and returns the text of its hover. */
  async hover(name: string): Promise<string> {
    const hover = this.page.locator(
      ".monaco-hover.workbench-hover:visible, .workbench-hover-container .monaco-hover:visible",
    );
    const shown = hover.filter({ hasText: name }).first();
    await waitFor(
      async () => {
        // A hover opens for a pointer that comes from elsewhere, and not when its row is drawn anew meanwhile.
        await this.page.mouse.move(900, 400);
        await this.row(name).hover();
        return await comes(shown, "visible", 5_000);
      },
      (isShown) => isShown,
      answerLimit,
    );
    return await shown.innerText();
  }

  /** Opens a row's context menu and returns the names of its items. */
  async contextMenu(name: string): Promise<readonly string[]> {
    await this.row(name).click({ button: "right" });
    const items = this.page.locator(".monaco-menu:visible .action-label:not(.separator)");
    await items.first().waitFor();
    return await items.allInnerTexts();
  }

  /** Opens a row's context menu and chooses an item. */
  async choose(name: string, item: string): Promise<void> {
    await this.contextMenu(name);
    const menu = this.page.locator(".monaco-menu:visible");
    await clickedAway(menu.locator(".action-label").getByText(item, { exact: true }), menu);
  }

  /** Waits for a modal dialog, returns what it says and presses a button of it. */
  async answerDialog(button: string): Promise<string> {
    const dialog = this.page.locator(".monaco-dialog-box");
    await dialog.waitFor();
    const text = await dialog.locator(".dialog-message-container").innerText();
    // Another dialog may follow at once.
    const answered = await dialog.elementHandle();
    await dialog.getByRole("button", { name: button, exact: true }).click();
    await answered?.waitForElementState("hidden");
    return text;
  }

  /** Presses a button of a notification, which goes with that. */
  async answerNotification(button: string): Promise<void> {
    const choice = this.notifications.getByRole("button", { name: button, exact: true });
    await clickedAway(choice, choice);
  }

  /** The document of the webview that is open: VS Code puts it into a frame within a frame. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  /** The frame of the same document, for what is evaluated in it. */
  async webviewFrame(): Promise<Frame> {
    const body = await this.webview().locator("body").elementHandle();
    const frame = await body?.ownerFrame();
    if (frame == null) {
      throw new Error("No webview is open.");
    }
    return frame;
  }

  /** The status bar item with this text in it. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator(".part.statusbar .statusbar-item").filter({ hasText: text });
  }

  /** The notifications on the screen, with their buttons. */
  get notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** Runs a command by the name that the palette shows for it. */
  async runCommand(name: string): Promise<void> {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input[type=text]");
    await input.fill(`>${name}`);
    await this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: name }).first().click();
  }

  /** The logs, stored files and frames of the window in which one of the secrets can be read. */
  async leaksOf(secrets: readonly string[]): Promise<readonly string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const file = join(entry.parentPath, entry.name);
          return [file, await readFile(file, "latin1")] as const;
        }),
    );
    const frames = await Promise.all(
      this.page.frames().map(async (frame) => [frame.url(), await frame.content()] as const),
    );
    return [...files, ...frames]
      .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
      .map(([place]) => place);
  }

  /** Answers the input that asks for `prompt`, which it shows or has as its placeholder; picks what a list has. */
  async answer(prompt: RegExp, text: string): Promise<void> {
    const widget = this.page.locator(".quick-input-widget:visible");
    const input = widget.locator("input:visible").first();
    await waitFor(
      async () => `${await widget.innerText()} ${await input.getAttribute("placeholder")}`,
      (shown) => prompt.test(shown),
      answerLimit,
    );
    await input.fill(text);
    await input.press("Enter");
  }

  /** The text on the clipboard. */
  async clipboard(): Promise<string> {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    return await this.page.evaluate<string>("navigator.clipboard.readText()");
  }

  /** Keeps a picture of the window in out/screenshots. */
  async screenshot(name: string): Promise<void> {
    await mkdir(this.screenshots, { recursive: true });
    await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }
}

/** Clicks until something is gone: what has just appeared does not take a click in its first moments. */
async function clickedAway(choice: Locator, gone: Locator): Promise<void> {
  await choice.waitFor();
  await waitFor(
    async () => {
      // It may go while it is clicked once more.
      await choice.click({ timeout: 1_000 }).catch(() => undefined);
      return await comes(gone, "hidden", 1_000);
    },
    (isGone) => isGone,
    answerLimit,
  );
}

async function comes(one: Locator, state: "visible" | "hidden", timeout: number): Promise<boolean> {
  return await one.waitFor({ state, timeout }).then(
    () => true,
    () => false,
  );
}
