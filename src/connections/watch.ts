import * as vscode from "vscode";
import { isDrsError } from "../drs/errors";
import { explain } from "../tasks/explain";
import type { Need, Snapshot, TaskChange } from "../tasks/store";
import { type Formats, unlinked } from "../tasks/texts";
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
  readonly #formats: Formats;
  readonly #log: vscode.LogOutputChannel;
  readonly #read = new vscode.EventEmitter<Reading>();
  readonly #switched = new vscode.EventEmitter<Session | undefined>();
  readonly #needs = new Map<string, Need>();
  readonly #subscription: vscode.Disposable;
  #session: Session | undefined;
  #opening = 0;
  #focused = true;
  #lastProblem: string | undefined;
  /** Fires after a reading that changed a task or failed. */
  readonly onDidRead = this.#read.event;
  /** Fires when another session is open, or none any more. */
  readonly onDidSwitch = this.#switched.event;

  constructor(connections: Connections, formats: Formats, log: vscode.LogOutputChannel) {
    this.#connections = connections;
    this.#formats = formats;
    this.#log = log;
    this.#subscription = connections.onDidChange(() => void this.open());
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Opens the session of the connection in use, if its key is known, and closes the one before. Never rejects. */
  async open(): Promise<void> {
    const opening = ++this.#opening;
    try {
      await this.#open(opening);
    } catch (error) {
      this.#log.error("The connection cannot be used.", error);
      void vscode.window.showErrorMessage(unlinked(explain(error, this.#formats)));
      if (opening === this.#opening) {
        this.#switchTo(undefined);
      }
    }
  }

  async #open(opening: number): Promise<void> {
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
    this.#switchTo(session);
  }

  #switchTo(session: Session | undefined): void {
    this.#session?.dispose();
    this.#session = session;
    this.#lastProblem = undefined;
    session?.store.onDidChange((changes, snapshot) => {
      this.#logProblem(snapshot.problem);
      this.#read.fire({ changes, snapshot });
    });
    this.#switched.fire(session);
    this.#tellNeeds();
  }

  /** Tells what somebody needs of the tasks from now on, in this session and in later ones. */
  setNeed(who: string, need: Need): void {
    this.#needs.set(who, need);
    this.#tellNeeds();
    if (need === "none") {
      this.#needs.delete(who);
    }
  }

  /** Tells whether somebody sits at this window; what nobody looks at is needed in the background only. */
  setFocused(focused: boolean): void {
    this.#focused = focused;
    this.#tellNeeds();
  }

  #tellNeeds(): void {
    for (const [who, need] of this.#needs) {
      this.#session?.store.setNeed(who, need === "visible" && !this.#focused ? "background" : need);
    }
  }

  dispose(): void {
    this.#opening++;
    this.#subscription.dispose();
    this.#session?.dispose();
    this.#session = undefined;
    this.#read.dispose();
    this.#switched.dispose();
  }

  /** One line when trouble begins or changes, and one when it is over. */
  #logProblem(problem: unknown): void {
    // The message itself names the request, which is another one every time.
    const { code, reason } = isDrsError(problem) ? problem.failure : {};
    const now = problem === undefined ? undefined : `${code} ${reason ?? problem}`;
    if (now !== this.#lastProblem) {
      this.#log.info(
        now === undefined ? "The tasks are read again." : `The tasks cannot be read: ${problem}`,
      );
    }
    this.#lastProblem = now;
  }
}
