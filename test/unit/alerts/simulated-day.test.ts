import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertEngine } from "../../../src/alerts/alert-engine";
import type { TaskReading } from "../../../src/alerts/alert-engine-host";
import { openAlertRecords } from "../../../src/alerts/alert-records";
import type { Policy } from "../../../src/alerts/evaluate";
import { signRuleIds } from "../../../src/alerts/rules/rules";
import { pollIntervalsOf } from "../../../src/connections/poll-intervals";
import type { TablesCaller } from "../../../src/drs/client";
import { pause } from "../../../src/drs/clock";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";
import { TaskStore } from "../../../src/tasks/store";
import { ManualClock } from "../../support/clock";
import { Random } from "../../support/random";
import { MemoryService } from "../../support/service";
import { graceMs, longestOverlap, SimulatedDay, type Span } from "../../support/simulated-day";

const minute = 60_000;
const isSoak = process.env.DRS_SOAK === "1";
const count = isSoak ? 2_000 : 600;
const lengthMs = (isSoak ? 24 : 4) * 60 * minute;
/** The first list of so many tasks is read in parts; what it shows is no news. */
const warmUpMs = graceMs;

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: {},
  signRules: new Set(signRuleIds),
};

/** Store and alerts of one window, which shares its records with the other. */
class Window {
  readonly store: TaskStore;
  readonly #engine: AlertEngine;
  /** What is still being decided. */
  #deciding: Promise<void> = Promise.resolve();

  constructor(
    service: MemoryService,
    latency: Random,
    folder: string,
    clock: ManualClock,
    tell: (task: string, condition: StatusId) => void,
    flaps: (task: string, begins: boolean) => void,
    warn: (message: string) => void,
  ) {
    // A network that takes its time, so that the windows read one after the other, also after a sleep.
    const slow = async () => await pause(20 + latency.below(400), clock, undefined);
    const caller: TablesCaller = {
      call: async (...args) => {
        await slow();
        return await service.caller.call(...args);
      },
      callIn: async (...args) => {
        await slow();
        return await service.caller.callIn(...args);
      },
    };
    const reading = (): TaskReading | undefined => {
      const { tasks, asOf, readTimes, unread } = this.store.snapshot;
      return asOf === undefined
        ? undefined
        : { connection: "shop", tasks, asOf, readTimes, complete: unread === undefined };
    };
    this.store = new TaskStore(caller, pollIntervalsOf.cloud, clock);
    this.#engine = new AlertEngine(openAlertRecords(folder), clock, {
      policy: () => policy,
      scope: () => () => true,
      muted: () => false,
      snoozedUntil: () => 0,
      refresh: async () => undefined,
      connections: () => ["shop"],
      readings: () => [reading()].filter((one) => one !== undefined),
      notify: (notices) => {
        for (const { level, condition, task, flaps: often } of notices) {
          flaps(task.id, often !== undefined && level !== "recovered");
          if (level !== "recovered") {
            tell(task.id, condition as StatusId);
          }
        }
      },
      frozenElsewhere: () => assert.fail("no call is refused"),
      warn,
    });
    this.store.onDidChange((changes) => {
      const now = reading();
      if (now !== undefined) {
        this.#deciding = this.#engine.process(now, changes);
      }
    });
    this.store.setDemand("view", "visible");
  }

  async settle(): Promise<void> {
    await this.#deciding;
  }

  /** Another window has told something. */
  hear(): void {
    this.#deciding = this.#engine.followRecords();
  }

  close(): void {
    this.store.dispose();
    this.#engine.dispose();
  }
}

describe(`a day of ${count} tasks in two windows`, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drs-day-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it(`reports every failure and freeze once and invents none, over ${lengthMs / 60 / minute} h with restarts, sleeps and faults`, async () => {
    const random = new Random();
    const clock = new ManualClock();
    const service = new MemoryService();
    const begin = clock.now();
    const end = begin + lengthMs;
    const day = new SimulatedDay(service, random, count, begin);
    const invented: string[] = [];
    const warnings: string[] = [];
    let isNews = false;
    const tell = (task: string, condition: StatusId) => {
      isNews = true;
      if (!day.tell(task, condition, clock.now())) {
        invented.push(`${task} ${condition}`);
      }
    };
    /** When tasks were told to fail again and again: what they did meanwhile is not told one by one. */
    const flapping = new Map<string, Span[]>();
    const flaps = (task: string, begins: boolean) => {
      const spans = flapping.get(task) ?? [];
      const last = spans.at(-1);
      if (begins) {
        flapping.set(task, [...spans, [clock.now() - graceMs, Number.POSITIVE_INFINITY]]);
      } else if (last !== undefined) {
        flapping.set(task, [...spans.slice(0, -1), [last[0], Math.min(last[1], clock.now())]]);
      }
    };
    const isFlapping = ({ task, begin: from }: { task: string; begin: number }) =>
      flapping.get(task)?.some(([since, to]) => from >= since && from < to) === true;
    const open = () => new Window(service, random, folder, clock, tell, flaps, (line) => warnings.push(line));
    const windows: (Window | undefined)[] = [open(), open()];
    /** When at least one window could see what the service says. */
    const awake: [from: number, to: number][] = [];
    let isBlind = true;
    const look = () => {
      const now = clock.now();
      const blind = service.failing.size > 0 || windows.every((window) => window === undefined);
      if (isBlind && !blind) {
        awake.push([now, Number.POSITIVE_INFINITY]);
      } else if (!isBlind && blind) {
        cut(now);
      }
      isBlind = blind;
    };
    const cut = (now: number) => {
      const last = awake.at(-1);
      if (last !== undefined) {
        last[1] = Math.min(last[1], now);
      }
    };
    const done = { restarts: 0, sleeps: 0, faults: 0 };
    const later = (ms: number, work: () => void) => {
      const due = clock.now() + ms;
      pending.push({ due, work });
    };
    const pending: { readonly due: number; readonly work: () => void }[] = [];

    /** One thing that goes wrong around the tasks, and the next one after a while. */
    const disturb = () => {
      later((2 + random.below(8)) * 6 * minute, disturb);
      const kind = random.below(3);
      if (kind === 0) {
        done.restarts++;
        // One of them, or both at once.
        const closing = random.pick<readonly number[]>([[0], [1], [0, 1]]);
        for (const index of closing) {
          windows[index]?.close();
          windows[index] = undefined;
          later(random.below(12) * minute, () => {
            windows[index] ??= open();
          });
        }
      } else if (kind === 1) {
        done.faults++;
        const operation = random.pick(["listJobs", "batchDetail", "batchStatus", "batchProgress"]);
        service.failing.set(
          operation,
          random.pick(["network", "timeout", "throttled", "service", "protocol"]),
        );
        later((1 + random.below(30)) * 6_000, () => service.failing.delete(operation));
      } else {
        done.sleeps++;
        cut(clock.now());
        isBlind = true;
        clock.jump((1 + random.below(40)) * minute);
        for (const window of windows) {
          window?.store.wake();
        }
      }
    };
    later(warmUpMs + 10 * minute, disturb);

    const heartbeat = () => {
      clock.after(15_000, heartbeat);
    };
    heartbeat();
    look();
    while (clock.now() < end) {
      clock.tick();
      const now = clock.now();
      day.advance(now);
      for (const one of pending.filter(({ due }) => due <= now)) {
        pending.splice(pending.indexOf(one), 1);
        one.work();
      }
      look();
      // What is in memory answers within a turn of the loop, what is on the disk is waited for.
      await new Promise((resolve) => setImmediate(resolve));
      for (const window of windows) {
        if (isNews) {
          window?.hear();
        }
        await window?.settle();
      }
      isNews = false;
    }
    cut(end);
    for (const window of windows) {
      window?.close();
    }

    const about = `seed ${random.seed}`;
    const name = ({ task, condition, begin: from }: { task: string; condition: string; begin: number }) =>
      `${task} ${condition} after ${Math.round((from - begin) / minute)} min`;
    const within = day.episodes.map((episode) => ({
      ...episode,
      visible: episode.visible.map(([from, to]): Span => [from, Math.min(to, end)]),
    }));
    const isSeen = (spans: readonly Span[]) => longestOverlap(spans, awake) > graceMs;
    /** Who slept through a recovery has told of what is there again. */
    const isKnown = (one: (typeof within)[number]): boolean => {
      const { task, condition, begin: from } = one;
      const last = within.findLast((o) => o.task === task && o.condition === condition && o.end <= from);
      return last !== undefined && !isSeen([[last.end, from]]) && (last.told.length > 0 || isKnown(last));
    };
    const missed = within.filter(
      (one) => one.told.length === 0 && isSeen(one.visible) && !isFlapping(one) && !isKnown(one),
    );
    const repeated = within.filter(({ told }) => told.length > 1);
    const late = within.filter(({ told, end: over }) => (told[0] ?? 0) > over + graceMs);
    console.log(
      `      ${about}: ${day.transitions} transitions, ${within.length} failures and freezes, ${
        within.filter(({ told }) => told.length === 1).length
      } told, ${flapping.size} tasks flapped; ${JSON.stringify(done)}`,
    );
    assert.deepEqual(missed.map(name), [], `${about}: not told`);
    assert.deepEqual(repeated.map(name), [], `${about}: told more than once`);
    assert.deepEqual(invented, [], `${about}: invented`);
    assert.deepEqual(late.map(name), [], `${about}: told when it was long over`);
    assert.deepEqual([...new Set(warnings)], [], about);
  });
});
