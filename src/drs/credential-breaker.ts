/** Keeps a service from locking an access key, which it does after five refused signatures. */
import type { DrsError } from "./errors";

/** At most this many reading calls are under way at once: those that are sent when a key stops being taken are all refused. */
const lanes = 2;

/**
 * Lets no call pass any more once the proof of identity was refused, until `reopen`. Reading calls go two at a time, and
 * one at a time until one has succeeded; calls that change something never wait for others.
 */
export class CredentialBreaker {
  #refusal: DrsError | undefined;
  #proven = false;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /** Sends again; on the user's demand only. */
  reset(): void {
    this.#refusal = undefined;
    this.#proven = false;
  }

  /** Takes note that the proof was refused. */
  trip(error: DrsError): void {
    this.#refusal ??= error;
  }

  /**
   * Sends when it may.
   *
   * @param reads whether the call only reads.
   * @throws the refusal, without sending anything; the signal's reason when it aborts.
   */
  async run<T>(reads: boolean, signal: AbortSignal | undefined, send: () => Promise<T>): Promise<T> {
    while (reads && this.#refusal === undefined && this.#running >= (this.#proven ? lanes : 1)) {
      await this.#turn(signal);
    }
    if (this.#refusal !== undefined) {
      throw this.#refusal;
    }
    this.#running += reads ? 1 : 0;
    try {
      const answer = await send();
      this.#proven = true;
      return answer;
    } finally {
      this.#running -= reads ? 1 : 0;
      for (const wake of this.#waiting) {
        wake();
      }
    }
  }

  /** Waits until a call has come to its end. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      signal?.addEventListener("abort", wake);
      this.#waiting.add(wake);
    });
    signal?.throwIfAborted();
  }
}
