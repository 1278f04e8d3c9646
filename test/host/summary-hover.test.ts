import assert from "node:assert/strict";
import * as vscode from "vscode";
import { summaryHover } from "../../src/alerts/summary-hover";
import { localizerFor } from "../../src/l10n/localizer";
import { inert, joinedIcons, shown } from "../../src/l10n/shown";

describe("the status bar's hover", () => {
  const hoverOf = (name: string, id: string) =>
    summaryHover(
      {
        ...{ text: joinedIcons([inert(shown("DRS"))]), label: shown("1 failed"), more: 0, look: "error" },
        lines: [
          { connection: "shop", id, name: shown(name), icon: "error", text: shown(`failed · ${name}`) },
        ],
      },
      false,
      localizerFor("en", vscode.l10n.t),
    );

  it("runs its own commands only, whatever a task is called", () => {
    const name = "[x](command:workbench.action.quit) $(alert) <b>";
    const { value, isTrusted, supportHtml } = hoverOf(name, "1) [y](command:workbench.action.quit");
    assert.deepEqual(isTrusted, {
      enabledCommands: ["drs.openDetails", "drs.showProblems", "drs.snoozeAlerts", "drs.endSnooze"],
    });
    assert.notEqual(supportHtml, true);
    const links = [...value.matchAll(/(?<!\\)\]\(command:([\w.]+)/g)].map(([, command]) => command);
    assert.deepEqual(links, ["drs.openDetails", "drs.showProblems", "drs.snoozeAlerts"]);
    // VS Code makes icons of what the Markdown shows.
    assert.doesNotMatch(value.replaceAll(/\\(.)/g, "$1"), /\$\(alert/);
  });

  it("leads to the task by connection and id", () => {
    const [, query = ""] = /drs\.openDetails\?([^)]*)\)/.exec(hoverOf("orders", "a(b)").value) ?? [];
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ connection: "shop", id: "a(b)" }]);
  });
});
