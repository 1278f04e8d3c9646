import { isDeepStrictEqual } from "node:util";
import type { CredentialBreaker } from "../drs/credential-breaker";
import { isDrsError } from "../drs/errors";
import type { RateLimiter } from "../drs/rate-limiter";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { Demand, TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import type { Missing } from "./access";
import type { CloudConnection, Connection, Secret, TaskRef } from "./connection";
import type { Connections, ConnectionsChange } from "./connections";
import { Limits } from "./limits";
import type { RejectedCredentials } from "./rejected-credentials";
import type { Session } from "./session";
import { SleepDetector } from "./sleep-detector";
import { missingText } from "./wizard/missing-credential";

/** A connection that is shown, and how far it has come. */
export interface ConnectionState {
  readonly connection: Connection;
  /** `opening`: its key is being looked for; `stopped`: the local backend does not run; `closed`: see `trouble`. */
  readonly phase: "opening" | "open" | "stopped" | "closed";
  /** While the state is `open`. */
  readonly session: Session | undefined;
  /** Why it cannot be used, in the user's language. */
  readonly trouble: Shown | undefined;
  /** The part that it lacks, if that is why. */
  readonly missing: Missing | undefined;
  /** Why its tasks may only be looked at, in the user's language; undefined when that is not known to be so. */
  readonly readOnly: Shown | undefined;
}

/** A reading that changed something in one of the sessions. */
export interface StoreUpdate {
  readonly state: ConnectionState;
  readonly changes: readonly TaskChange[];
}

type Entry = { -readonly [Key in keyof ConnectionState]: ConnectionState[Key] } & {
  lastProblem?: string | undefined;
  refused: boolean;
};

/** The state of a connection's credential. */
interface RejectionState {
  readonly breaker: CredentialBreaker;
  isRejected(): Promise<boolean>;
  reject(): Promise<void>;
  forgive(): Promise<void>;
}

interface PlacedDemand {
  readonly demand: Demand;
  /** Absent: of all connections. */
  readonly connection: string | undefined;
}

/** Keeps a session open for each connection that is shown, and passes on the updates of their stores. */
export class SessionManager implements vscode.Disposable {
  readonly #updated = new vscode.EventEmitter<StoreUpdate>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #demands = new Map<string, PlacedDemand>();
  readonly #subscription: vscode.Disposable;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #focused = true;
  #localLooked = false;
  #disposed = false;
  /** Connections whose missing secret this window has already reported. */
  readonly #asked = new Set<string>();
  #rejected: RejectedCredentials | undefined;
  /** By connection, also while it is not shown. */
  readonly #rateLimiters = new Map<string, RateLimiter>();
  readonly #limits = new Limits();
  /** Since the first session. */
  #sleepDetector: SleepDetector | undefined;
  /** Fires after a reading that changed a task or failed. */
  readonly onDidUpdate = this.#updated.event;
  /** Fires when another connection is shown, one is not any more, or what is known of one changed. */
  readonly onDidChange = this.#changed.event;

  /** @param storage where all windows of this user keep what they share. */
  constructor(
    private readonly connections: Connections,
    private readonly l10n: Localizer,
    private readonly log: vscode.LogOutputChannel,
    private readonly storage: vscode.Uri,
  ) {
    this.#subscription = connections.onDidChange((change) => this.#follow(change));
    this.#follow({});
  }

  /** The connections that are shown, in their order. */
  get shown(): readonly ConnectionState[] {
    return [...this.#entries.values()];
  }

  find(connection: string): ConnectionState | undefined {
    return this.#entries.get(connection);
  }

  /** A connection that is known, but not shown. */
  hidden(id: string): Connection | undefined {
    return this.#entries.has(id) ? undefined : this.connections.find(id);
  }

  /** Tells that a local backend was looked for: where none was found, none runs. */
  localLooked(): void {
    this.#localLooked = true;
    this.#follow({});
  }

  /**
   * Reads again on the user's demand: one connection or all. What could not be used or was refused is tried once more,
   * and what is known to be read-only is not any more.
   */
  async refresh(connection?: string): Promise<void> {
    const chosen = [...this.#entries.values()].filter(({ connection: { id } }) => id === (connection ?? id));
    await Promise.all(
      chosen.map(async (entry) => {
        if (entry.session === undefined) {
          await this.#open(entry, true);
        } else {
          this.#changed.fire();
          entry.session.tryAgain();
          await entry.session.store.refresh();
        }
      }),
    );
  }

  /** Tells what somebody needs of the tasks of one connection or of all from now on, also of those shown later. */
  setDemand(who: string, demand: Demand, connection?: string): void {
    this.#demands.set(who, { demand, connection });
    this.#passDemands();
    if (demand === "none") {
      this.#demands.delete(who);
    }
  }

  /** Tells whether somebody sits at this window; what nobody looks at is needed in the background only. */
  setFocused(focused: boolean): void {
    this.#focused = focused;
    this.#sleepDetector?.check();
    this.#passDemands();
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#limits.dispose();
    this.#sleepDetector?.dispose();
    for (const { session } of this.#entries.values()) {
      session?.dispose();
    }
    this.#entries = new Map();
    this.#updated.dispose();
    this.#changed.dispose();
  }

  /** Opens what is shown and closes what is not; sessions of connections that stay the same continue. */
  #follow({ renewed, elsewhere }: ConnectionsChange): void {
    const before = this.#entries;
    const entries = new Map<string, Entry>();
    const opening: Entry[] = [];
    for (const connection of this.connections.shown) {
      const known = before.get(connection.id);
      const leadsElsewhere = known?.session && !isSamePlace(known.session.connection, connection);
      if (known?.session !== undefined && connection.id !== renewed && !leadsElsewhere) {
        known.connection = connection;
        entries.set(connection.id, known);
      } else {
        const entry: Entry = {
          connection,
          phase: "opening",
          session: undefined,
          trouble: undefined,
          missing: undefined,
          readOnly: undefined,
          refused: false,
        };
        entries.set(connection.id, entry);
        opening.push(entry);
        if (elsewhere === true) {
          // The window that made the change asks for the secret.
          this.#asked.add(connection.id);
        }
      }
    }
    this.#entries = entries;
    for (const id of this.#rateLimiters.keys()) {
      if (this.connections.find(id) === undefined) {
        this.#rateLimiters.delete(id);
      }
    }
    for (const [id, entry] of before) {
      if (entries.get(id) !== entry) {
        entry.session?.dispose();
      }
    }
    for (const entry of opening) {
      void this.#open(entry, entry.connection.id === renewed);
    }
    this.#changed.fire();
  }

  /**
   * Opens the session of a connection, if its secret is known and not known to be refused. Never rejects.
   *
   * @param demanded whether the user asked for it: then what was refused is tried once more.
   */
  async #open(entry: Entry, demanded: boolean): Promise<void> {
    const { connection } = entry;
    try {
      const secret = await this.connections.secret(connection);
      // Client and store are a file of their own, loaded with the first connection.
      if (connection.kind === "local" && secret === undefined) {
        entry.phase = this.#localLooked ? "stopped" : "opening";
      } else {
        const [{ accessOf, openSession, RateLimiter }, { explain }] = await Promise.all([
          import("./session"),
          import("../drs/error-text"),
        ]);
        const access = accessOf(connection, secret, process.env);
        const credential =
          connection.kind === "cloud" ? await this.#credentialFor(connection, secret) : undefined;
        if (demanded) {
          await credential?.forgive();
        }
        const refused = (await credential?.isRejected()) === true;
        if (this.#entries.get(connection.id) !== entry || entry.session !== undefined || this.#disposed) {
          return;
        }
        if (typeof access === "string") {
          this.#close(entry, missingText(access, this.l10n.t));
          entry.missing = access;
          this.#ask(entry, access);
        } else if (refused) {
          access.signIn.dispose();
          this.#close(
            entry,
            this.l10n.t(
              "The service rejected the secret of this connection, in another window or in an earlier session. Requests are stopped, because five rejections lock an access key. Enter the secret again, or refresh to retry once.",
            ),
          );
        } else {
          const warn = (line: string) => this.log.warn(line);
          const rateLimiter = this.#rateLimiters.get(connection.id) ?? new RateLimiter(this.#limits.requests);
          this.#rateLimiters.set(connection.id, rateLimiter);
          const options = {
            l10n: this.l10n,
            limits: this.#limits,
            warn,
            breaker: credential?.breaker,
            rateLimiter,
          };
          this.#adopt(entry, openSession(connection, access, options), credential, (refusal) =>
            explain(refusal, this.l10n, entry.connection.kind === "local"),
          );
        }
      }
    } catch (error) {
      this.log.error(`The connection ${connection.name} cannot be used.`, error);
      const { explain } = await import("../drs/error-text");
      this.#close(entry, explain(error, this.l10n));
    }
    if (this.#entries.get(connection.id) === entry) {
      this.#changed.fire();
    }
  }

  /** The state of a credential: in this window from its breaker, in all of them from a file. */
  async #credentialFor(connection: CloudConnection, secret: Secret | undefined): Promise<RejectionState> {
    const { credentialOf, RejectedCredentials } = await import("./session");
    this.#rejected ??= new RejectedCredentials(vscode.Uri.joinPath(this.storage, "refused").fsPath);
    const refusals = this.#rejected;
    const text = credentialOf(connection, secret, process.env);
    const breaker = refusals.breakerOf(text);
    const note = (work: Promise<void>) =>
      work.catch((error) => this.log.warn(`What was refused cannot be noted: ${error}`));
    return {
      breaker,
      isRejected: () => refusals.has(text),
      reject: () => note(refusals.add(text)),
      forgive: async () => {
        breaker.reset();
        await note(refusals.remove(text));
      },
    };
  }

  #adopt(
    entry: Entry,
    session: Session,
    credential: RejectionState | undefined,
    explained: (refusal: unknown) => Shown,
  ): void {
    this.#sleepDetector ??= new SleepDetector(() => {
      for (const each of this.#entries.values()) {
        each.session?.wake();
      }
    });
    entry.session = session;
    entry.phase = "open";
    entry.trouble = undefined;
    entry.missing = undefined;
    session.store.onDidChange((changes, { problem }) => {
      this.#logProblem(entry, problem);
      const refused = isDrsError(problem) && problem.failure.kind === "authentication";
      if (refused !== entry.refused) {
        entry.refused = refused;
        void (refused ? credential?.reject() : credential?.forgive());
      }
      this.#updated.fire({ state: entry, changes });
    });
    session.control.onDidChange(() => {
      const { refusal } = session.control;
      entry.readOnly = refusal && explained(refusal);
      this.#changed.fire();
    });
    this.#passDemands();
  }

  #close(entry: Entry, trouble: Shown): void {
    entry.phase = "closed";
    entry.trouble = trouble;
  }

  /** Asks for a secret that is gone, once a window. */
  #ask({ connection: { id, name }, trouble }: Entry, missing: Missing): void {
    if (missing !== "secret" || this.#asked.has(id)) {
      return;
    }
    this.#asked.add(id);
    const { t } = this.l10n;
    const enter = t("Enter Again");
    const message = t("{0}: {1}", name, trouble ?? "");
    void vscode.window.showWarningMessage(message, enter).then(async (answer) => {
      if (answer === enter) {
        await vscode.commands.executeCommand("drs.enterSecret", { connection: id });
      }
    });
  }

  #passDemands(): void {
    for (const [who, { demand, connection }] of this.#demands) {
      const effective = demand === "visible" && !this.#focused ? "background" : demand;
      for (const { connection: one, session } of this.#entries.values()) {
        if (connection === undefined || connection === one.id) {
          session?.store.setDemand(who, effective);
        }
      }
    }
  }

  /** One line when trouble begins or changes, and one when it is over. */
  #logProblem(entry: Entry, problem: unknown): void {
    // The message itself names the request, which is another one every time.
    const { code, reason } = isDrsError(problem) ? problem.failure : {};
    const now = problem === undefined ? undefined : `${code} ${reason ?? problem}`;
    if (now !== entry.lastProblem) {
      const { name } = entry.connection;
      this.log.info(
        now === undefined
          ? `The tasks of ${name} are read again.`
          : `The tasks of ${name} cannot be read: ${problem}`,
      );
    }
    entry.lastProblem = now;
  }
}

/** Whether a session of one is a session of the other: the name alone may be another one. */
function isSamePlace(one: Connection, other: Connection): boolean {
  return isDeepStrictEqual({ ...one, name: "" }, { ...other, name: "" });
}

/** A task and where it was found. */
export interface PlacedTask {
  readonly task: Task;
  readonly session: Session;
  readonly state: ConnectionState;
}

/** The tasks of a connection, as they were last read. */
export function tasksOf(state: ConnectionState): readonly PlacedTask[] {
  const { session } = state;
  return session === undefined
    ? []
    : [...session.store.snapshot.tasks.values()].map((task) => ({ task, session, state }));
}

/** The task that a reference names, as it was last read. */
export function findTask(sessions: SessionManager, { connection, id }: TaskRef): Task | undefined {
  return sessions.find(connection)?.session?.store.snapshot.tasks.get(id);
}
