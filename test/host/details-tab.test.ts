import assert from "node:assert/strict";
import { resolve } from "node:path";
import * as vscode from "vscode";
import type { PlacedTask } from "../../src/connections/session-manager";
import type { DetailsHost } from "../../src/details/host";
import { DetailsPages } from "../../src/details/panel";
import { localizerFor } from "../../src/l10n/localizer";
import { shown } from "../../src/l10n/shown";
import { window } from "../../src/screen/vscode";
import { rowOf } from "../../src/status/statuses";
import { placedTask } from "../support/placed-task";
import { waitFor } from "../support/wait";

describe("the tab of a details page", () => {
  const realPanel = vscode.window.createWebviewPanel;
  const realNow = performance.now;
  const changed = new vscode.EventEmitter<void>();
  let found: PlacedTask;
  let isConnected: boolean;
  let isAlone: boolean;
  let preview: string;
  let panels: vscode.WebviewPanel[];
  let host: DetailsHost;
  let pages: DetailsPages;

  beforeEach(async () => {
    ({ found } = await placedTask("INCRE_TRANSFER_STARTED"));
    isConnected = true;
    isAlone = true;
    preview = "";
    panels = [];
    vscode.window.createWebviewPanel = (...args) => {
      const panel = realPanel(...args);
      panels.push(panel);
      return panel;
    };
    host = {
      ...{
        extensionUri: vscode.Uri.file(resolve(__dirname, "../..")),
        l10n: localizerFor("en", vscode.l10n.t),
      },
      ...{ session: () => undefined, attempt: () => undefined, taken: () => undefined },
      preview: () => preview,
      setPreview: (key) => {
        preview = key;
      },
      ...{ refresh: () => undefined, setVisible: () => undefined, run: async () => undefined },
      task: () => (isConnected ? found.task : undefined),
      past: () => ({ values: [], statuses: [] }),
      thresholds: () => ({ delayMs: undefined }),
      facts: () => ({
        ...{ connection: "Mine", isAlone, readOnly: undefined },
        freshness: { connected: isConnected, asOf: undefined, problem: undefined },
      }),
      onDidChange: changed.event,
    };
    pages = new DetailsPages(host);
  });

  afterEach(() => {
    vscode.window.createWebviewPanel = realPanel;
    performance.now = realNow;
    for (const panel of panels) {
      panel.dispose();
    }
    pages.dispose();
    found.session.dispose();
  });

  const isShown = async (status: "incremental" | "unknown") => {
    const file = vscode.Uri.joinPath(host.extensionUri, "dist", "tab-icons", `${rowOf(status).icon}.svg`);
    const picture = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    const shape = / d="[^"]{20}/.exec(picture)?.[0] ?? assert.fail("no shape");
    await waitFor(
      () => {
        const path = panels[0]?.iconPath;
        const uri = path === undefined || path instanceof vscode.Uri ? undefined : path.light;
        return Buffer.from(uri?.path.split("base64,")[1] ?? "", "base64").toString();
      },
      (drawn) => drawn.includes(shape),
    );
  };

  it("has the icon of the task's status, and of an unknown one while its connection is gone", async () => {
    pages.open({ connection: "local", id: "t-1" }, false);
    await isShown("incremental");
    isConnected = false;
    changed.fire();
    await isShown("unknown");
  });

  it("keeps the title it was restored with until its task is known, but not the icon", async () => {
    isConnected = false;
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus: true };
    const panel = window.createWebviewPanel("drs.details", shown("orders · staging"), place);
    pages.restore(panel, { task: { connection: "local", id: "t-1" } });
    changed.fire();
    assert.equal(panel.title, "orders · staging");
    await isShown("unknown");
    isConnected = true;
    changed.fire();
    assert.equal(panel.title, found.task.name);
  });

  it("is a preview after two clicks that are seconds apart, also when the system's clock is set back", () => {
    let now = 100_000;
    performance.now = () => now;
    const click = (id: string) => pages.open({ connection: "local", id }, true);
    click("t-1");
    now += 2_000;
    click("t-1");
    click("t-2");
    assert.equal(panels.length, 1);
    click("t-2");
    click("t-1");
    assert.equal(panels.length, 2);
  });

  it("is no preview any more once it was moved to another group", async () => {
    pages.open({ connection: "local", id: "t-1" }, true);
    await vscode.commands.executeCommand("workbench.action.moveEditorToRightGroup");
    await waitFor(
      () => panels[0]?.viewColumn,
      (column) => column === vscode.ViewColumn.Two,
    );
    pages.open({ connection: "local", id: "t-2" }, true);
    assert.equal(panels.length, 2);
  });

  it("is no preview any more once it was pinned", async () => {
    pages.open({ connection: "local", id: "t-1" }, true);
    await waitFor(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.label,
      (label) => label === found.task.name,
    );
    await vscode.commands.executeCommand("workbench.action.pinEditor");
    await waitFor(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.isPinned,
      (isPinned) => isPinned === true,
    );
    pages.open({ connection: "local", id: "t-2" }, true);
    assert.equal(panels.length, 2);
  });

  it("follows the name of the connection also while another tab is in front of it", async () => {
    pages.open({ connection: "local", id: "t-1" }, false);
    pages.open({ connection: "local", id: "t-2" }, false);
    await waitFor(
      () => panels[0]?.visible,
      (isVisible) => isVisible === false,
    );
    assert.equal(panels[0]?.title, found.task.name);
    isAlone = false;
    changed.fire();
    assert.equal(panels[0]?.title, `${found.task.name} · Mine`);
  });
});
