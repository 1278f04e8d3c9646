import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { Alerts } from "../../src/alerts/alerts";
import { Follows } from "../../src/alerts/follows";
import { Mutes } from "../../src/alerts/mutes";
import { localId } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { SessionManager } from "../../src/connections/session-manager";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import type { Task } from "../../src/tasks/task";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { planOf, TestTask } from "../support/backend-task";
import { StorageContext } from "../support/storage";
import { waitFor } from "../support/wait";

const rows = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10)";
const account = "of-the-alerts";
const l10n = localizerFor("en", vscode.l10n.t);

/** The parts of a window that alert, with what other windows have in common with it. */
class Window {
  readonly mutes: Mutes;
  readonly follows: Follows;
  readonly #context = new StorageContext();
  readonly #log = vscode.window.createOutputChannel("alerts test", { log: true });
  readonly #connections = new Connections(this.#context, this.#log);
  readonly #sessions: SessionManager;
  readonly #alerts: Alerts;

  /** @param told receives what this window tells of a task, as its log has it. */
  constructor(shared: vscode.Uri, told: string[]) {
    this.mutes = new Mutes(shared);
    this.follows = new Follows(shared);
    this.#sessions = new SessionManager(this.#connections, l10n, this.#log, shared);
    this.#alerts = new Alerts({
      l10n,
      log: {
        info: (line) => void told.push(line),
        warn: (line) => void told.push(`warning: ${line}`),
        error: (line) => void told.push(`error: ${line}`),
        show: () => undefined,
      },
      mutes: this.mutes,
      follows: this.follows,
      attempts: new Attempts(),
      storage: shared,
      isPinned: () => false,
      connections: () => this.#connections.all.map(({ id }) => id),
    });
    this.#sessions.onDidUpdate((reading) => this.#alerts.show(this.#sessions.shown, reading));
    this.#sessions.onDidChange(() => this.#alerts.show(this.#sessions.shown));
    this.#sessions.setDemand("test", "visible");
  }

  /** Connects, and waits until all tasks have been read and what follows is decided. */
  async connect({ ready }: BackendProcess): Promise<void> {
    await this.#connections.useLocal(
      { name: "Local", endpoint: ready.endpoint, projectId: ready.project_id },
      { accessKey: ready.access_key, secretKey: ready.secret_key },
    );
    await waitFor(
      async () => this.#sessions.find(localId)?.session?.store.snapshot.asOf,
      (asOf) => asOf !== undefined,
    );
  }

  task({ id }: TestTask): Task {
    return (
      this.#sessions.find(localId)?.session?.store.snapshot.tasks.get(id) ?? assert.fail(`no task ${id}`)
    );
  }

  status(task: TestTask): string | undefined {
    return this.#sessions.find(localId)?.session?.store.snapshot.tasks.get(task.id)?.status;
  }

  close(): void {
    this.#alerts.dispose();
    this.mutes.dispose();
    this.follows.dispose();
    this.#sessions.dispose();
    for (const subscription of this.#context.subscriptions) {
      subscription.dispose();
    }
    this.#log.dispose();
  }
}

describe("alerts of two windows, on tasks of a local backend", () => {
  const dataDir = makeDataDir();
  const folder = mkdtempSync(join(tmpdir(), "drs-alerts-"));
  const shared = vscode.Uri.file(join(folder, "alerts"));
  const told: string[] = [];
  let backend: BackendProcess;
  let tasks: readonly [TestTask, TestTask];
  let windows: Window[] = [];

  before(async () => {
    backend = await BackendProcess.startServers(dataDir, { ELECTRON_RUN_AS_NODE: "1" });
    const started = async (name: string) =>
      await TestTask.started(backend, { ...(await planOf(backend, name, rows)), account });
    tasks = [await started("alerts_one"), await started("alerts_two")];
    for (const task of tasks) {
      await task.reaches("INCRE_TRANSFER_STARTED");
    }
  });
  after(async () => {
    closeAll();
    await backend?.stop();
    removeDataDir(dataDir);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async () => {
    const window = new Window(shared, told);
    windows.push(window);
    await window.connect(backend);
    return window;
  };
  const closeAll = () => {
    for (const window of windows) {
      window.close();
    }
    windows = [];
  };
  const tellsOf = async (pattern: RegExp, count: number) => {
    await waitFor(
      async () => told.filter((line) => pattern.test(line)).length,
      (found) => found === count,
    );
  };
  const see = async (task: TestTask, status: string) => {
    await waitFor(
      async () => windows.map((window) => window.status(task)),
      (statuses) => statuses.every((one) => one === status),
    );
  };

  it("are reported by one of them: a freeze, its end, a conflicting row, and that it was resolved", async () => {
    await open();
    await open();
    const [, failing] = tasks;
    await backend.setBalance(account, 0);
    await see(failing, "frozen");
    await tellsOf(/Frozen/, 2);
    await backend.setBalance(account, 100);
    await see(failing, "incremental");
    await tellsOf(/recovered/, 2);
    await backend.sql("target", "alerts_two", "INSERT INTO t VALUES (11)");
    await backend.sql("source", "alerts_two", "INSERT INTO t VALUES (11)");
    await see(failing, "incrementalFailed");
    await tellsOf(/"alerts_two": Incremental synchronization failed\. .*What to do/, 1);
    await backend.sql("target", "alerts_two", "DELETE FROM t WHERE id = 11");
    await failing.retry();
    await see(failing, "incremental");
    await tellsOf(/recovered/, 3);
    // By now each window has read all of it several times.
    const words = told.map((line) =>
      /"(\w+)"(?:: | )(recovered|Frozen|Incremental)/.exec(line)?.slice(1).join(" "),
    );
    assert.deepEqual(words.sort(), [
      "alerts_one Frozen",
      "alerts_one recovered",
      "alerts_two Frozen",
      "alerts_two Incremental",
      "alerts_two recovered",
      "alerts_two recovered",
    ]);
  });

  it("are reported at the next start when nobody was there, and by no later one", async () => {
    closeAll();
    told.length = 0;
    const [, failing] = tasks;
    await backend.sql("target", "alerts_two", "INSERT INTO t VALUES (12)");
    await backend.sql("source", "alerts_two", "INSERT INTO t VALUES (12)");
    await failing.reaches("INCRE_TRANSFER_FAILED");
    await open();
    await tellsOf(/"alerts_two": Incremental synchronization failed/, 1);
    closeAll();
    await open();
    // A later notice shows that this start has decided on the failure, too.
    await backend.setBalance(account, 0);
    await tellsOf(/"alerts_one": Frozen/, 1);
    assert.equal(told.filter((line) => /Incremental synchronization failed/.test(line)).length, 1);
    await backend.setBalance(account, 100);
    await tellsOf(/"alerts_one" recovered/, 1);
  });

  it("are muted and snoozed in all windows by one", async () => {
    const [first, second] = [windows[0] ?? assert.fail("no window is open"), await open()];
    const task = { connection: localId, id: tasks[0].id };
    const knows = async (what: () => boolean) => {
      await waitFor(async () => what(), Boolean);
    };
    await first.mutes.mute(task, true);
    await knows(() => second.mutes.isMuted(task));
    await second.mutes.snooze(Date.now() + 3_600_000);
    await knows(() => first.mutes.snoozedUntil > 0);
    assert.ok(second.mutes.isMuted(task), "one does not undo the other");
    await first.mutes.snooze(0);
    await second.mutes.keep("another connection", new Map());
    assert.ok(second.mutes.isMuted(task));
    await second.mutes.keep(localId, new Map());
    await knows(() => second.mutes.snoozedUntil === 0 && !first.mutes.isMuted(task));
  });

  it("of a task that is followed come once, in one of the windows, and say what was waited for", async () => {
    const [first, second] = [windows[0] ?? assert.fail("no window is open"), await open()];
    const [following] = tasks;
    const ref = { connection: localId, id: following.id };
    await see(following, "incremental");
    told.length = 0;
    await following.pause();
    await see(following, "paused");
    await second.follows.follow(ref, second.task(following), "incremental");
    await waitFor(
      async () => first.follows.goalOf(ref),
      (goal) => goal === "incremental",
    );
    await following.retry();
    await see(following, "incremental");
    await tellsOf(/"alerts_one", which you follow: Incremental synchronization/, 1);
    await waitFor(
      async () => [first, second].map(({ follows }) => follows.any),
      (found) => found.every((any) => !any),
    );
    assert.equal(
      await first.follows.follow(ref, first.task(following), "incremental"),
      false,
      "it is so already",
    );
    assert.deepEqual(
      told.filter((line) => /warning:|error:/.test(line)),
      [],
    );
  });
});
