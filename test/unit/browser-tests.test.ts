import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Gestures of Playwright's, which are made once: a busy window loses them. */
const once =
  /(?<!\bworkbench)\.(?:click|dblclick|tap|hover|press|pressSequentially|type|fill|clear|check|uncheck|setChecked|selectOption|dragTo|dispatchEvent|focus|blur)\(|\.(?:mouse|keyboard|touchscreen)\b/;
/** Waits with a limit of their own, or whose failure shows no picture. */
const ownWaits = /\btimeout\b|\bsetTimeout\b|(?<!\bworkbench)\.waitFor[A-Z(]/;

/** The lines of a browser test that go past the helpers of test/support/workbench.ts. */
function offences(source: string): readonly string[] {
  return source
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => once.test(line) || ownWaits.test(line));
}

describe("the browser tests", () => {
  for (const file of readdirSync("test/browser")) {
    it(`of ${file} make gestures and wait only through the workbench's helpers`, () => {
      assert.deepEqual(offences(readFileSync(join("test/browser", file), "utf8")), []);
    });
  }

  it("are found out when they go past the helpers", () => {
    const bad = [
      'await workbench.page.keyboard.press("Enter");',
      "await page.mouse.move(1, 1);",
      "await row.click();",
      'await workbench.row("one").hover();',
      'await details.getByRole("textbox").fill("text");',
      ".click();",
      "this.timeout(120_000);",
      "await message.waitFor({ timeout: 3_000 });",
      "await row.waitFor();",
      'const opened = browser.waitForEvent("page");',
      "await new Promise((resolve) => setTimeout(resolve, 100));",
    ];
    assert.deepEqual(offences(bad.join("\n")), bad);
    const good = ["await workbench.click(row, details);", "await waitFor(read, Boolean);"];
    assert.deepEqual(offences(good.join("\n")), []);
  });
});

describe("the tests of processes", () => {
  const limitOfItsOwn = /\bthis\.timeout\(|\}\)\.timeout\(|AbortSignal\.timeout\(\d/;
  for (const suite of ["backend", "host", "package"]) {
    it(`of ${suite} take their time limits from one place`, () => {
      const files = readdirSync(join("test", suite)).filter((file) => file.endsWith(".ts"));
      const found = files.filter((file) =>
        limitOfItsOwn.test(readFileSync(join("test", suite, file), "utf8")),
      );
      assert.deepEqual(found, []);
    });
  }

  it("are found out when they have their own", () => {
    const bad = ["this.timeout(120_000);", "}).timeout(5_000);", "AbortSignal.timeout(60_000)"];
    assert.deepEqual(
      bad.filter((line) => !limitOfItsOwn.test(line)),
      [],
    );
  });
});
