import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as vscode from "vscode";
import { Alerts } from "../../src/alerts/alerts";
import { Follows } from "../../src/alerts/follows";
import { Mutes } from "../../src/alerts/mutes";
import { pollIntervalsOf } from "../../src/connections/poll-intervals";
import type { Session } from "../../src/connections/session";
import type { ConnectionState } from "../../src/connections/session-manager";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import { TaskStore } from "../../src/tasks/store";
import type { Node } from "../../src/tree/node";
import { TasksView } from "../../src/tree/view";
import { fill } from "../support/texts";
import { DrawnTree } from "./drawn-tree";
import type { LargeService } from "./large-service";
import { made, Uri } from "./vscode";

const pagesAtOnce = 4;

/** Store, tree, alerts, badge and status bar of one window, with the connection of a large account. */
export class World {
  readonly service: LargeService;
  readonly store: TaskStore;
  readonly view: TasksView;
  readonly #folder = mkdtempSync(join(tmpdir(), "drs-speed-"));
  readonly #alerts: Alerts;
  readonly #state: ConnectionState;
  readonly #problems: string[] = [];
  readonly tree: DrawnTree;

  constructor(service: LargeService, viewOptions?: object) {
    this.service = service;
    this.store = new TaskStore(this.service.caller, pollIntervalsOf.cloud, undefined, undefined, true);
    const l10n = localizerFor("en", fill);
    const warn = (line: unknown) => void this.#problems.push(String(line));
    const log = {
      info: () => undefined,
      warn,
      error: (line: unknown, error: unknown) => warn(`${line} ${error}`),
    };
    const folder = Uri.file(this.#folder) as vscode.Uri;
    const [mutes, follows] = [new Mutes(folder), new Follows(folder)];
    const stored = new Map<string, unknown>([["drs.arrangement", viewOptions]]);
    const memento = {
      keys: () => [],
      get: (key: string, usual?: unknown) => stored.get(key) ?? usual,
      update: async (key: string, value: unknown) => void stored.set(key, value),
    };
    const marks = { isMuted: (task: never) => mutes.isMuted(task), followedUntil: () => undefined };
    this.view = new TasksView(l10n, memento as vscode.Memento, marks, log);
    this.#alerts = new Alerts({
      ...{
        l10n,
        mutes,
        follows,
        attempts: new Attempts(),
        storage: folder,
        log: { ...log, show: () => undefined },
      },
      isPinned: (task) => this.view.isPinned(task),
      connections: () => ["cloud"],
    });
    const session = { store: this.store } as Session;
    this.#state = {
      connection: {
        ...{ id: "cloud", kind: "cloud", name: "Shop", endpoint: "https://drs.example", projectId: "p" },
        ...{ site: "huawei", region: "cn-north-4", signIn: { kind: "permanentKey" } },
      },
      ...{ phase: "open", session, trouble: undefined, missing: undefined, readOnly: undefined },
    };
    this.store.onDidChange((changes) => {
      const update = { state: this.#state, changes };
      this.view.show([this.#state], 1, update);
      this.#alerts.show([this.#state], update);
    });
    this.view.show([this.#state], 1);
    this.#alerts.show([this.#state]);
    this.tree = new DrawnTree(made.provider as vscode.TreeDataProvider<Node>);
  }

  /** Reads every page once, with all that follows. */
  async cycle(): Promise<void> {
    const readings = Math.ceil(this.service.count / (100 * pagesAtOnce));
    for (let reading = 0; reading < readings; reading++) {
      await this.read();
    }
  }

  /** One reading, and what follows from it. */
  async read(task?: string): Promise<void> {
    await this.store.refresh(task);
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { problem } = this.store.snapshot;
    if (problem !== undefined) {
      this.#problems.push(String(problem));
    }
    if (this.#problems.length > 0) {
      throw new Error(this.#problems.join("\n"));
    }
  }

  /** The tasks as JSON. */
  json(): string {
    return JSON.stringify([...this.store.snapshot.tasks.values()]);
  }

  close(): void {
    this.store.dispose();
    this.#alerts.dispose();
    this.view.dispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A window that has read all tasks, with their details. */
export async function open(service: LargeService, viewOptions?: object): Promise<World> {
  const world = new World(service, viewOptions);
  await world.cycle();
  await world.cycle();
  return world;
}
