/** The log that a source retains for a task: how much, how fast it grows, and when it is lost or the disk is full. */
import type { RetainedLog } from "../engine-state";
import type { EngineTask } from "../engine-task";
import type { StreamFinding } from "../stream-finding";
import type { Databases } from "./databases";
import { DiskRoom } from "./disk-room";
import { finding } from "./finding";
import type { SlotFacts } from "./publisher";

const sampleMs = 5_000;
const mostSamples = 120;
/** A rate is measured over this time at least. */
const shortestMs = 10_000;
/** Of the limit: from where it is warned of, and where that is over. */
const near = { begins: 0.75, ends: 0.5 };
/** A limit that is reached so soon is near, too, from a part of it on. */
const soonMs = 60 * 60_000;
const soonFrom = 0.25;
/** From where a log without a limit is warned of, while nobody reads it. */
const muchLog = 1024 ** 3;
/** From where the disk of the source is asked for. */
const askFrom = 16 * 1024 ** 2;

/** The log that a task's slot retains, in bytes. */
export interface SlotLog {
  readonly bytes: number;
  readonly limit: number | null;
  /** Bytes to write until the log may be lost; null: not known, or without a limit. */
  readonly room: number | null;
}

/** Measures the log that is retained for one task. */
export class RetainedLogMeter {
  #samples: { readonly at: number; readonly bytes: number }[] = [];
  #isNear = false;

  /** @param disk the free space of the source's disk, in bytes; undefined: not known. */
  read(now: number, { bytes, limit, room }: SlotLog, disk: number | undefined): RetainedLog {
    const last = this.#samples.at(-1);
    if (last !== undefined && bytes < last.bytes) {
      // Its reader has moved on: its earlier growth says nothing.
      this.#samples = [];
    }
    if (last === undefined || bytes < last.bytes || now - last.at >= sampleMs) {
      this.#samples = [...this.#samples, { at: now, bytes }].slice(-mostSamples);
    }
    const [first] = this.#samples;
    const rate =
      first === undefined || now - first.at < shortestMs
        ? undefined
        : ((bytes - first.bytes) / (now - first.at)) * 1_000;
    const when = (left: number | undefined) =>
      left === undefined || rate === undefined || rate <= 0 ? undefined : now + (left / rate) * 1_000;
    const left = limit === null ? undefined : Math.max(room ?? limit - bytes, 0);
    return { bytes, limit, rate, lostAt: when(left), diskFullAt: when(disk) };
  }

  /** @param reads whether somebody reads it. @param disk as in `read`. */
  findings(
    now: number,
    log: RetainedLog,
    reads: boolean,
    disk: number | undefined,
  ): readonly StreamFinding[] {
    const { bytes, limit, lostAt } = log;
    if (limit !== null) {
      const soon = lostAt !== undefined && lostAt - now < soonMs && bytes > limit * soonFrom;
      this.#isNear = bytes > limit * near.begins || soon || (this.#isNear && bytes > limit * near.ends);
      const values = { bytes: inWords(bytes), limit: inWords(limit) };
      return this.#isNear ? [finding("logNearLimit", "source", undefined, values)] : [];
    }
    if (reads || bytes < muchLog) {
      return [];
    }
    return disk !== undefined && disk < bytes
      ? [finding("logFillsDisk", "source", undefined, { bytes: inWords(bytes), room: inWords(disk) })]
      : [finding("logUnlimited", "source", undefined, { bytes: inWords(bytes) })];
  }
}

/** Watches the logs that are kept for all tasks. */
export class RetainedLogs {
  readonly #meters = new Map<string, RetainedLogMeter>();
  readonly #disk: DiskRoom;

  constructor(databases: Databases) {
    this.#disk = new DiskRoom(databases);
  }

  forget(id: string): void {
    this.#meters.delete(id);
  }

  /** @param slot undefined: it is gone. @param reads whether somebody reads it. */
  async read(
    { id, source }: EngineTask,
    slot: SlotFacts | undefined,
    reads: boolean,
  ): Promise<{ readonly retainedLog: RetainedLog | undefined; readonly findings: readonly StreamFinding[] }> {
    if (slot?.kept !== true || slot.kept_bytes === null) {
      return { retainedLog: undefined, findings: [finding("logLost", "source", undefined)] };
    }
    const meter = this.#meters.get(id) ?? new RetainedLogMeter();
    this.#meters.set(id, meter);
    const now = Date.now();
    const { kept_bytes: bytes, keep_limit: limit, keep_room: room } = slot;
    const disk = reads || bytes < askFrom ? undefined : await this.#disk.of(source);
    const retainedLog = meter.read(now, { bytes, limit, room }, disk);
    return { retainedLog, findings: meter.findings(now, retainedLog, reads, disk) };
  }
}

/** `1.5 GB`; two digits. */
export function inWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), units.length - 1);
  return `${Number((bytes / 1024 ** step).toPrecision(2))} ${units[step]}`;
}
