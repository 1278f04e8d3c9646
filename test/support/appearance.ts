import assert from "node:assert/strict";
import { statuses } from "../../src/status/statuses";
import { assertAccessible } from "./axe";
import type { Theme, Workbench } from "./workbench";

/** A task of the demo that failed, and one that runs. */
const failed = "reviews-to-analytics";
const running = "orders-to-warehouse";

/**
 * Declares the tests of how the demo looks, as it is when it was made, in one theme and language. They change nothing,
 * so they take a window that is open for other tests.
 */
export function describeAppearance(theme: Theme, language: "en" | "zh-cn", opened: () => Workbench): void {
  describe(`the appearance (${theme}, ${language})`, () => {
    const chinese = language === "zh-cn";
    let workbench: Workbench;

    before(async () => {
      workbench = opened();
      await workbench.changeTheme(theme);
    });

    it("the tree, with the service's names of the statuses", async () => {
      const name = statuses.paused.name[chinese ? "zh" : "en"];
      const tree = await workbench.treeWith(new RegExp(`^${name} {2}1$`, "m"));
      const groups = tree.split("\n").filter((line) => !line.startsWith(" "));
      assert.ok(groups.length >= 8, tree);
      await workbench.screenshot(`tree-${theme}-${language}`);
    });

    it("the hover", async () => {
      const { name, meaning } = statuses.incrementalFailed;
      const hover = await workbench.hover(workbench.row(failed), chinese ? meaning.zh : meaning.en);
      await workbench.screenshot(`hover-${theme}-${language}`);
      assert.ok(hover.includes(chinese ? name.zh : name.en), hover);
    });

    it("the details of a failed and of a running task", async () => {
      for (const task of [failed, running]) {
        await workbench.openDetails(task);
        await workbench.screenshot(`details-${task}-${theme}-${language}`);
        await assertAccessible(workbench);
      }
      const page = workbench.webview();
      for (const id of ["precheck", "tables", "log"]) {
        const part = page.locator(`details[data-part="${id}"]`);
        await workbench.open(part.locator("summary"), page.locator(`details[data-part="${id}"][open]`));
        if (id === "precheck") {
          // All items have passed, which are listed on demand only.
          await workbench.selectOption(part.locator("select"), chinese ? "全部检查项" : "All items");
        }
        await workbench.sees(part.locator("td"));
      }
      await workbench.sees(page.locator("drs-chart canvas"));
      await assertAccessible(workbench);
      await page.locator(".course").evaluate((card) => card.scrollIntoView());
      await workbench.screenshot(`details-charts-${theme}-${language}`);
      for (const part of ["timeline", "tables", "log"]) {
        await page.locator(`[data-part="${part}"]`).evaluate((card) => card.scrollIntoView());
        await workbench.screenshot(`details-${part}-${theme}-${language}`);
      }
    });

    it("the details on paper: dark on white, all that was read, no buttons", async () => {
      const { page } = workbench;
      const window = page.viewportSize();
      const main = workbench.webview().locator("main");
      const part = main.locator('[data-part="tables"]');
      await workbench.click(part.locator("summary"), main.locator('[data-part="tables"]:not([open])'));
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: 1280, height: 3000 });
      await workbench.sees(part.locator("td"));
      await workbench.screenshot(`paper-${theme}-${language}`);
      assert.equal(await main.locator("button:not(.link):visible, input:visible, select:visible").count(), 0);
      const frame = await workbench.webviewFrame();
      const colors = await frame.evaluate<[string, string]>(
        "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))",
      );
      assert.deepEqual(colors, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
      await assertAccessible(workbench);
      await page.emulateMedia({ media: null });
      await page.setViewportSize(window ?? { width: 1280, height: 800 });
      await workbench.openDetails(failed);
      await page.emulateMedia({ media: "print" });
      await workbench.sees(workbench.webview().locator(".problem.error"));
      const background = await (await workbench.webviewFrame()).evaluate<string>(
        "getComputedStyle(document.querySelector('.problem.error')).backgroundColor",
      );
      assert.equal(background, "rgba(0, 0, 0, 0)");
      await page.emulateMedia({ media: null });
    });
  });
}
