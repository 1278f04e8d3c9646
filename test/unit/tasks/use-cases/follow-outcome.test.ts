import assert from "node:assert/strict";
import type { Clock } from "../../../../src/drs/clock";
import type { ListedJob } from "../../../../src/tasks/decode";
import { followOutcome } from "../../../../src/tasks/use-cases/follow-outcome";
import { MemoryService } from "../../../support/service";
import { sessionOf } from "../../../support/session";

const conflict = (lsn: string): Partial<ListedJob> => ({
  error_msg: `duplicate key, finished at LSN ${lsn}`,
});

/** The statuses that a task comes into, and after how many milliseconds. */
type Course = readonly (readonly [ms: number, status: string, facts?: Partial<ListedJob>])[];

/** A clock that is ahead as soon as somebody waits, and moves a task meanwhile. */
class CourseClock implements Clock {
  #now = 0;
  constructor(
    private readonly service: MemoryService,
    private readonly course: Course,
    private readonly setBack?: { readonly at: number; readonly by: number },
  ) {}

  now(): number {
    return this.#now - (this.setBack !== undefined && this.#now >= this.setBack.at ? this.setBack.by : 0);
  }

  after(ms: number, callback: () => void): () => void {
    this.#now += ms;
    const due = this.course.findLast(([at]) => at <= this.#now);
    if (due !== undefined) {
      const [, status, facts] = due;
      this.service.set("a", status, facts);
    }
    queueMicrotask(callback);
    return () => undefined;
  }

  random(): number {
    return 0;
  }
}

async function outcomeOf(
  action: "resume" | "pause" | "delete" | "end",
  course: Course,
  limitMs?: number,
  setBack?: { readonly at: number; readonly by: number },
) {
  const service = new MemoryService();
  const [[, status, facts] = [0, "", {}]] = course;
  service.set("a", status, facts);
  const session = sessionOf(service.caller);
  await session.store.refresh();
  const task = session.store.snapshot.tasks.get("a");
  assert.ok(task !== undefined);
  const clock = new CourseClock(service, course, setBack);
  return await followOutcome(action, { session, task }, { clock, limitMs });
}

describe("an action that was accepted", () => {
  it("has its effect when a task that was resumed runs and keeps running", async () => {
    const { kind, at } = await outcomeOf("resume", [
      [0, "INCRE_TRANSFER_FAILED", conflict("0/1A")],
      [400, "INCRE_TRANSFER_STARTED"],
    ]);
    assert.equal(kind, "reached");
    assert.ok(at < 2_000, String(at));
  });

  it("has its effect also when the clock is set back meanwhile", async () => {
    const runs: Course = [
      [0, "INCRE_TRANSFER_FAILED"],
      [400, "INCRE_TRANSFER_STARTED"],
    ];
    for (const at of [200, 2_000]) {
      const { kind } = await outcomeOf("resume", runs, undefined, { at, by: 3_600_000 });
      assert.equal(kind, "reached", `set back after ${at} ms`);
    }
  });

  it("has failed again when the task fails a moment later with the same error", async () => {
    const course: Course = [
      [0, "INCRE_TRANSFER_FAILED", conflict("0/1A")],
      [300, "INCRE_TRANSFER_STARTED"],
      [1_500, "INCRE_TRANSFER_FAILED", conflict("0/2B")],
    ];
    const { kind, again } = await outcomeOf("resume", course);
    assert.deepEqual([kind, again], ["failed", true]);
  });

  it("has failed again when nobody saw the task run in between", async () => {
    const { kind, again, at } = await outcomeOf("resume", [
      [0, "INCRE_TRANSFER_FAILED", conflict("0/1A")],
      [1, "INCRE_TRANSFER_FAILED", conflict("0/2B")],
    ]);
    assert.deepEqual([kind, again], ["failed", true]);
    assert.ok(at >= 10_000 && at < 13_000, String(at));
  });

  it("has not failed while a slow service still shows the failure of before, with words that were not read yet", async () => {
    const { kind } = await outcomeOf("resume", [
      [0, "INCRE_TRANSFER_FAILED", conflict("0/1A")],
      [100, "INCRE_TRANSFER_FAILED", { error_msg: "permission denied for table t" }],
      [6_000, "INCRE_TRANSFER_STARTED"],
    ]);
    assert.equal(kind, "reached");
  });

  it("has failed for something else when the error is another one", async () => {
    const { kind, again } = await outcomeOf("resume", [
      [0, "INCRE_TRANSFER_FAILED", conflict("0/1A")],
      [300, "INCRE_TRANSFER_FAILED", { error_msg: "permission denied for table t" }],
    ]);
    assert.deepEqual([kind, again], ["failed", false]);
  });

  it("is over at once when a task is paused, has ended or is gone", async () => {
    assert.equal(
      (
        await outcomeOf("pause", [
          [0, "INCRE_TRANSFER_STARTED"],
          [300, "PAUSING"],
        ])
      ).kind,
      "reached",
    );
    const ended = [
      [0, "INCRE_TRANSFER_STARTED"],
      [300, "RELEASE_RESOURCE_COMPLETE"],
    ] as const;
    assert.equal((await outcomeOf("end", ended)).kind, "reached");
  });

  it("is followed for many tasks with the readings of one", async () => {
    const service = new MemoryService();
    const ids = Array.from({ length: 50 }, (_, index) => `task-${index}`);
    for (const id of ids) {
      service.set(id, "PAUSING");
    }
    const session = sessionOf(service.caller);
    await session.store.refresh();
    const clock = new CourseClock(service, []);
    const before = service.calls.filter((name) => name === "listJobs").length;
    await Promise.all(
      [...session.store.snapshot.tasks.values()].map((task) =>
        followOutcome("resume", { session, task }, { clock, limitMs: 10_000 }),
      ),
    );
    const readings = service.calls.filter((name) => name === "listJobs").length - before;
    assert.ok(readings <= 50, String(readings));
  });

  it("stays open when nothing comes of it in time", async () => {
    const { kind, at } = await outcomeOf(
      "resume",
      [
        [0, "PAUSING"],
        [1, "PAUSING"],
      ],
      10_000,
    );
    assert.equal(kind, "open");
    assert.ok(at >= 10_000 && at < 20_000, String(at));
  });
});
