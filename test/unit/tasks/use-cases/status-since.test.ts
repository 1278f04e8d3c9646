import assert from "node:assert/strict";
import { oftenText, sinceIn, statusSince } from "../../../../src/tasks/use-cases/status-since";
import { english } from "../../details/facts";

describe("since when a task has its status", () => {
  const now = Date.UTC(2026, 10, 27, 9, 0, 0);
  const hour = 3_600_000;
  const row = (name: string | null, hoursAgo: number) => ({
    ...{ name, status: "success", user_name: "system" },
    operation_time: new Date(now - hoursAgo * hour).toISOString(),
  });

  it("is when the timeline has it as the last status, whatever was asked for since", () => {
    const rows = [row("CREATE_COMPARE", 1), row("INCRE_TRANSFER_FAILED", 2), row("RETRY", 3)];
    assert.deepEqual(sinceIn(rows, "incrementalFailed", now), { at: now - 2 * hour, times: 1 });
  });

  it("is unknown where the timeline says something else: it may know nothing of a freeze, or not have been read again", () => {
    const rows = [row("INCRE_TRANSFER_STARTED", 1), row("INCRE_TRANSFER_FAILED", 2)];
    assert.equal(sinceIn(rows, "frozen", now), undefined);
    assert.equal(sinceIn(rows, "incrementalFailed", now), undefined);
    assert.equal(sinceIn([], "incrementalFailed", now), undefined);
    assert.equal(
      sinceIn([{ ...row("INCRE_TRANSFER_FAILED", 1), operation_time: "soon" }], "incrementalFailed", now),
      undefined,
    );
  });

  it("comes with how often it was reached within a day", () => {
    const rows = [1, 2, 3, 30].flatMap((ago) => [
      row("INCRE_TRANSFER_FAILED", ago),
      row("INCRE_TRANSFER_STARTED", ago + 0.1),
    ]);
    const since = sinceIn(rows, "incrementalFailed", now);
    assert.deepEqual(since, { at: now - hour, times: 3 });
    assert.equal(oftenText({ at: now, times: 3 }, english), "3 times in 24 hours");
    assert.equal(oftenText({ at: now, times: 1 }, english), undefined);
  });

  it("is unknown without a session, and where the service does not answer", async () => {
    const task = { id: "1", status: "frozen" } as const;
    assert.equal(await statusSince(undefined, task), undefined);
    const client = {
      call: () => Promise.reject(new Error("no network")),
      callIn: () => Promise.reject(new Error("no network")),
    };
    assert.equal(await statusSince({ client }, task), undefined);
  });
});
