import assert from "node:assert/strict";
import * as vscode from "vscode";
import { RemedyCommands } from "../../src/commands/remedy";
import type { LocalConnection, TaskRef } from "../../src/connections/connection";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import { localSessionOf } from "../support/local-session";
import { MemoryService } from "../support/service";

describe("the rows in the way of a failed task, in VS Code", () => {
  it("are not said to be none where the remedy cannot be looked up", async () => {
    const log = vscode.window.createOutputChannel("remedy test", { log: true });
    const service = new MemoryService();
    service.set("t-1", "INCRE_TRANSFER_FAILED");
    const own = localSessionOf(service.caller, {
      remedy: () => Promise.reject(new Error("The local backend is not running.")),
    });
    await own.store.refresh();
    const connection: LocalConnection = {
      ...{ kind: "local", id: "c", name: "Mine", endpoint: "http://127.0.0.1:1", projectId: "p" },
    };
    const session = {
      ...own,
      connection,
      tryAgain: () => undefined,
      wake: () => undefined,
      dispose: () => own.store.dispose(),
    };
    const nothing = { trouble: undefined, missing: undefined, readOnly: undefined };
    const state = { connection, phase: "open", session, ...nothing } as const;
    const opened: TaskRef[] = [];
    const lifetime = new AbortController();
    const commands = new RemedyCommands({
      ...{ log, attempts: new Attempts(), lifetime: lifetime.signal },
      l10n: localizerFor("en", vscode.l10n.t),
      openDetails: async (ref) => {
        opened.push(ref);
      },
    });
    const task = own.store.snapshot.tasks.get("t-1") ?? assert.fail("no task");
    try {
      await commands.showRows({ task, session, state });
      assert.deepEqual(opened, []);
    } finally {
      lifetime.abort();
      session.dispose();
      log.dispose();
    }
  });
});
