import type { ServerResponse } from "node:http";

/** The users of this backend: each holds a call of `GET /_local/presence` open. */
export class Presences {
  readonly #present = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  #begun = false;

  /**
   * @param unusedMs how long nobody may be present; undefined: for ever.
   * @param onUnused is called when nobody was present for so long.
   */
  constructor(
    private readonly unusedMs: number | undefined,
    private readonly onUnused: () => void,
  ) {}

  /** From now on somebody has to be present. */
  begin(): void {
    this.#begun = true;
    this.#watch();
  }

  /** Somebody is present for as long as this answer is open. */
  hold(answer: ServerResponse): void {
    this.#present.add(answer);
    this.#watch();
    answer.once("close", () => {
      this.#present.delete(answer);
      this.#watch();
    });
    answer.writeHead(200, { "content-type": "application/json" });
    answer.write('{"present":true}\n');
  }

  /** Nobody is waited for any more. */
  end(): void {
    this.#begun = false;
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#begun && this.#present.size === 0 && this.unusedMs !== undefined) {
      this.#timer = setTimeout(this.onUnused, this.unusedMs);
    }
  }
}
