import assert from "node:assert/strict";
import { AttentionIndex } from "../../../src/tasks/attention-index";
import type { Task } from "../../../src/tasks/task";

const now = Date.UTC(2026, 10, 24);
const task = (id: string, facts: Partial<Task> = {}): Task => ({
  ...{ id, name: id, status: "incremental", apiStatus: "INCRE_TRANSFER_STARTED", detailed: true },
  ...facts,
});
const failed = (id: string) => task(id, { status: "incrementalFailed" });
const late = (id: string) => task(id, { delayMs: 2_000 });
const index = (...tasks: Task[]) =>
  new AttentionIndex(tasks, { delayMs: 1_000 }, (id) => id.startsWith("muted"), now);
const counts = (of: AttentionIndex) => Object.fromEntries([...of.counts].filter(([, count]) => count > 0));

describe("the index of tasks that need attention", () => {
  it("counts them by what for, without muted ones", () => {
    const all = index(failed("a"), failed("b"), late("c"), task("d"), failed("muted"));
    assert.deepEqual(counts(all), { failed: 2, delayed: 1 });
    assert.deepEqual(
      ["a", "c", "d", "muted", "nowhere"].map((id) => all.of(id)),
      ["failed", "delayed", undefined, undefined, undefined],
    );
  });

  it("says of a muted task what it needs, and does not count it", () => {
    const all = index();
    assert.equal(all.set(failed("muted"), now), "failed");
    assert.equal(all.set(failed("a"), now), "failed");
    assert.equal(all.set(task("b"), now), undefined);
    assert.deepEqual(counts(all), { failed: 1 });
  });

  it("follows what comes, changes and goes", () => {
    const all = index(failed("a"));
    all.apply([{ after: late("b") }, { before: failed("a"), after: late("a") }], now);
    assert.deepEqual(counts(all), { delayed: 2 });
    all.apply([{ before: late("a"), after: task("a") }, { before: late("b") }, {}], now);
    assert.deepEqual(counts(all), {});
    assert.equal(all.of("b"), undefined);
  });

  it("has the first of each kind in their order, the weightiest kinds first", () => {
    const tasks = [late("c"), failed("a"), task("d"), failed("b"), late("e"), failed("muted")];
    const all = index(...tasks);
    const first = (most: number) =>
      [...all.first(tasks, most)].flatMap(([kind, list]) => list.map(({ id }) => `${kind} ${id}`));
    assert.deepEqual(first(10), ["failed a", "failed b", "delayed c", "delayed e"]);
    assert.deepEqual(first(3), ["failed a", "failed b", "delayed c"]);
    assert.deepEqual(first(1), ["failed a"]);
    assert.deepEqual(first(0), []);
  });

  it("looks at no more tasks than it has to", () => {
    const all = index(failed("a"), task("b"));
    let looks = 0;
    const watched = function* () {
      for (const one of [failed("a"), task("b")]) {
        looks += 1;
        yield one;
      }
    };
    all.first(watched(), 5);
    assert.equal(looks, 1);
    index(task("b")).first(watched(), 5);
    assert.equal(looks, 1);
  });

  it("is stale once time alone may have changed what a task needs a look for", () => {
    const day = 24 * 3_600_000;
    const ending = task("a", { order: { endsAt: now + 30 * day, renews: false } });
    const all = index(task("b"), ending, task("c"));
    assert.equal(all.isStale(now), false);
    assert.equal(all.isStale(now + 30 * day), true);
    assert.equal(index(task("b")).isStale(now + 1_000 * day), false);
  });
});
