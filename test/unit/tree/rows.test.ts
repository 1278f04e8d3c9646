import assert from "node:assert/strict";
import type { Task } from "../../../src/tasks/task";
import { type Formats, formatsFor } from "../../../src/tasks/texts";
import { descriptionOf, groupsOf, labelOf } from "../../../src/tree/rows";
import { fill } from "../../support/texts";

const english = formatsFor("en", fill);

/** The tree as a picture: a line a row. */
function picture(tasks: readonly Task[], formats: Formats = english): string {
  return groupsOf(tasks)
    .flatMap(({ status, tasks: members }) => [
      `${status} (${members.length})`,
      ...members.map((task) => `  ${[task.name, descriptionOf(task, formats)].filter(Boolean).join(" | ")}`),
    ])
    .join("\n");
}

const task = (name: string, facts: Partial<Task>): Task => ({
  id: `id-${name}`,
  name,
  status: "incremental",
  apiStatus: "INCRE_TRANSFER_STARTED",
  detailed: true,
  ...facts,
});

describe("the tree's rows", () => {
  it("are grouped in the table's order, tasks by name, each with what matters in its status", () => {
    assert.equal(
      picture([
        task("zeta", { delayMs: 12, engine: "postgresql" }),
        task("alpha", { delayMs: 65_400 }),
        task("done", { status: "completed", engine: "mysql-to-kafka" }),
        task("copy", { status: "full", percent: 42.6, engine: "postgresql" }),
        task("odd", { status: "unknown", apiStatus: "CLONING" }),
        task("broken", { status: "startFailed", error: { code: "28P01", message: "no" } }),
      ]),
      [
        "startFailed (1)",
        "  broken | 28P01",
        "full (1)",
        "  copy | 42% · PostgreSQL",
        "incremental (2)",
        "  alpha | delay 1 min 5 sec",
        "  zeta | delay < 1 s · PostgreSQL",
        "unknown (1)",
        "  odd | CLONING",
        "completed (1)",
        "  done | MySQL → Kafka",
      ].join("\n"),
    );
  });

  it("tell a screen reader the status too, in the reader's language", () => {
    assert.equal(
      labelOf(task("orders", { delayMs: 3 }), english),
      "orders, Incremental synchronization, delay < 1 s",
    );
    assert.match(labelOf(task("orders", {}), formatsFor("zh-cn", fill)), /增量同步/);
  });
});
