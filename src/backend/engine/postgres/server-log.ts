/**
 * Subscriptions in a target server's log. No catalog holds the text of a worker's error; the log does, with
 * the prefix `%m|%p|%b|%e|` (time, process, kind of process, SQLSTATE).
 */
import { shortened } from "../../log";

/** An error of a worker. */
export interface WorkerError {
  readonly sqlState: string;
  /** The error, in one line. */
  readonly message: string;
  /** The server's words, part by part; empty where it had none. */
  readonly text: string;
  readonly detail: string;
  readonly context: string;
  /** Whether all of it has arrived. */
  readonly complete: boolean;
}

/** Changes of one table that found no row. */
export interface MissingRows {
  readonly updates: number;
  readonly deletes: number;
}

type Part = "detail" | "context" | "other";

const rememberedWorkers = 500;
/** A worker's message when another that applies a large transaction for it has failed, and has logged why. */
const echo = "logical replication parallel apply worker exited due to error";

const parts: Readonly<Record<string, Part>> = {
  DETAIL: "detail",
  CONTEXT: "context",
  HINT: "other",
  QUERY: "other",
  STATEMENT: "other",
};

/** Reads the log of one server line by line. */
export class ServerLog {
  readonly #subscriptionByPid = new Map<string, string>();
  readonly #errors = new Map<string, WorkerError>();
  readonly #missing = new Map<string, Map<string, MissingRows>>();
  /** The process whose error is being read, and the part of it that the last line belonged to. */
  #open: { readonly pid: string; readonly part: Part } | undefined;

  /** Takes one line of the log. */
  read(line: string): void {
    const match = /^[^|]*\|(\d+)\|([^|]*)\|(\w*)\|(\w+):\s+(.*)$/.exec(line);
    if (match === null) {
      // Further lines of a part are indented by a tab.
      if (line.startsWith("\t") && this.#open !== undefined) {
        this.#extend(this.#open.pid, this.#open.part, `\n${line.slice(1)}`);
      }
      return;
    }
    const [, pid = "", kind = "", sqlState = "", severity = "", text = ""] = match;
    if (!kind.startsWith("logical replication")) {
      this.#open = this.#open && { pid: this.#open.pid, part: "other" };
      return;
    }
    const started = /worker for subscription "([^"]+)".* has started$/.exec(text);
    if (started?.[1] !== undefined) {
      this.#remember(pid, started[1]);
      return;
    }
    const missing = /^conflict detected on relation "(.+)": conflict=(update|delete)_missing$/.exec(text);
    if (missing?.[1] !== undefined) {
      this.#count(pid, missing[1], missing[2] === "update" ? "updates" : "deletes");
    }
    const known = text === echo ? this.#errorOf(pid) : undefined;
    if (known !== undefined) {
      this.#note(pid, { ...known, complete: true });
      this.#open = undefined;
      return;
    }
    if (severity === "ERROR" || severity === "FATAL") {
      this.#note(pid, { sqlState, message: text, text, detail: "", context: "", complete: false });
      this.#open = { pid, part: "other" };
      return;
    }
    if (this.#open?.pid !== pid) {
      return;
    }
    const part = parts[severity];
    if (part === undefined) {
      const error = this.#errorOf(pid);
      if (error !== undefined) {
        this.#note(pid, { ...error, complete: true });
      }
      this.#open = undefined;
      return;
    }
    this.#open = { pid, part };
    this.#extend(pid, part, text);
  }

  /** The last error of a subscription's workers since `forget`. */
  lastErrorOf(subscription: string): WorkerError | undefined {
    const error = this.#errors.get(subscription);
    return error && { ...error, message: shortened(error.message) };
  }

  /** By table (`schema.table`): changes that have found no row since `forget`, as PostgreSQL 18 logs each of them. */
  missingRowsOf(subscription: string): ReadonlyMap<string, MissingRows> {
    return this.#missing.get(subscription) ?? new Map();
  }

  forget(subscription: string): void {
    this.#errors.delete(subscription);
    this.#missing.delete(subscription);
  }

  #count(pid: string, table: string, what: keyof MissingRows): void {
    const subscription = this.#subscriptionByPid.get(pid);
    if (subscription === undefined) {
      return;
    }
    const tables = this.#missing.get(subscription) ?? new Map<string, MissingRows>();
    this.#missing.set(subscription, tables);
    const { updates, deletes } = tables.get(table) ?? { updates: 0, deletes: 0 };
    tables.set(table, { updates, deletes, [what]: (what === "updates" ? updates : deletes) + 1 });
  }

  #errorOf(pid: string): WorkerError | undefined {
    const subscription = this.#subscriptionByPid.get(pid);
    return subscription === undefined ? undefined : this.#errors.get(subscription);
  }

  #extend(pid: string, part: Part, text: string): void {
    const error = this.#errorOf(pid);
    if (error === undefined || part === "other") {
      return;
    }
    const message = part === "detail" && error.detail === "" ? `${error.text} (${text})` : error.message;
    this.#note(pid, { ...error, message, [part]: error[part] + text });
  }

  #note(pid: string, error: WorkerError): void {
    const subscription = this.#subscriptionByPid.get(pid);
    if (subscription !== undefined) {
      this.#errors.set(subscription, error);
    }
  }

  #remember(pid: string, subscription: string): void {
    this.#subscriptionByPid.delete(pid);
    this.#subscriptionByPid.set(pid, subscription);
    const oldest = this.#subscriptionByPid.keys().next();
    if (this.#subscriptionByPid.size > rememberedWorkers && oldest.done !== true) {
      this.#subscriptionByPid.delete(oldest.value);
    }
  }
}
