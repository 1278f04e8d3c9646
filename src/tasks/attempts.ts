/** The actions that this window's user or an agent requested, and their outcomes. */
import type { Shown } from "../l10n/shown";
import type { ActionId } from "../status/actions";

/** The outcome of an action that the service accepted. `at`: when it was seen, milliseconds since 1970. */
export interface Outcome {
  /** `failed`: the task has failed since; `open`: nothing has come of it within the time that it was followed for. */
  readonly kind: "reached" | "failed" | "open";
  readonly at: number;
  /** With `failed`: whether the task had failed with this error before. */
  readonly again?: boolean | undefined;
}

export interface Attempt {
  readonly action: ActionId;
  /** When the service accepted it, milliseconds since 1970. */
  readonly at: number;
  /** Who asked for it, if not the user. */
  readonly by?: "agent" | undefined;
  /** How many attempts in a row, with this one, have ended in the same error. */
  readonly count: number;
  /** Undefined while it is followed. */
  readonly outcome?: Outcome | undefined;
}

/** A step of a remedy that was taken since the last action. */
export interface TakenStep {
  /** What it did. */
  readonly text: Shown;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Ref {
  readonly connection: string;
  readonly id: string;
}

/** For how long an outcome that was shown to the user is not reported again, in milliseconds. */
const freshMs = 20_000;

const keyOf = ({ connection, id }: Ref) => `${connection}/${id}`;

/** The last attempt at each task, and which tasks the user looks at. */
export class Attempts {
  readonly #last = new Map<string, Attempt>();
  readonly #steps = new Map<string, TakenStep>();
  readonly #seen = new Set<string>();
  readonly #listeners = new Set<() => void>();

  of(task: Ref): Attempt | undefined {
    return this.#last.get(keyOf(task));
  }

  /** The last step that was taken since the last action. */
  stepOf(task: Ref): TakenStep | undefined {
    return this.#steps.get(keyOf(task));
  }

  /** Notes what a step of a remedy did. */
  take(task: Ref, step: TakenStep): void {
    this.#steps.set(keyOf(task), step);
    this.#tell();
  }

  /** Notes that an action was accepted. @param by who asked for it, if not the user. */
  begin(task: Ref, action: ActionId, at: number, by?: "agent"): void {
    this.#steps.delete(keyOf(task));
    this.#set(task, { action, at, by, count: this.of(task)?.count ?? 0 });
  }

  /** Notes what became of the last action. @returns the attempt. */
  end(task: Ref, outcome: Outcome): Attempt | undefined {
    const attempt = this.of(task);
    if (attempt === undefined) {
      return undefined;
    }
    const count = outcome.kind !== "failed" ? 0 : outcome.again === true ? attempt.count + 1 : 1;
    const ended = { ...attempt, count, outcome };
    this.#set(task, ended);
    return ended;
  }

  /**
   * Whether the user knows of a failure or a recovery already: the user's action is followed still, or has just come to
   * that, or a step was just taken after which the task recovers by itself.
   *
   * @param now milliseconds since 1970.
   */
  covers(task: Ref, what: "failed" | "recovered", now: number): boolean {
    const attempt = this.of(task);
    const stepAt = this.stepOf(task)?.at;
    if (what === "recovered" && stepAt !== undefined && Math.abs(now - stepAt) < freshMs) {
      return true;
    }
    if (attempt?.by === "agent") {
      return false;
    }
    if (attempt?.outcome === undefined) {
      return attempt !== undefined;
    }
    const { kind, at } = attempt.outcome;
    return Math.abs(now - at) < freshMs && kind === (what === "failed" ? "failed" : "reached");
  }

  /** Notes whether a page of a task is on the screen. */
  setSeen(task: Ref, seen: boolean): void {
    if (seen) {
      this.#seen.add(keyOf(task));
    } else {
      this.#seen.delete(keyOf(task));
    }
  }

  isSeen(task: Ref): boolean {
    return this.#seen.has(keyOf(task));
  }

  /** @returns the function that ends the listening. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(task: Ref, attempt: Attempt): void {
    this.#last.set(keyOf(task), attempt);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
