import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { limits } from "../../scripts/limits.mjs";
import { changeSettings } from "../../scripts/profile.mjs";
import { bound } from "./bounds";
import { comes, type Effect, isThere, Sights } from "./sights";

/**
 * For how long a gesture waits for its effect, in milliseconds: the first try on an idle machine, each further try twice
 * as long, and none longer than the longest, so that a lost gesture is made again in time. What the extension or a
 * service has to answer gets more, so that it is not asked twice. A hover, whose text VS Code asks the extension for,
 * comes soon or, when its row was drawn again meanwhile, never.
 */
const patience = {
  window: { first: 1_000, longest: 30_000 },
  hover: { first: 4_000, longest: 10_000 },
  answer: { first: 8_000, longest: 30_000 },
};
/**
 * How long a gesture itself may take, in milliseconds: a busy window takes seconds for a click, which then did happen.
 */
const timeout = 30_000;

/** A place on the status bar where nothing is: over a page, VS Code would not learn that the pointer has left a hover. */
const nowhere = [700, 790] as const;

/** The color themes of tests, and what VS Code marks its window with. */
export const themes = {
  light: { name: "Default Light Modern", mark: ".vs" },
  dark: { name: "Default Dark Modern", mark: ".vs-dark" },
  "high contrast": { name: "Default High Contrast", mark: ".hc-black" },
} as const;
export type Theme = keyof typeof themes;

/**
 * A VS Code in a browser, used as a user uses it: through what is on the screen. A window that is busy loses gestures,
 * so each is one that has an effect, and is tried until the effect is there. An effect that was there before the gesture
 * shows nothing.
 */
export class Workbench extends Sights {
  constructor(
    page: Page,
    screenshots: string,
    folder: string,
    /** Ends browser and server and removes the profile. */
    readonly close: () => Promise<void>,
  ) {
    super(page, screenshots, folder);
  }

  /** Opens the DRS view by its icon in the activity bar. */
  async openView(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-item:has([class*="view-extension-drs"])');
    await this.sees(icon);
    await this.open(icon, icon.and(this.page.locator('[aria-expanded="true"]')));
    await this.sees(this.sideBar.locator(".pane-body"));
  }

  /** Opens one more window of the same user on the same VS Code, and its DRS view. It ends with this one. */
  async openAnother(): Promise<Workbench> {
    const page = await this.page.context().newPage();
    await page.goto(this.page.url());
    const window = new Workbench(page, this.screenshots, this.folder, () => page.close());
    await window.openView();
    return window;
  }

  /** Loads the window once more, as a restart would, and opens the DRS view. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.openView();
  }

  /** Changes settings, which the window follows. */
  async changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await changeSettings(join(this.folder, "data", "Machine"), settings);
  }

  /** Changes the color theme, as the user's settings do. */
  async changeTheme(theme: Theme): Promise<void> {
    const { name, mark } = themes[theme];
    await this.changeSettings({ "workbench.colorTheme": name });
    await this.sees(this.page.locator(`.monaco-workbench${mark}`));
  }

  /** Clicks on something that brings something else about. */
  async click(target: Locator, effect: Effect): Promise<void> {
    await this.#perform(`click ${target}`, () => target.click({ timeout }), effect, patience.answer);
  }

  /** Clicks on something that opens and closes, unless what it opens is there. */
  async open(target: Locator, opened: Effect): Promise<void> {
    if (!(await isThere(opened))) {
      await this.#perform(`open ${target}`, () => target.click({ timeout }), opened);
    }
  }

  /** Opens a group of the tree. */
  async expand(name: string): Promise<void> {
    await this.open(this.row(name), this.row(name).and(this.page.locator('[aria-expanded="true"]')));
  }

  /** Clicks on a task's row, which opens its details. */
  async openDetails(task: string): Promise<void> {
    const title = this.webview().getByRole("heading", { name: task, exact: true });
    await this.#perform(`open "${task}"`, () => this.#clickRow(task, {}), title, patience.answer);
  }

  /** Selects rows: the first by a click, the others in addition. They are named from top to bottom. */
  async select(...names: readonly string[]): Promise<void> {
    const chosen = new Set<string>();
    for (const name of names) {
      const modifiers = chosen.size === 0 ? [] : (["ControlOrMeta"] as const);
      chosen.add(name);
      await this.#perform(
        `select "${name}"`,
        () => this.#clickRow(name, { modifiers: [...modifiers] }),
        async () => {
          const selected = await this.selectedRows();
          return selected.length === chosen.size && selected.every((one) => chosen.has(one));
        },
      );
    }
  }

  /**
   * Hovers over something and returns the text of its hover.
   *
   * @param text is in it, and not in the row itself: VS Code shows that first, until the extension has answered.
   */
  async hover(target: Locator, text: string | RegExp): Promise<string> {
    const shown = this.hovers.filter({ hasText: text });
    let shownText = "";
    await this.#perform(
      `hover over ${target}`,
      async () => {
        // A hover opens for a pointer that comes from elsewhere, and not when its row is drawn again meanwhile.
        await this.page.mouse.move(900, 400);
        await target.hover({ timeout });
      },
      async () => {
        // One that has just closed is still there, and has no lines.
        const texts = await shown.evaluateAll((all) =>
          all.map((one) => (one.checkVisibility() ? one.innerText : "")),
        );
        shownText = texts.find((found) => found !== "") ?? "";
        return shownText !== "";
      },
      patience.hover,
    );
    return shownText;
  }

  /** Opens the context menu of a row. */
  async openMenu(name: string): Promise<void> {
    await this.#perform(
      `open the context menu of "${name}"`,
      async () => {
        // A menu that is open lets nothing else be clicked.
        if (await this.menu.isVisible()) {
          await this.page.keyboard.press("Escape");
        }
        await this.#clickRow(name, { button: "right" });
      },
      () => this.#isMenuOf(name),
    );
  }

  /** The names of the items in a row's context menu, which is closed again. */
  async contextMenu(name: string): Promise<readonly string[]> {
    await this.openMenu(name);
    const items = await this.menu.locator(".action-label:not(.separator)").allInnerTexts();
    await this.dismiss();
    return items;
  }

  /**
   * Opens a row's context menu and chooses an item.
   *
   * @param effect of what was chosen; without it the menu is to be gone. VS Code passes no row where its tree is drawn
   *   again in that moment: the command then asks for the task.
   */
  async choose(name: string, item: string, effect?: Effect): Promise<void> {
    const label = this.menu.locator(".action-label").getByText(item, { exact: true });
    let isChosen = false;
    await this.#perform(
      `choose "${item}" in the context menu of "${name}"`,
      async () => {
        isChosen = false;
        if (await this.quickInput.isVisible()) {
          await this.dismiss();
        }
        if (!(await this.#isMenuOf(name)) || !(await label.isVisible())) {
          await this.openMenu(name);
        }
        // A menu that has just appeared stays, and does nothing, when it is clicked.
        await label.click({ timeout });
        isChosen = true;
      },
      effect ?? (async () => isChosen && !(await this.menu.isVisible())),
      effect === undefined ? patience.window : patience.answer,
    );
  }

  /** Chooses an item that copies something, which may be done again; returns what is on the clipboard then. */
  async copies(name: string, item: string, text: RegExp): Promise<string> {
    await this.#perform(
      `copy by "${item}" of "${name}"`,
      () => this.choose(name, item),
      async () => text.test(await this.clipboard()),
    );
    return await this.clipboard();
  }

  /** Waits for a modal dialog, returns what it says and presses a button of it. */
  async answerDialog(button: string): Promise<string> {
    const choice = this.dialog.getByRole("button", { name: button, exact: true });
    await this.sees(choice);
    const text = await this.dialog.locator(".dialog-message-container").innerText();
    // Another dialog may follow at once, so only a button of this one is pressed.
    const answered = await choice.elementHandle();
    await this.#perform(
      `press "${button}" in the dialog`,
      async () => await answered?.click({ timeout }),
      async () => !(await answered?.isVisible()),
    );
    return text;
  }

  /**
   * Presses a button of the notification with this text, which goes with that. One that has hidden itself, as they do
   * after some seconds, is in the notification center.
   */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    const choice = this.notifications
      .or(this.keptNotifications)
      .filter({ hasText: text })
      .getByRole("button", { name: button, exact: true })
      .first();
    await this.sees(choice);
    let isPressed = false;
    await this.#perform(
      `press "${button}" in the notification`,
      async () => {
        if (!(await choice.isVisible())) {
          await this.runCommand("Notifications: Show Notifications");
        }
        await choice.click({ timeout });
        isPressed = true;
      },
      async () => isPressed && !(await choice.isVisible()),
    );
    if (await this.keptNotifications.first().isVisible()) {
      await this.runCommand("Notifications: Hide Notifications");
    }
  }

  /** Keeps a picture for the README: nothing floats in it, for the pointer is where nothing is. */
  async picture(name: string): Promise<void> {
    await this.page.mouse.move(1_000, 15);
    await this.seesNo(this.hovers);
    await this.screenshot(name);
  }

  /** Runs a command by the name that the palette shows for it. */
  async runCommand(name: string): Promise<void> {
    const typed = `>${name}`;
    const isPalette = async (start: string) =>
      (
        await this.quickInput.locator("input:visible").evaluateAll((inputs) => inputs[0]?.value ?? "")
      ).startsWith(start);
    let isRun = false;
    await this.#perform(
      `run the command "${name}"`,
      async () => {
        isRun = false;
        if (!(await isPalette(">"))) {
          await this.#pressInWindow("F1", () => isPalette(">"));
        }
        await this.quickInputBox.fill(typed, { timeout });
        await this.choices.filter({ hasText: name }).first().click({ timeout });
        isRun = true;
      },
      async () => isRun && !(await isPalette(typed)),
      // It is not run twice.
      patience.answer,
    );
  }

  /** Waits for a notification in the notification center, where it also is after it has hidden itself; clears all. */
  async findsNotification(text: RegExp): Promise<void> {
    await this.runCommand("Notifications: Show Notifications");
    await this.sees(this.keptNotifications.filter({ hasText: text }));
    await this.runCommand("Notifications: Clear All Notifications");
  }

  /** Puts the focus on the tree. */
  async focusView(): Promise<void> {
    await this.runCommand("DRS: Focus on Sync Tasks View");
    await this.sees(this.sideBar.locator(".monaco-list:focus-within"));
  }

  /** Answers the input that asks for `prompt`, which it shows or has as its placeholder; picks what a list has. */
  async answer(prompt: RegExp, text: string): Promise<void> {
    await this.#enter(prompt, text, async () => !(await this.#asks(prompt)));
  }

  /** Gives an answer that the input does not take, and waits for what it says to that. */
  async answerInVain(prompt: RegExp, text: string, complaint: string | RegExp): Promise<void> {
    await this.#enter(prompt, text, this.quickInput.getByText(complaint));
  }

  /** Leaves what the input that asks for `prompt` has in it. */
  async accept(prompt: RegExp): Promise<void> {
    await this.#enter(prompt, undefined, async () => !(await this.#asks(prompt)));
  }

  /** Picks from the list that is open by a click. */
  async pick(item: string): Promise<void> {
    const choice = this.choices.filter({ has: this.page.getByText(item, { exact: true }) });
    await this.sees(choice);
    await this.#perform(
      `pick "${item}"`,
      () => choice.first().click({ timeout }),
      async () => !(await choice.first().isVisible()),
    );
  }

  /**
   * Picks from a list that is opened for it. A list closes when it loses the focus, as it does to a window that is still
   * busy with what was before: then it is opened again.
   */
  async pickIn(open: () => Promise<void>, item: string, effect: Effect): Promise<void> {
    const choice = this.choices.filter({ has: this.page.getByText(item, { exact: true }) }).first();
    await this.#perform(
      `pick "${item}"`,
      async () => {
        if (!(await choice.isVisible())) {
          await open();
        }
        await choice.click({ timeout });
      },
      effect,
      patience.answer,
    );
  }

  /** Types a text into a field, in place of what it has. */
  async type(field: Locator, text: string): Promise<void> {
    await this.#perform(
      `type "${text}" into ${field}`,
      () => field.fill(text, { timeout }),
      async () => (await field.inputValue()) === text,
    );
  }

  /** Types a text into a field and presses Enter. */
  async search(field: Locator, text: string, effect: Effect): Promise<void> {
    await this.type(field, text);
    await this.press("Enter", effect, field);
  }

  /** Chooses in a list of a page, by what it shows. */
  async selectOption(list: Locator, label: string): Promise<void> {
    await this.#perform(
      `choose "${label}" in ${list}`,
      async () => void (await list.selectOption({ label }, { timeout })),
      async () => (await list.locator("option:checked").innerText()) === label,
    );
  }

  /** Presses a key whose effect is known, in the window or in something that is to have the focus. */
  async press(key: string, effect: Effect, target?: Locator): Promise<void> {
    await this.#perform(
      `press ${key}`,
      () => target?.press(key, { timeout }) ?? this.page.keyboard.press(key),
      effect,
      patience.answer,
    );
  }

  /** Makes a gesture of several parts, and makes it again as long as its effect does not come. */
  async repeat(what: string, gesture: () => Promise<void>, effect: Effect): Promise<void> {
    await this.#perform(what, gesture, effect);
  }

  /** Closes the menu, list or input that is open. */
  async dismiss(): Promise<void> {
    const isClosed = async () => !(await this.menu.isVisible()) && !(await this.quickInput.isVisible());
    if (!(await isClosed())) {
      await this.#pressInWindow("Escape", isClosed);
    }
  }

  async #pressInWindow(key: string, effect: Effect): Promise<void> {
    await this.#perform(`press ${key}`, () => this.page.keyboard.press(key), effect);
  }

  /** Clicks on a row. When rows moved just then, the last try may have closed the group that it is in. */
  async #clickRow(
    name: string,
    how: { readonly button?: "right"; readonly modifiers?: "ControlOrMeta"[] },
  ): Promise<void> {
    const row = this.row(name);
    const closed = this.sideBar.locator('.monaco-list-row[aria-expanded="false"]');
    for (let count = await closed.count(); count > 0 && !(await comes(row, patience.window.first)); count--) {
      await closed.nth(count - 1).click({ timeout });
    }
    const open = this.hovers.filter({ visible: true });
    if ((await open.count()) > 0) {
      // The hover of another row may cover this one; it goes with the pointer.
      await this.page.mouse.move(...nowhere);
      await open.first().waitFor({ state: "hidden", timeout });
    }
    await row.click({ ...how, timeout });
  }

  /** Rows move: the menu that is open may be another row's. */
  async #isMenuOf(name: string): Promise<boolean> {
    return (await this.menu.isVisible()) && (await this.focusedRow()) === name;
  }

  async #asks(prompt: RegExp): Promise<boolean> {
    const texts = await this.quickInput.allInnerTexts();
    const placeholders = await this.quickInput
      .locator("input:visible")
      .evaluateAll((inputs) => inputs.map((input) => input.getAttribute("placeholder")));
    return prompt.test([...texts, ...placeholders].join(" "));
  }

  async #enter(prompt: RegExp, text: string | undefined, effect: Effect): Promise<void> {
    if (!(await comes(() => this.#asks(prompt), limits.wait))) {
      throw await this.failure(`No input asks for ${prompt}`);
    }
    await this.#perform(
      `enter "${text ?? "what is there"}" for ${prompt}`,
      async () => {
        if (text !== undefined) {
          await this.quickInputBox.fill(text, { timeout });
        }
        await this.quickInputBox.press("Enter", { timeout });
      },
      effect,
      patience.answer,
    );
  }

  /**
   * Makes a gesture, and makes it again as long as its effect does not come.
   *
   * @throws with what is on the screen after `limits.wait`
   */
  async #perform(
    what: string,
    gesture: () => Promise<void>,
    effect: Effect,
    { first, longest } = patience.window,
  ): Promise<void> {
    const end = Date.now() + limits.wait;
    for (let time = bound(first); ; time *= 2) {
      // What is to be clicked may be covered, or may have gone with the effect of the last try.
      const trouble = await gesture().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (await comes(effect, Math.min(time, longest))) {
        return;
      }
      if (Date.now() > end) {
        throw await this.failure(`No effect: ${what} (${trouble ?? effect})`);
      }
    }
  }
}
