import assert from "node:assert/strict";
import { pickTexts } from "../../../src/commands/pick-text";
import { noThresholds } from "../../../src/tasks/attention";
import { english, task } from "../details/facts";

describe("a list of tasks to pick from", () => {
  const one = task({ name: "orders", status: "incremental", delayMs: 5, engine: "postgresql" });
  const texts = (...found: Parameters<typeof pickTexts>[0]) => pickTexts(found, english, noThresholds);

  it("says first in which connection each is, where they are in several: its end is cut off", () => {
    assert.deepEqual(texts({ task: one, connection: "north" }, { task: one, connection: "south" }), [
      "north · Incremental synchronization · delay < 1 s",
      "south · Incremental synchronization · delay < 1 s",
    ]);
  });

  it("says nothing that all have in common", () => {
    const other = { ...one, engine: "mysql-to-postgresql" };
    const north = [one, one].map((same) => ({ task: same, connection: "north" }));
    assert.deepEqual(texts(...north), Array(2).fill("Incremental synchronization · delay < 1 s"));
    assert.match(texts(...north, { task: other, connection: "north" })[0] ?? "", /PostgreSQL$/);
  });
});
