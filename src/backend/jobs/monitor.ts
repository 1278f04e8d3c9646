/** Measures running tasks: rows and bytes that go through, kept for a minute, and minute by minute for a day. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../engine/engine";
import type { EngineTask } from "../engine/engine-task";
import { log, reasonOf } from "../log";
import type { Measurement, Measurements } from "./measurements";

const sampleMs = 2_500;
const minuteMs = 60_000;
/** The source is asked for its changes of a task that is so far behind, in milliseconds. */
const behindMs = 1_000;
const keptSamples = 24;
/** Speeds are those of the last samples, so that one slow moment does not show as a standstill. */
const shownSamples = 4;

interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Rows written at the target so far, by any program; it restarts when the server's statistics do. */
  readonly written: number;
  /** Rows of copies that are not committed yet. */
  readonly copying: number;
  /** Bytes carried by the link so far. */
  readonly bytes: number;
  /** How many it may carry per second; undefined: any number. */
  readonly limit: number | undefined;
  /** The end of the source's log and what the target has received of it, in bytes; null: not known. */
  readonly log: LogPosition | null;
  /** Rows that the source has changed so far in the task's tables; null: not asked. */
  readonly changed: number | null;
}

interface LogPosition {
  readonly source: number;
  readonly read: number | null;
}

/** The throughput of a task now, per second, and its totals since the backend was started. */
export interface Rates {
  readonly at: number;
  readonly rows: number;
  readonly bytes: number;
  readonly rowsInAll: number;
  readonly bytesInAll: number;
  /** Bytes per second of the fastest moment of these, and what the link was limited to at one of them. */
  readonly link: { readonly most: number; readonly limit: number | undefined };
  /** The unreceived bytes of the source's log, and its growth and reading in bytes per second; null: not known. */
  readonly log: { readonly open: number; readonly grows: number; readonly reads: number } | null;
}

/** A task to be measured, the bytes its link has carried and may carry per second, and how far both ends of its stream are. */
export interface Measured {
  readonly task: EngineTask;
  readonly bytes: number;
  readonly limit: number | undefined;
  readonly log: LogPosition | null;
  /** How far its target is behind, in milliseconds; undefined: nothing flows. */
  readonly delayMs: number | undefined;
}

/** The samples of one task. */
export class Samples {
  #samples: Sample[] = [];
  #rowsInAll = 0;
  /** A position of the source's log after which the task's tables have not been changed; undefined: not known. */
  #lastChange: number | undefined;

  add(sample: Sample): void {
    const last = this.#samples.at(-1);
    this.#rowsInAll += last === undefined ? 0 : Math.max(sample.written - last.written, 0);
    this.#samples = [...this.#samples, sample].slice(-keptSamples);
    this.#noteChange(last, sample);
  }

  /** Other tables of a source fill its log, too: what comes after the last change of the task's own is read in no time. */
  #noteChange(before: Sample | undefined, { changed, log }: Sample): void {
    if (changed === null || before?.changed !== changed) {
      this.#lastChange = undefined;
    } else {
      this.#lastChange ??= log?.source;
    }
  }

  /** Undefined until there are two samples. */
  rates(): Rates | undefined {
    const shown = this.#samples.slice(-shownSamples);
    const [first, last] = [shown.at(0), shown.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) {
      return undefined;
    }
    const perSecond = (growth: number) => Math.max(growth, 0) / ((last.at - first.at) / 1_000);
    return {
      at: last.at,
      rows: perSecond(last.written + last.copying - first.written - first.copying),
      bytes: perSecond(last.bytes - first.bytes),
      rowsInAll: this.#rowsInAll,
      bytesInAll: last.bytes,
      link: linkRates(shown),
      log: logRates(shown, this.#lastChange),
    };
  }
}

/** A limit that was lifted a moment ago is still why a task is behind. */
function linkRates(samples: readonly Sample[]): Rates["link"] {
  const speeds = samples.slice(1).map(({ at, bytes }, index) => {
    const before = samples[index] ?? { at, bytes };
    return at > before.at ? (bytes - before.bytes) / ((at - before.at) / 1_000) : 0;
  });
  return { most: Math.max(0, ...speeds), limit: samples.findLast(({ limit }) => limit !== undefined)?.limit };
}

/** @param until the position of the last change of the task's tables; undefined: they may change still. */
function logRates(samples: readonly Sample[], until: number | undefined): Rates["log"] {
  const known = samples.flatMap(({ at, log }) =>
    log === null || log.read === null ? [] : [{ at, source: log.source, read: log.read }],
  );
  const [first, before, last] = [known.at(0), known.at(-2), known.at(-1)];
  if (first === undefined || before === undefined || last === undefined || last.read < first.read) {
    return null;
  }
  const perSecond = (growth: number, since: Sample["at"]) => growth / ((last.at - since) / 1_000);
  return {
    open: Math.max((until ?? last.source) - last.read, 0),
    // Of the last moment: a burst that is over does not count.
    grows: until === undefined ? perSecond(last.source - before.source, before.at) : 0,
    reads: perSecond(last.read - first.read, first.at),
  };
}

/** Measures in the background from `start` to `stop`. */
export class Monitor {
  readonly #samples = new Map<string, Samples>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** The measurements of this minute, which began at the given time. */
  #minute = { from: Date.now(), tasks: new Map<string, Omit<Measurement, "at">>() };

  /** @param running the tasks that run now. @param kept where each minute is kept. */
  constructor(
    private readonly engine: Engine,
    private readonly running: () => readonly Measured[],
    private readonly kept: Pick<Measurements, "add">,
  ) {}

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** Undefined for a task that does not run, or not for long enough. */
  ratesOf(id: string): Rates | undefined {
    return this.#samples.get(id)?.rates();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#sample().catch((error: unknown) => log(`tasks cannot be measured: ${reasonOf(error)}`));
      await delay(sampleMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sample(): Promise<void> {
    const running = this.running();
    const ids = new Set(running.map(({ task }) => task.id));
    for (const id of [...this.#samples.keys()].filter((known) => !ids.has(known))) {
      this.#samples.delete(id);
    }
    const rows = await this.engine.measure(running.map(({ task }) => task));
    const behind = running.filter(({ delayMs }) => delayMs !== undefined && delayMs >= behindMs);
    const changes =
      behind.length === 0
        ? new Map<string, number>()
        : await this.engine.changed(behind.map(({ task }) => task));
    const at = Date.now();
    for (const { task, bytes, limit, log, delayMs } of running) {
      const known = rows.get(task.id);
      if (known === undefined) {
        continue;
      }
      const samples = this.#samples.get(task.id) ?? new Samples();
      this.#samples.set(task.id, samples);
      samples.add({ at, bytes, limit, log, changed: changes.get(task.id) ?? null, ...known });
      const before = this.#minute.tasks.get(task.id);
      const delays = [before?.delayMs, delayMs].filter((ms) => ms != null);
      this.#minute.tasks.set(task.id, {
        delayMs: delays.length === 0 ? null : Math.max(...delays),
        rows: samples.rates()?.rows ?? before?.rows ?? null,
      });
    }
    if (at - this.#minute.from >= minuteMs) {
      const { tasks } = this.#minute;
      this.#minute = { from: at, tasks: new Map() };
      if (tasks.size > 0) {
        await this.kept.add(at, tasks);
      }
    }
  }
}
