/**
 * What a target server's log says of subscriptions. No catalog holds the text of a worker's error; the log does, with
 * the prefix `%m|%p|%b|%e|` (time, process, kind of process, SQLSTATE).
 */

/** An error of a worker. */
export interface WorkerError {
  readonly sqlState: string;
  readonly message: string;
}

const rememberedWorkers = 500;

/** Reads the log of one server line by line. */
export class ServerLog {
  readonly #subscriptionByPid = new Map<string, string>();
  readonly #errors = new Map<string, WorkerError>();
  /** The process whose error's further lines (DETAIL) are awaited. */
  #open: string | undefined;

  /** Takes one line of the log. */
  read(line: string): void {
    const match = /^[^|]*\|(\d+)\|([^|]*)\|(\w*)\|(\w+):\s+(.*)$/.exec(line);
    if (match === null) {
      return;
    }
    const [, pid = "", kind = "", sqlState = "", severity = "", text = ""] = match;
    if (!kind.startsWith("logical replication")) {
      return;
    }
    const started = /worker for subscription "([^"]+)".* has started$/.exec(text);
    if (started?.[1] !== undefined) {
      this.#remember(pid, started[1]);
    } else if (severity === "ERROR" || severity === "FATAL") {
      this.#note(pid, { sqlState, message: text });
      this.#open = pid;
    } else if (severity === "DETAIL" && this.#open === pid) {
      const error = this.#errorOf(pid);
      if (error !== undefined) {
        this.#note(pid, { sqlState: error.sqlState, message: `${error.message} (${text})` });
      }
    }
  }

  /** The last error of a subscription's workers since `forget`. */
  lastErrorOf(subscription: string): WorkerError | undefined {
    return this.#errors.get(subscription);
  }

  forget(subscription: string): void {
    this.#errors.delete(subscription);
  }

  #errorOf(pid: string): WorkerError | undefined {
    const subscription = this.#subscriptionByPid.get(pid);
    return subscription === undefined ? undefined : this.#errors.get(subscription);
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
