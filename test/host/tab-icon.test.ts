import assert from "node:assert/strict";
import { resolve } from "node:path";
import * as vscode from "vscode";
import type { DetailsHost } from "../../src/details/host";
import { DetailsPages } from "../../src/details/panel";
import { localizerFor } from "../../src/l10n/localizer";
import { rowOf } from "../../src/status/statuses";
import { placedTask } from "../support/placed-task";
import { waitFor } from "../support/wait";

describe("the tab of a details page", () => {
  it("has the icon of the task's status, and of an unknown one while its connection is gone", async () => {
    const { found } = await placedTask("INCRE_TRANSFER_STARTED");
    const changed = new vscode.EventEmitter<void>();
    const real = vscode.window.createWebviewPanel;
    let isConnected = true;
    let panel: vscode.WebviewPanel | undefined;
    vscode.window.createWebviewPanel = (...args) => {
      panel = real(...args);
      return panel;
    };
    const host: DetailsHost = {
      ...{
        extensionUri: vscode.Uri.file(resolve(__dirname, "../..")),
        l10n: localizerFor("en", vscode.l10n.t),
      },
      ...{ session: () => undefined, attempt: () => undefined, taken: () => undefined },
      ...{ refresh: () => undefined, setVisible: () => undefined, run: async () => undefined },
      task: () => (isConnected ? found.task : undefined),
      past: () => ({ values: [], statuses: [] }),
      thresholds: () => ({ delayMs: undefined }),
      facts: () => ({
        ...{ connection: "Mine", isAlone: true, readOnly: undefined },
        freshness: { connected: isConnected, asOf: undefined, problem: undefined },
      }),
      onDidChange: changed.event,
    };
    const pages = new DetailsPages(host);
    const isShown = async (status: "incremental" | "unknown") => {
      const file = vscode.Uri.joinPath(host.extensionUri, "dist", "tab-icons", `${rowOf(status).icon}.svg`);
      const picture = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
      const shape = / d="[^"]{20}/.exec(picture)?.[0] ?? assert.fail("no shape");
      await waitFor(
        () => {
          const path = panel?.iconPath;
          const uri = path === undefined || path instanceof vscode.Uri ? undefined : path.light;
          return Buffer.from(uri?.path.split("base64,")[1] ?? "", "base64").toString();
        },
        (drawn) => drawn.includes(shape),
      );
    };
    try {
      pages.open({ connection: "local", id: "t-1" }, false);
      await isShown("incremental");
      isConnected = false;
      changed.fire();
      await isShown("unknown");
    } finally {
      vscode.window.createWebviewPanel = real;
      panel?.dispose();
      pages.dispose();
      found.session.dispose();
    }
  });
});
