import assert from "node:assert/strict";
import * as vscode from "vscode";
import { RemedyCommands } from "../../src/commands/remedy";
import type { TaskRef } from "../../src/connections/connection";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import { placedTask } from "../support/placed-task";

describe("the rows in the way of a failed task, in VS Code", () => {
  it("are not said to be none where the remedy cannot be looked up", async () => {
    const log = vscode.window.createOutputChannel("remedy test", { log: true });
    const { found } = await placedTask("INCRE_TRANSFER_FAILED", {
      remedy: () => Promise.reject(new Error("The local backend is not running.")),
    });
    const opened: TaskRef[] = [];
    const lifetime = new AbortController();
    const commands = new RemedyCommands({
      ...{ log, attempts: new Attempts(), lifetime: lifetime.signal },
      l10n: localizerFor("en", vscode.l10n.t),
      openDetails: async (ref) => {
        opened.push(ref);
      },
    });
    try {
      await commands.showRows(found);
      assert.deepEqual(opened, []);
    } finally {
      lifetime.abort();
      found.session.dispose();
      log.dispose();
    }
  });
});
