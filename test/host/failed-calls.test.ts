import assert from "node:assert/strict";
import * as vscode from "vscode";
import { oneTaskDialog } from "../../src/commands/action-command";
import { runMany } from "../../src/commands/bulk-action";
import { report } from "../../src/commands/commands";
import { askCopyAgain } from "../../src/commands/copy-again";
import type { CommandHost } from "../../src/commands/host";
import { askPassword } from "../../src/commands/password";
import { runPrecheck } from "../../src/commands/precheck";
import { RemedyCommands } from "../../src/commands/remedy";
import { TaskChooser } from "../../src/commands/task-chooser";
import type { TaskRef } from "../../src/connections/connection";
import type { PlacedTask } from "../../src/connections/session-manager";
import { DrsError, faultOf } from "../../src/drs/errors";
import type { FileParts } from "../../src/files/open";
import { placeOf } from "../../src/files/place";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import { Dialogs } from "../support/dialogs";
import { goneBackend, placedTask } from "../support/placed-task";
import { waitFor } from "../support/wait";

const l10n = localizerFor("en", vscode.l10n.t);
const start = "Start the Local Backend";
const gone = async () => {
  throw goneBackend("/_local/tasks/t-1/remedy");
};
const deletion = { side: "target", sql: "DELETE FROM a" } as const;
const remedy = async () => ({ rows: [], statements: [deletion], open: ["target" as const] });

describe("commands on a task", () => {
  const log = vscode.window.createOutputChannel("failed calls", { log: true });
  const lifetime = new AbortController();
  const opened: TaskRef[] = [];
  let dialogs: Dialogs;
  let parts: CommandHost;

  beforeEach(() => {
    dialogs = new Dialogs();
    // The parts that these commands use.
    parts = {
      ...{ log, l10n, attempts: new Attempts(), lifetime: lifetime.signal },
      sessions: { shown: [], find: () => undefined },
      connections: { localAccess: undefined },
      openDetails: async (ref: TaskRef) => void opened.push(ref),
    } as unknown as CommandHost;
  });
  afterEach(() => dialogs.restore());
  after(() => {
    lifetime.abort();
    log.dispose();
  });

  const rejected = (found: PlacedTask): PlacedTask => ({
    ...found,
    task: {
      ...found.task,
      availableActions: ["RESET_DB_PWD"],
      error: { code: "28P01", message: "28P01 The target database rejected user drs: no" },
    },
  });

  const failing: Readonly<Record<string, () => Promise<void>>> = {
    "an action": async () => {
      const { found } = await placedTask("INCRE_TRANSFER_STARTED");
      const dialog = oneTaskDialog("pause", found, undefined, l10n, log, async () => undefined);
      await dialog.report([{ target: found, error: goneBackend("batchPause") }]);
    },
    "an action on several": async () => {
      const { found, service } = await placedTask("INCRE_TRANSFER_STARTED");
      service.failing.set("batchPause", "network");
      await runMany("pause", [found], parts);
    },
    "a pre-check": async () => {
      const { found, service } = await placedTask("CONFIGURATION");
      service.failing.set("batchPrecheck", "network");
      service.failing.set("batchCheckJobs", "network");
      await runPrecheck(found, parts);
    },
    "a copy": async () => {
      const { found } = await placedTask("INCRE_TRANSFER_STARTED", { copyAgain: gone });
      const task = { ...found.task, objects: [{ type: "table", name: "public.a" }] };
      await askCopyAgain({ ...found, task }, parts);
    },
    "a remedy that is looked up": async () => {
      const { found } = await placedTask("INCRE_TRANSFER_FAILED", { remedy: gone });
      await new RemedyCommands(parts).runSql(found);
    },
    "a remedy that is run": async () => {
      const { found } = await placedTask("INCRE_TRANSFER_FAILED", { remedy, runSql: gone });
      await new RemedyCommands(parts).runSql(found);
    },
    "a new password": async () => {
      const { found, service } = await placedTask("INCRE_TRANSFER_FAILED");
      service.failing.set("batchModifyPwd", "network");
      dialogs.typed.push("s3cret");
      await askPassword(rejected(found), parts);
    },
  };

  for (const [what, run] of Object.entries(failing)) {
    it(`offer to start the local backend where it does not answer ${what}, and name the task`, async () => {
      dialogs.answer = ({ buttons }) => buttons[0];
      await run();
      await waitFor(
        () => dialogs.commands.includes("drs.startLocalBackend"),
        (isStarted) => isStarted,
      );
      const last = dialogs.messages.at(-1);
      assert.match(last?.text ?? "", /orders.*[Ss]tart the local backend again/);
      assert.equal(last?.buttons[0], start);
    });
  }

  it("offer it where a task is not known because the local backend does not run", async () => {
    const chooser = new TaskChooser(parts);
    const ref = { connection: "local", id: "t-1" };
    assert.equal(await chooser.one(ref), undefined);
    assert.deepEqual(dialogs.messages, [{ text: "The local backend is not running.", buttons: [start] }]);
  });

  it("offer it where what was called without a task, as a command on a file is, found it gone", async () => {
    const { found } = await placedTask("INCRE_TRANSFER_STARTED");
    const sessions = { find: () => found.state } as unknown as CommandHost["sessions"];
    const file = vscode.Uri.file("/orders.drs-task.json");
    await report(goneBackend("batchDetail"), file, { sessions, l10n });
    const elsewhere = { kind: "network", operation: "batchDetail" } as const;
    const refused = new DrsError({ ...elsewhere, ...faultOf("connectionRefused", "127.0.0.1:2") });
    await report(refused, file, { sessions, l10n });
    assert.deepEqual(
      dialogs.messages.map(({ buttons }) => buttons),
      [[start], []],
    );
  });

  it("offer a connection for a task file where none is open, and go on in it", async () => {
    const { found } = await placedTask("INCRE_TRANSFER_STARTED");
    const shown: PlacedTask["state"][] = [];
    dialogs.answer = ({ buttons }) => {
      shown.push(found.state);
      return buttons[0];
    };
    const place = await placeOf({ ...parts, sessions: { shown } } as unknown as FileParts, "orders");
    assert.deepEqual(dialogs.messages[0]?.buttons, [start, "Connect to Huawei Cloud…"]);
    assert.ok(dialogs.commands.includes("drs.startLocalBackend"));
    assert.equal(place?.task, found.task);
  });

  it("count a single task as one", async () => {
    const { found } = await placedTask("INCRE_TRANSFER_STARTED");
    await runMany("pause", [found], parts);
    assert.deepEqual(
      dialogs.messages.map(({ text, buttons }) => [text, ...buttons]),
      [["Pause: 1 task?", "Pause: 1 task"]],
    );
  });

  it("name the task in what a remedy did", async () => {
    let outcome = { command: "DELETE", row_count: 1 };
    const { found } = await placedTask("INCRE_TRANSFER_FAILED", { remedy, runSql: async () => outcome });
    dialogs.answer = ({ buttons }) => (buttons[0] === "Run" ? "Run" : undefined);
    await new RemedyCommands(parts).runSql(found);
    assert.equal(dialogs.messages.at(-1)?.text, 'Task "orders": DELETE at the target: 1 row.');
    outcome = { command: "GRANT", row_count: 0 };
    await new RemedyCommands(parts).runSql(found);
    assert.equal(dialogs.messages.at(-1)?.text, 'Task "orders": GRANT was run at the target.');
  });

  it("say that a task runs by now where its remedy is asked for, and open its details", async () => {
    const none = async () => ({ rows: [], statements: [], open: [] });
    const { found, service } = await placedTask("INCRE_TRANSFER_FAILED", { remedy: none });
    const commands = new RemedyCommands(parts);
    await commands.runSql(found);
    assert.match(dialogs.messages.at(-1)?.text ?? "", /^No SQL is known .*"orders" now\.$/);
    service.set("t-1", "INCRE_TRANSFER_STARTED", { name: "orders" });
    dialogs.answer = () => "Show Details";
    opened.length = 0;
    await commands.runSql(found);
    const text = 'Task "orders" is no longer failed. Its status: Incremental synchronization.';
    assert.deepEqual(dialogs.messages.at(-1), { text, buttons: ["Show Details"] });
    assert.deepEqual(opened, [{ connection: "local", id: "t-1" }]);
  });

  it("ask for the password of the end that the error is about, with a way back to both", async () => {
    const { found } = await placedTask("INCRE_TRANSFER_FAILED");
    dialogs.typed.push({ back: true }, "Source database");
    await askPassword(rejected(found), parts);
    const [first, second, third] = dialogs.inputs;
    assert.match(first ?? "", /^New password of Target database.* \(back\)$/);
    assert.equal(second, "Target database");
    assert.match(third ?? "", /^New password of Source database.* \(back\)$/);
  });
});
