import * as vscode from "vscode";
import type { Need, Snapshot, TaskChange } from "../tasks/store";
import type { Connections } from "./connections";
import type { Session } from "./session";

/** A reading of the session in use that changed something. */
export interface Reading {
  readonly changes: readonly TaskChange[];
  readonly snapshot: Snapshot;
}

/** Keeps a session open for the connection in use, and passes on what its store tells. */
export class Watch implements vscode.Disposable {
  readonly #connections: Connections;
  readonly #log: vscode.LogOutputChannel;
  readonly #read = new vscode.EventEmitter<Reading>();
  readonly #switched = new vscode.EventEmitter<Session | undefined>();
  readonly #needs = new Map<string, Need>();
  readonly #subscription: vscode.Disposable;
  #session: Session | undefined;
  #opening = 0;
  #lastProblem: unknown;
  /** Fires after a reading that changed a task or failed. */
  readonly onDidRead = this.#read.event;
  /** Fires when another session is open, or none any more. */
  readonly onDidSwitch = this.#switched.event;

  constructor(connections: Connections, log: vscode.LogOutputChannel) {
    this.#connections = connections;
    this.#log = log;
    this.#subscription = connections.onDidChange(() => void this.open());
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Opens the session of the connection in use, if its key is known, and closes the one before. Never rejects. */
  async open(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#log.error("The connection cannot be used.", error);
    }
  }

  async #open(): Promise<void> {
    const opening = ++this.#opening;
    const connection = this.#connections.active;
    const credentials = await this.#connections.credentials();
    // Client and store are a file of their own, loaded with the first connection.
    const { openSession } = await import("./session");
    const session =
      connection && credentials
        ? openSession(connection, credentials, vscode.env.language, (line) => this.#log.warn(line))
        : undefined;
    if (opening !== this.#opening) {
      session?.dispose();
      return;
    }
    this.#session?.dispose();
    this.#session = session;
    this.#lastProblem = undefined;
    session?.store.onDidChange((changes, snapshot) => {
      this.#logProblem(snapshot.problem);
      this.#read.fire({ changes, snapshot });
    });
    this.#switched.fire(session);
    for (const [who, need] of this.#needs) {
      session?.store.setNeed(who, need);
    }
  }

  /** Tells what somebody needs of the tasks from now on, in this session and in later ones. */
  setNeed(who: string, need: Need): void {
    if (need === "none") {
      this.#needs.delete(who);
    } else {
      this.#needs.set(who, need);
    }
    this.#session?.store.setNeed(who, need);
  }

  dispose(): void {
    this.#opening++;
    this.#subscription.dispose();
    this.#session?.dispose();
    this.#read.dispose();
    this.#switched.dispose();
  }

  /** One line when trouble begins or changes, and one when it is over. */
  #logProblem(problem: unknown): void {
    const before = this.#lastProblem instanceof Error ? this.#lastProblem.message : undefined;
    const now = problem instanceof Error ? problem.message : undefined;
    if (now !== before) {
      this.#log.info(now === undefined ? "The tasks are read again." : `The tasks cannot be read: ${now}`);
    }
    this.#lastProblem = problem;
  }
}
