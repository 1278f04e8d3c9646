/** The real client and store in a process of their own, as in an extension host: what wrong answers cost it. */
import { served, table } from "../../src/drs/all-operations";
import { DrsClient } from "../../src/drs/client";
import { systemClock } from "../../src/drs/clock";
import { explain } from "../../src/drs/error-text";
import { isDrsError } from "../../src/drs/errors";
import { localizerFor } from "../../src/l10n/localizer";
import { TaskStore } from "../../src/tasks/store";
import { fill } from "./texts";

export interface FuzzOutcome {
  /** Bytes of heap and buffers that V8 held before, at most, and at the end. */
  readonly start: number;
  readonly peak: number;
  readonly end: number;
  /** Bytes that the process grew by at most, with what its allocator keeps for later. */
  readonly resident: number;
  /** The longest time that the event loop stood, in milliseconds. */
  readonly longestBlock: number;
  readonly answered: number;
  readonly refused: number;
  /** Errors that are none of the client's. */
  readonly foreign: readonly string[];
  /** The longest text that an error comes to. */
  readonly longestText: number;
  readonly lines: number;
}

const lanes = 3;
const timeoutMs = 400;
const id = "a".repeat(36);
const input = {
  jobs: [id],
  job_id: id,
  cur_page: 1,
  per_page: 100,
  db_use_type: "sync",
  offset: 0,
  limit: 10,
};

/** Makes so many calls, of every operation that reads, and refreshes of a store in between. Node runs with `--expose-gc`. */
export async function runFuzzedClient(endpoint: string, calls: number): Promise<FuzzOutcome> {
  let lines = 0;
  const client = new DrsClient({
    ...{ endpoint, projectId: "p", accessKey: "AK", secretKey: "SK", timeoutMs: () => timeoutMs },
    onMismatch: () => void lines++,
  });
  const intervals = {
    soon: 1,
    fast: 1,
    steady: 1,
    background: 1,
    longest: 1,
    detailMaxAge: 0,
    perRequest: 0,
  };
  const store = new TaskStore(client, intervals, systemClock, undefined, true);
  const reading = served.filter((name) => table[name].reads);
  const english = localizerFor("en", fill);
  const foreign = new Set<string>();
  let [answered, refused, longestText] = [0, 0, 0];
  const one = async (index: number) => {
    try {
      if (index % 10 === 9) {
        await store.refresh();
        const { problem } = store.snapshot;
        if (problem !== undefined) {
          throw problem;
        }
      } else {
        const name = reading[index % reading.length];
        await client.callIn(table, name as "listJobs", input as never);
      }
      answered++;
    } catch (error) {
      refused++;
      longestText = Math.max(longestText, explain(error, english).length);
      if (!isDrsError(error)) {
        foreign.add(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    }
  };
  for (let index = 0; index < 60; index++) {
    await one(index);
  }
  globalThis.gc?.();
  const start = heldBytes();
  const residentBefore = process.memoryUsage.rss();
  const watch = new LoopWatch();
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < calls) {
        await one(next++);
      }
    }),
  );
  watch.end();
  store.dispose();
  client.dispose();
  globalThis.gc?.();
  const end = heldBytes();
  const { peak, longestBlock } = watch;
  const resident = watch.resident - residentBefore;
  return {
    start,
    peak,
    end,
    resident,
    longestBlock,
    answered,
    refused,
    foreign: [...foreign],
    longestText,
    lines,
  };
}

function heldBytes(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}

/** Looks every few milliseconds how much memory there is, and how long the loop has stood by its own work. */
class LoopWatch {
  peak = 0;
  resident = 0;
  longestBlock = 0;
  #before = performance.now();
  #cpu = process.cpuUsage();
  readonly #timer = setInterval(() => this.#look(), 5);

  end(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    const [now, cpu] = [performance.now(), process.cpuUsage(this.#cpu)];
    // On a busy machine the process may not have run all the time.
    const worked = Math.min(now - this.#before, (cpu.user + cpu.system) / 1000);
    this.longestBlock = Math.max(this.longestBlock, worked);
    this.peak = Math.max(this.peak, heldBytes());
    this.resident = Math.max(this.resident, process.memoryUsage.rss());
    this.#before = now;
    this.#cpu = process.cpuUsage();
  }
}
