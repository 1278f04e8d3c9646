import assert from "node:assert/strict";
import { diagnoseDelay } from "../../../../src/tasks/delay/diagnose";
import type { Activity, DelayEvidence, DelayFacts } from "../../../../src/tasks/delay/facts";
import { delayParagraph, delayWords } from "../../../../src/tasks/delay/words";
import { english } from "../../details/facts";

const idle: Activity = { kind: "Activity", event: "LogicalApplyMain", share: 1 };
const busy: Activity = { kind: "", event: "", share: 1 };
const sending: Activity = { kind: "Client", event: "WalSenderWriteData", share: 1 };
const listening: Activity = { kind: "Client", event: "WalSenderWaitForWal", share: 1 };
const sessions = (sender: Activity, worker: Activity, more: Partial<DelayEvidence> = {}): DelayEvidence => ({
  sender: { pid: 1, activities: [sender] },
  worker: { pid: 2, activities: [worker], tables: [] },
  unindexed: [],
  ...more,
});
const behind = (evidence?: DelayEvidence, more: Partial<DelayFacts> = {}): DelayFacts => ({
  ...{ flows: true, delayMs: 30_000, sentMs: 1_000, receivedMs: 2_000, evidence },
  ...more,
});
const causeOf = (facts: DelayFacts) => diagnoseDelay(facts).cause;

describe("the diagnosis of a delay", () => {
  it("splits the delay into poll, network and applying, as far as it is known", () => {
    const known = { reading: 1_000, way: 1_000, arriving: 2_000, applying: 28_000 };
    assert.deepEqual(diagnoseDelay(behind()).stages, known);
    const arrived = { reading: undefined, way: undefined, arriving: 4_000, applying: 5_000 };
    assert.deepEqual(diagnoseDelay({ delayMs: 9_000, receivedMs: 4_000 }).stages, arrived);
    const unknown = { reading: undefined, way: undefined, arriving: undefined, applying: undefined };
    assert.deepEqual(diagnoseDelay({}).stages, unknown);
  });

  it("gives no share of the delay to a session that waits for the next one", () => {
    const facts = { delayMs: 10_000, sentMs: 8_000, receivedMs: 9_000 };
    const stages = (sender: Activity, worker: Activity, more = {}) =>
      diagnoseDelay({ ...facts, ...more, evidence: sessions(sender, worker) }).stages;
    assert.deepEqual(stages(sending, busy), { reading: 0, way: 0, arriving: 0, applying: 10_000 });
    assert.deepEqual(stages(sending, idle), { reading: 0, way: 10_000, arriving: 10_000, applying: 0 });
    assert.deepEqual(stages(busy, idle), { reading: 8_000, way: 2_000, arriving: 10_000, applying: 0 });
    assert.deepEqual(stages(busy, idle, { sentMs: undefined }), {
      ...{ reading: undefined, way: undefined, arriving: 10_000, applying: 0 },
    });
  });

  it("says nothing of a task that keeps up, whatever its sessions do", () => {
    for (const [sender, worker] of [
      [listening, idle],
      [busy, busy],
      [sending, { kind: "IO", event: "DataFileRead", share: 1 }],
      [listening, { kind: "Lock", event: "relation", share: 1 }],
    ] as const) {
      const found = diagnoseDelay(behind(sessions(sender, worker), { delayMs: 900 }));
      assert.deepEqual([found.isBehind, found.cause, found.catchUp], [false, undefined, undefined]);
    }
  });

  it("names a lock, its table and who holds it", () => {
    const lock = { table: "public.t", holders: ["pid 17, psql, app"] };
    const waits: Activity = { kind: "Lock", event: "relation", share: 1 };
    assert.deepEqual(causeOf(behind(sessions(sending, waits, { lock }))), { id: "lock", ...lock });
    assert.equal(diagnoseDelay(behind(sessions(sending, waits, { lock }))).catchUp?.kind, "blocked");
  });

  it("names what keeps the worker busy, the most special first", () => {
    const worker = (activity: Activity, transactionMs?: number) => ({
      worker: { pid: 2, activities: [activity], transactionMs, tables: ["public.t"] },
    });
    const unindexed = [{ table: "public.t", rows: 50_000 }];
    const cause = (more: Partial<DelayEvidence>) => causeOf(behind(sessions(sending, busy, more)))?.id;
    assert.equal(cause({ ...worker(busy, 9_000), unindexed }), "unindexed");
    assert.equal(
      cause({ ...worker(busy, 9_000), unindexed: [{ table: "public.t", rows: 20 }] }),
      "largeTransaction",
    );
    assert.equal(cause(worker(busy, 9_000)), "largeTransaction");
    assert.equal(cause(worker(busy, 40)), "targetProcessor");
    assert.equal(cause(worker({ kind: "IO", event: "DataFileRead", share: 1 })), "targetDisk");
    assert.equal(cause(worker({ kind: "LWLock", event: "WALWrite", share: 1 })), "targetDisk");
    assert.equal(cause(worker({ kind: "Timeout", event: "PgSleep", share: 1 })), "targetWait");
  });

  it("looks before the worker while that waits for more", () => {
    const limit = { link: { limit: 1_000_000, carries: 900_000 } };
    assert.deepEqual(causeOf(behind(sessions(sending, idle), limit)), { id: "speedLimit", limit: 1_000_000 });
    assert.deepEqual(causeOf(behind(sessions(sending, idle), { link: { carries: 5_000 } })), {
      id: "network",
      carries: 5_000,
    });
    assert.deepEqual(causeOf(behind(sessions(busy, idle))), { id: "sourceReading", event: "" });
    assert.equal(causeOf(behind(sessions(listening, idle))), undefined);
    assert.equal(causeOf(behind(sessions(listening, idle), { receivedMs: 20_000 }))?.id, "network");
    const halves = {
      activities: [
        { ...idle, share: 0.5 },
        { ...busy, share: 0.3 },
        { ...sending, share: 0.2 },
      ],
    };
    assert.equal(
      causeOf(behind(sessions(sending, idle, { worker: { pid: 2, tables: [], ...halves } })))?.id,
      "network",
    );
  });

  it("names that nobody reads, and a transaction that is left open", () => {
    assert.deepEqual(causeOf({ flows: false, evidence: { unindexed: [] } }), { id: "notRead" });
    const open = (ms: number) => ({ openTransaction: { holder: "pid 4, etl", ms } });
    assert.equal(
      causeOf(behind(sessions(listening, idle, open(60_000)), { delayMs: 0 }))?.id,
      "openTransaction",
    );
    assert.equal(causeOf(behind(sessions(listening, idle, open(5_000)), { delayMs: 0 })), undefined);
  });

  it("uses what the service says of its instance where the databases say nothing", () => {
    const cause = (instance: NonNullable<DelayFacts["instance"]>) =>
      causeOf({ delayMs: 60_000, receivedMs: 1_000, instance })?.id;
    assert.equal(cause({ reachesSource: false, captures: false }), "sourceLost");
    assert.equal(cause({ captures: false }), "captureStopped");
    assert.equal(cause({ applies: false }), "applyStopped");
    assert.equal(cause({ cpuPercent: 97 }), "instanceBusy");
    assert.equal(cause({ cpuPercent: 20, reachesSource: true, reachesTarget: true }), undefined);
  });

  it("foretells from the log and its speeds when the task has caught up, and when it does not", () => {
    const catchUp = (log: NonNullable<DelayFacts["log"]>, more: Partial<DelayEvidence> = {}) =>
      diagnoseDelay(behind(sessions(sending, busy, more), { log })).catchUp;
    assert.deepEqual(catchUp({ open: 1_000, grows: 100, reads: 300 }), { kind: "in", ms: 5_000 });
    assert.deepEqual(catchUp({ open: 1_000, grows: 300, reads: 300 }), { kind: "never" });
    assert.deepEqual(catchUp({ open: 1_000, grows: 0, reads: 0 }), { kind: "never" });
    const within = { worker: { pid: 2, activities: [busy], transactionMs: 9_000, tables: [] } };
    assert.deepEqual(catchUp({ open: 1_000, grows: 0, reads: 0 }, within), { kind: "unknown" });
  });

  it("foretells from earlier delays where no log is known", () => {
    const past = (delays: readonly number[]) =>
      delays.map((delayMs, index) => ({ at: index * 60_000, delayMs }));
    const catchUp = (delays: readonly number[]) =>
      diagnoseDelay({ delayMs: delays.at(-1) ?? 0 }, past(delays)).catchUp;
    assert.deepEqual(catchUp([600_000, 540_000, 480_000]), { kind: "in", ms: 480_000 });
    assert.deepEqual(catchUp([60_000, 90_000, 150_000]), { kind: "never" });
    assert.deepEqual(catchUp([60_000]), { kind: "unknown" });
  });

  it("is put into words with its evidence, its remedy and its forecast", () => {
    const lock = { table: "public.t", holders: ["pid 17, psql, app"] };
    const waits: Activity = { kind: "Lock", event: "relation", share: 1 };
    const paragraph = (facts: DelayFacts) => delayParagraph(diagnoseDelay(facts), english);
    assert.equal(
      paragraph(behind(sessions(sending, waits, { lock }))),
      "The target waits for a lock on public.t that another session holds: pid 17, psql, app. Let that session end its transaction, or end the session. The task will not catch up until this cause is removed.",
    );
    assert.match(
      paragraph(behind(sessions(sending, busy), { log: { open: 1_000, grows: 0, reads: 100 } })),
      /whole processor\. .* At this rate the task will catch up in 10 sec, around /,
    );
    assert.match(paragraph(behind()), /^The cause is not known: .* It is not yet known/);
    assert.deepEqual(delayWords(diagnoseDelay(behind(undefined, { delayMs: 100 })), english), {
      cause: "The task keeps up: there is no bottleneck.",
    });
  });
});
