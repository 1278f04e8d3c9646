import assert from "node:assert/strict";
import type { PlacedNotice } from "../../../src/alerts/alert-engine-host";
import { burstText } from "../../../src/alerts/bursts";
import type { Condition } from "../../../src/alerts/decision";
import type { Diagnosis } from "../../../src/failures/known-case";
import type { StatusId } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { english } from "../details/facts";

const notice = (name: string, condition: Condition, facts: Partial<Task> = {}): PlacedNotice => {
  const status = (condition === "delayed" ? "incremental" : condition) as StatusId;
  const task: Task = { id: name, name, status, apiStatus: status, detailed: true, ...facts };
  const level = condition === "delayed" || condition === "rectification" ? "warning" : "error";
  return { level, condition, task, connection: "shop" };
};
const several = (count: number, condition: Condition, facts: (index: number) => Partial<Task> = () => ({})) =>
  Array.from({ length: count }, (_, index) => notice(`t${index}`, condition, facts(index)));

const lost: Diagnosis = {
  id: "lost",
  cause: { en: "The source cannot be reached.", zh: "无法连接源库。" },
  remedy: { en: "Check the network.", zh: "请检查网络。" },
  steps: [],
  resumable: true,
  url: "https://example.com/",
  sure: true,
};

describe("a notification about many tasks", () => {
  const asked: string[] = [];
  const textOf = (notices: readonly PlacedNotice[]) => {
    asked.length = 0;
    return burstText(
      notices,
      ({ task }) => task.name,
      async ({ name, error }) => {
        asked.push(name);
        return /refused|timed out/.test(error?.message ?? "") ? lost : null;
      },
      english,
    );
  };

  it("of a freeze says how many, why, and that they continue once the account is topped up", async () => {
    assert.equal(
      await textOf(several(9, "frozen", () => ({ freeze: { id: "arrears" } }))),
      "9 tasks are frozen: the account's balance is used up. Top up the account. The service unfreezes its instances when the balance is above 0, and their tasks continue by themselves. An order by month or year may have to be renewed. (t0, t1, t2, …)",
    );
  });

  it("of freezes of two kinds says both, the larger first", async () => {
    const text = await textOf([
      ...several(2, "frozen", () => ({ freeze: { id: "police" } })),
      ...several(3, "frozen", () => ({ freeze: { id: "arrears" } })),
    ]);
    assert.match(
      text,
      /^3 tasks are frozen: the account's .* 2 tasks are frozen: the police had .* support\. \(/,
    );
  });

  it("of one cause in different words and statuses is one sentence, with the remedy", async () => {
    const text = await textOf([
      ...several(300, "incrementalFailed", (index) => ({
        error: { code: "08006", message: `connection to "db${index}" at 10.0.0.${index} refused` },
      })),
      ...several(200, "fullFailed", () => ({ error: { message: "timed out" } })),
    ]);
    assert.equal(
      text,
      "500 tasks failed. Cause: The source cannot be reached. What to do: Check the network. (t0, t1, t2, …)",
    );
    assert.equal(asked.length, 2, "what is alike is looked up once");
  });

  it("without a known case has the service's own words", async () => {
    const text = await textOf(several(2, "startFailed", () => ({ error: { code: "X1", message: "odd" } })));
    assert.equal(text, "2 tasks failed. X1: odd (t0, t1)");
  });

  it("of delays reports the longest, of what heals by itself its meaning", async () => {
    assert.match(
      await textOf(several(3, "delayed", (index) => ({ delayMs: (index + 6) * 60_000 }))),
      /^3 tasks are behind by up to 8 min\. Likely cause/,
    );
    assert.match(
      await textOf(several(2, "rectification")),
      /^2 tasks: Fault rectification\. The instance had/,
    );
    assert.match(
      await textOf(several(2, "rectification", () => ({ error: { message: "Connection refused" } }))),
      /automatically\. Cause: The source cannot be reached\. What to do: Check the network\. \(t0, t1\)$/,
    );
  });

  it("of what fails again and again says why, apart from what failed once", async () => {
    const failed = several(5, "incrementalFailed", () => ({ error: { message: "Connection refused" } }));
    const flaps = { count: 4, since: 0 };
    assert.equal(
      await textOf(failed.map((one, index) => (index < 3 ? { ...one, flaps } : one))),
      "3 tasks fail and recover again and again. Cause: The source cannot be reached. What to do: Check the network. (t0, t1, t2) 2 tasks failed. Cause: The source cannot be reached. What to do: Check the network. (t3, t4)",
    );
  });

  it("reports a single task among them as it would alone", async () => {
    const text = await textOf([...several(2, "frozen"), notice("orders", "startFailed")]);
    assert.match(text, /^2 tasks are frozen: .* Synchronization task "orders": Start failed\./);
  });

  it("reports three groups, and counts the rest", async () => {
    const statuses = ["startFailed", "fullFailed", "createFailed", "upgradeFailed"] as const;
    const text = await textOf(statuses.flatMap((status, index) => several(6 - index, status)));
    assert.match(text, /^6 tasks failed.*5 tasks failed.*4 tasks failed.* Also: 3 more tasks\.$/);
    const alone = await textOf(statuses.flatMap((status, index) => several(4 - index, status)));
    assert.match(alone, / Also: 1 more task\.$/);
  });

  it("of recoveries is one sentence", async () => {
    const over = several(4, "incrementalFailed").map((one) => ({ ...one, level: "recovered" as const }));
    assert.equal(await textOf(over), "4 tasks recovered. (t0, t1, t2, …)");
  });
});
