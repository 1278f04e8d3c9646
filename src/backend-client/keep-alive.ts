import { longestTimerMs, pause, systemClock } from "../drs/clock";
import type { LocalAccess } from "./access";
import { callBackend } from "./call";

const retryMs = 1_000;

/**
 * Tells a local backend that this window uses it: a call of `GET /_local/presence`, held open until `dispose` and made
 * again when it breaks. A backend that was started for its windows ends when nobody is present any more.
 */
export class KeepAlive {
  readonly #lifetime = new AbortController();

  constructor(local: LocalAccess) {
    this.#hold(local).catch(() => undefined);
  }

  dispose(): void {
    this.#lifetime.abort();
  }

  /** @throws when it is disposed. */
  async #hold({ endpoint, key }: LocalAccess): Promise<void> {
    const { signal } = this.#lifetime;
    for (;;) {
      const call = callBackend(endpoint, {
        path: "/_local/presence",
        key,
        timeoutMs: longestTimerMs,
        signal,
      });
      await call.catch(() => undefined);
      await pause(retryMs, systemClock, signal);
    }
  }
}
