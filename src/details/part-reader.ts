/** What a page reads for itself while it is on the screen: the parts that are open, and what is measured. */
import type { TablesCaller } from "../drs/client";
import { v5Of } from "../drs/v5";
import type { PastDelay } from "../tasks/delay/facts";
import type { DelaySource } from "../tasks/use-cases/explain-delay";
import type { Query, V5Answer } from "./parts/part";
import { type PartId, type PartValues, partIds, parts } from "./parts/parts";

/** Where to read. */
export interface Source {
  readonly session: DelaySource;
  /** As in `Asked`. */
  past(): readonly PastDelay[];
  /** Milliseconds between readings. */
  readonly pace: number;
}

/** What is known of a part. The last good value stays when a reading fails. */
export interface PartReading<T> {
  readonly value?: T | undefined;
  /** When it was read, milliseconds since 1970. */
  readonly asOf?: number | undefined;
  /** Why the last reading failed. */
  readonly problem?: unknown;
  /** The service does not provide this. */
  readonly absent?: boolean | undefined;
}

export type Readings = { readonly [P in PartId]?: PartReading<PartValues[P]> };

/** Reads for one page. Owns its timer and its requests; ended by `dispose`. */
export class TaskReader {
  readonly #queries = new Map<PartId, Query>();
  readonly #open = new Set<PartId>(["timeline"]);
  readonly #asking = new Map<PartId, AbortController>();
  #readings: Readings = {};
  #client: TablesCaller | undefined;
  #visible = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = new AbortController();

  /**
   * @param source undefined while there is no connection.
   * @param changed called when something was read or asked for.
   * @param measured receives what the service measures now, undefined where it provides no values.
   */
  constructor(
    private readonly id: string,
    private readonly source: () => Source | undefined,
    private readonly changed: () => void,
    private readonly measured: (monitor: V5Answer<"showMonitorData"> | undefined, pace: number) => void,
  ) {}

  get readings(): Readings {
    return this.#readings;
  }

  /** Whether the service has no v5; undefined while nothing was asked. */
  get withoutV5(): boolean | undefined {
    return this.#client === undefined ? undefined : v5Of(this.#client).absent;
  }

  isOpen(part: PartId): boolean {
    return this.#open.has(part);
  }

  query(part: PartId): Query {
    return this.#queries.get(part) ?? { offset: 0, filter: "" };
  }

  /** Reads from now on, or stops. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#end();
    if (visible) {
      this.#round = new AbortController();
      this.#tick();
    }
  }

  /** Opens a part and reads it, or closes it. */
  setOpen(part: PartId, open: boolean): void {
    if (open) {
      this.#open.add(part);
      void this.#read(part);
    } else {
      this.#open.delete(part);
      this.#asking.get(part)?.abort();
      this.#asking.delete(part);
    }
  }

  /** Shows another page of a part. */
  ask(part: PartId, query: Query): void {
    this.#queries.set(part, query);
    this.#readings = { ...this.#readings, [part]: undefined };
    void this.#read(part);
  }

  /** Reads the open parts now. */
  refresh(): void {
    if (this.#visible) {
      for (const part of partIds.filter((one) => this.#open.has(one) && !this.#asking.has(one))) {
        void this.#read(part);
      }
    }
  }

  dispose(): void {
    this.setVisible(false);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#round.abort();
    for (const asking of this.#asking.values()) {
      asking.abort();
    }
    this.#asking.clear();
  }

  #tick(): void {
    const source = this.source();
    if (source !== undefined) {
      void this.#measure(source);
      this.refresh();
    }
    this.#timer = setTimeout(() => this.#tick(), source?.pace ?? 5_000);
  }

  async #measure({ session: { client }, pace }: Source): Promise<void> {
    const { signal } = this.#round;
    const monitor = await v5Of(client)
      .call("showMonitorData", { job_id: this.id }, { signal })
      // The poll of the list reports trouble with the connection.
      .catch(() => undefined);
    if (!signal.aborted) {
      this.measured(monitor, pace);
    }
  }

  async #read<P extends PartId>(part: P): Promise<void> {
    const source = this.source();
    this.#asking.get(part)?.abort();
    if (source === undefined || !this.#visible) {
      return;
    }
    const { session, past } = source;
    const { client } = session;
    const asking = new AbortController();
    this.#asking.set(part, asking);
    if (client !== this.#client) {
      this.#client = client;
      this.#readings = {};
    }
    this.changed();
    const { signal } = asking;
    try {
      const value = await parts[part].read({
        ...{ client, session, past },
        v5: v5Of(client),
        id: this.id,
        query: this.query(part),
        signal,
      });
      this.#keep(part, signal, value === undefined ? { absent: true } : { value, asOf: Date.now() });
    } catch (problem) {
      this.#keep(part, signal, { ...this.#readings[part], problem });
    }
  }

  #keep<P extends PartId>(part: P, signal: AbortSignal, reading: PartReading<PartValues[P]>): void {
    if (!signal.aborted) {
      this.#asking.delete(part);
      this.#readings = { ...this.#readings, [part]: reading };
      this.changed();
    }
  }
}
