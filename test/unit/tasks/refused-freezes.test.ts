import assert from "node:assert/strict";
import { RefusedFreezes } from "../../../src/tasks/refused-freezes";
import type { Task } from "../../../src/tasks/task";

const task = (facts: Partial<Task> = {}): Task => ({
  ...{ id: "a", name: "a", status: "incremental", apiStatus: "INCRE_TRANSFER_STARTED", detailed: true },
  ...{ updatedAt: 1_000, ...facts },
});
const map = (...tasks: Task[]) => new Map(tasks.map((one) => [one.id, one]));

describe("tasks that only a refused call shows to be frozen", () => {
  const noted = (at = 10) => {
    const freezes = new RefusedFreezes();
    freezes.note(task(), "CBC.99003602: frozen", at);
    return freezes;
  };
  const joined = (freezes: RefusedFreezes, ...tasks: Task[]) => freezes.join(map(...tasks)).get("a");

  it("count as frozen in the service's words, as the same object while the task is", () => {
    const freezes = noted();
    const own = task();
    const first = joined(freezes, own, task({ id: "b" }));
    assert.deepEqual(first, {
      ...own,
      status: "frozen",
      freeze: { id: "refused", word: "CBC.99003602: frozen" },
    });
    assert.equal(joined(freezes, own), first);
    assert.notEqual(joined(freezes, task()), first);
    assert.equal(freezes.join(map(own, task({ id: "b" }))).get("b")?.status, "incremental");
  });

  for (const [what, facts] of [
    ["its API status is another", { apiStatus: "PAUSING", status: "paused" }],
    ["it was updated since", { updatedAt: 1_001 }],
    ["the service itself calls it frozen", { status: "frozen" }],
  ] as const) {
    it(`are what the service says again as soon as ${what}, and stay so`, () => {
      const freezes = noted();
      const moved = task(facts);
      assert.equal(joined(freezes, moved), moved);
      assert.equal(joined(freezes, task())?.status, "incremental");
    });
  }

  it("stay frozen while the time of update is the same, or not known", () => {
    for (const updatedAt of [999, 1_000, undefined]) {
      assert.equal(joined(noted(), task({ updatedAt }))?.status, "frozen", String(updatedAt));
    }
    const freezes = new RefusedFreezes();
    freezes.note(task({ updatedAt: undefined }), "frozen", 10);
    assert.equal(joined(freezes, task({ updatedAt: 5_000 }))?.status, "frozen");
  });

  it("are forgotten when they are gone", () => {
    const freezes = noted();
    assert.equal(freezes.join(map(task({ id: "b" }))).size, 1);
    assert.equal(joined(freezes, task())?.status, "incremental");
  });

  it("are not frozen without an instance, and the same map is answered while nothing is noted", () => {
    const done = task({ apiStatus: "INCRE_TRANSFER_STARTED", status: "completed" });
    assert.equal(joined(noted(), done), done);
    const tasks = map(task());
    assert.equal(new RefusedFreezes().join(tasks), tasks);
  });

  it("follow the service again on the user's demand, until a later refusal", () => {
    const freezes = noted(10);
    freezes.clear(20);
    assert.equal(joined(freezes, task())?.status, "incremental");
    freezes.note(task(), "late", 20);
    assert.equal(joined(freezes, task())?.status, "incremental", "it was met before");
    freezes.note(task(), "new", 21);
    assert.equal(joined(freezes, task())?.freeze?.word, "new");
    freezes.note(task(), "newer", 22);
    assert.equal(joined(freezes, task())?.freeze?.word, "newer");
  });
});
