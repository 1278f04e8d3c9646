import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { Workbench } from "./workbench";

/** Lets axe look at the document of the open webview, and fails with all that it finds. */
export async function assertAccessible(workbench: Workbench): Promise<void> {
  const source = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  const frame = await workbench.webviewFrame();
  // Evaluated by the browser's debugger, which no policy of the page holds back.
  await frame.evaluate(source);
  const { violations } = await frame.evaluate<AxeResults>("axe.run(document)");
  const found = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html} ${failureSummary ?? ""}`).join("\n")}`,
  );
  assert.deepEqual(found, []);
}
