import type { TablesCaller } from "../../drs/client";
import { DrsError, faultOf, isDrsError } from "../../drs/errors";
import { isFreezeRefusal } from "../../drs/freeze-refusal";
import type { TaskStore } from "../store";
import type { LocalTasks } from "./local-tasks";

/** An open connection as use cases need it. */
export interface TaskSession {
  readonly client: TablesCaller;
  readonly store: Pick<TaskStore, "snapshot" | "refresh" | "noteRefusal">;
  readonly control: Control;
  /** Absent where the service is not the local backend. */
  readonly local?: LocalTasks;
}

/** A connection to the local backend. */
export type LocalSession = TaskSession & Required<Pick<TaskSession, "local">>;

/** Whether a connection can do what only the local backend does. */
export function isLocal<S extends TaskSession>(session: S): session is S & LocalSession {
  return session.local !== undefined;
}

/**
 * The gate to everything that changes something through a connection. Once the service has refused something for lack
 * of permission, nothing more is sent; what is under way is not begun a second time.
 */
export class Control {
  readonly #running = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #refusal: DrsError | undefined;

  /** Why this connection is read-only; undefined while that is not known to be so. */
  get refusal(): DrsError | undefined {
    return this.#refusal;
  }

  /** Called when the connection is found to be read-only, or is tried again. */
  onDidChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Lets everything pass again; on the user's demand only. */
  reset(): void {
    this.#set(undefined);
  }

  /** Marks something as under way. @returns false when it is already. */
  begin(key: string): boolean {
    const begins = !this.#running.has(key);
    this.#running.add(key);
    return begins;
  }

  /** @param error why it failed; a lack of permission makes the connection read-only. */
  end(key: string, error?: unknown): void {
    this.#running.delete(key);
    const reason = isDrsError(error) || !(error instanceof Error) ? error : error.cause;
    // A freeze is refused with 403, too, but does not make the user a read-only one.
    if (isDrsError(reason) && reason.failure.kind === "permission" && !isFreezeRefusal(reason.failure)) {
      this.#set(reason);
    }
  }

  /**
   * Does something that changes something.
   *
   * @throws DrsError without sending anything when the connection is read-only or the same is under way; what `work` throws.
   */
  async run<T>(operation: string, key: string, work: () => Promise<T>): Promise<T> {
    if (this.#refusal !== undefined) {
      throw this.#refusal;
    }
    if (!this.begin(key)) {
      throw new DrsError({ operation, kind: "illegalState", ...faultOf("underWay") });
    }
    try {
      const result = await work();
      this.end(key);
      return result;
    } catch (error) {
      this.end(key, error);
      throw error;
    }
  }

  #set(refusal: DrsError | undefined): void {
    if (refusal !== this.#refusal) {
      this.#refusal = refusal;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

/** Does something to a task, and reads the task again whatever became of it. @throws as `Control.run` does. */
export async function changing<T>(
  { control, store }: TaskSession,
  operation: string,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await control.run(operation, id, work);
    await store.refresh(id);
    return result;
  } catch (error) {
    if (isDrsError(error)) {
      store.noteRefusal(id, error);
    }
    // An error is reported at once; the outcome shows later in the task itself.
    void store.refresh(id);
    throw error;
  }
}
