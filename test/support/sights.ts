import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Frame, FrameLocator, Locator, Page } from "playwright-core";
import { limits } from "../../scripts/limits.mjs";
import { waitFor } from "./wait";

/** Something that is to be seen on the screen, or a condition that is to hold. */
export type Effect = Locator | (() => Promise<boolean>);

/** What a VS Code in a browser shows. */
export class Sights {
  constructor(
    readonly page: Page,
    /** Where pictures are kept. */
    protected readonly screenshots: string,
    /** Where this VS Code keeps its logs, states and settings. */
    protected readonly folder: string,
  ) {}

  /** The side bar, in which the DRS view is shown. */
  get sideBar(): Locator {
    return this.page.locator(".part.sidebar");
  }

  /** The row of a task or group with exactly this name. */
  row(name: string): Locator {
    return this.sideBar
      .getByRole("treeitem")
      .filter({ has: this.page.locator(".label-name").getByText(name, { exact: true }) })
      .first();
  }

  /** The context menu that is open. */
  get menu(): Locator {
    return this.page.locator(".monaco-menu:visible");
  }

  /** The modal dialog. */
  get dialog(): Locator {
    return this.page.locator(".monaco-dialog-box:visible");
  }

  /** The list or input that is open at the top of the window. */
  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  /** Where one types into it. */
  get quickInputBox(): Locator {
    return this.quickInput.locator("input:visible").first();
  }

  /** The rows of the list that is open at the top of the window. */
  get choices(): Locator {
    return this.quickInput.locator(".quick-input-list .monaco-list-row");
  }

  /** The hovers that are open. */
  get hovers(): Locator {
    return this.page.locator(
      ".monaco-hover.workbench-hover:visible, .workbench-hover-container .monaco-hover:visible",
    );
  }

  /** The notifications on the screen, with their buttons. */
  get notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** The notifications in the notification center, while that is open. */
  get keptNotifications(): Locator {
    return this.page.locator(".notifications-center.visible .notification-list-item");
  }

  /** The status bar item with this text in it. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator(".part.statusbar .statusbar-item").filter({ hasText: text });
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
  async treeWith(pattern: RegExp): Promise<string> {
    return await this.reads(
      () => this.tree(),
      (tree) => pattern.test(tree),
    );
  }

  /** Waits for the tasks of a demo that is started for the first time. */
  async seesNewDemo(): Promise<void> {
    await this.row("Incremental synchronization").first().waitFor({ timeout: limits.demo });
  }

  /** The names of the rows that are selected, from top to bottom. */
  async selectedRows(): Promise<readonly string[]> {
    return await this.sideBar.locator(".monaco-list-row.selected").evaluateAll((rows) =>
      rows
        .map((row) => ({
          top: row.getBoundingClientRect().top,
          name: row.querySelector(".label-name")?.textContent ?? "",
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ name }) => name),
    );
  }

  /** The name of the row that has the focus; undefined when none has. */
  async focusedRow(): Promise<string | undefined> {
    return (await this.sideBar.locator(".monaco-list-row.focused .label-name").allTextContents())[0];
  }

  /** The text on the clipboard. */
  async clipboard(): Promise<string> {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    return await this.page.evaluate<string>("navigator.clipboard.readText()");
  }

  /** Waits until something is on the screen. */
  async sees(sight: Locator): Promise<void> {
    if (!(await comes(sight, limits.wait))) {
      throw await this.failure(`Not seen: ${sight}`);
    }
  }

  /** Waits until nothing of the kind is on the screen. */
  async seesNo(sight: Locator): Promise<void> {
    if (!(await comes(async () => !(await isThere(sight)), limits.wait))) {
      throw await this.failure(`Still seen: ${sight}`);
    }
  }

  /** Reads until the value satisfies the condition, and returns it. */
  async reads<T>(read: () => Promise<T>, condition: (value: T) => boolean): Promise<T> {
    try {
      return await waitFor(read, condition);
    } catch (error) {
      throw await this.failure(error instanceof Error ? error.message : String(error));
    }
  }

  /** An error that tells what is on the screen; a picture of it is kept. */
  async failure(message: string): Promise<Error> {
    const picture = `failed-${message.replace(/\W+/g, "-").slice(0, 60)}`;
    await this.screenshot(picture).catch(() => undefined);
    return new Error(`${message}\nSee out/screenshots/${picture}.png. What was seen:\n${await this.#seen()}`);
  }

  /** Keeps a picture of the window in out/screenshots. */
  async screenshot(name: string): Promise<void> {
    await mkdir(this.screenshots, { recursive: true });
    await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }

  /** The logs, stored files and frames of the window in which one of the secrets can be read. */
  async leaksOf(secrets: readonly string[]): Promise<readonly string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const file = join(entry.parentPath, entry.name);
          // VS Code and the extension replace files while they are read here.
          const text = await readFile(file, "latin1").catch((error: unknown) => {
            if (existsSync(file)) {
              throw error;
            }
            return "";
          });
          return [file, text] as const;
        }),
    );
    const frames = await Promise.all(
      this.page.frames().map(async (frame) => [frame.url(), await frame.content()] as const),
    );
    return [...files, ...frames]
      .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
      .map(([place]) => place);
  }

  /** What a window is asked about first when something is not as it should be. */
  async #seen(): Promise<string> {
    const parts = {
      dialog: this.dialog,
      menu: this.menu,
      input: this.quickInput,
      "side bar": this.sideBar.locator(".welcome-view:visible"),
      hover: this.hovers,
      notification: this.notifications,
    };
    const texts = await Promise.all(
      Object.entries(parts).map(async ([name, part]) =>
        (await part.allInnerTexts()).map((text) => `${name}: ${text}`),
      ),
    );
    const page = await this.webview()
      .locator("body")
      .allInnerTexts()
      .catch(() => []);
    const selected = `selected: ${(await this.selectedRows()).join(", ")}`;
    return [
      ...texts.flat(),
      selected,
      `tree:\n${await this.tree()}`,
      ...page.map((text) => `page: ${text}`),
    ].join("\n");
  }
}

/** Whether an effect is there now. */
export async function isThere(effect: Effect): Promise<boolean> {
  return typeof effect === "function" ? await effect() : (await effect.filter({ visible: true }).count()) > 0;
}

/** Whether an effect comes within the time, in milliseconds. */
export async function comes(effect: Effect, time: number): Promise<boolean> {
  const end = Date.now() + time;
  const late = delay(time, false, { ref: false });
  for (let pause = 50; ; pause = Math.min(pause * 1.3, 250)) {
    const begin = Date.now();
    // What is looked at may go while it is looked at.
    if (await Promise.race([isThere(effect).catch(() => false), late])) {
      return true;
    }
    if (Date.now() >= end) {
      return false;
    }
    // What is waited for needs the processor, too.
    await delay(Math.max(pause, 2 * (Date.now() - begin)));
  }
}
