import assert from "node:assert/strict";
import type { Clock } from "../../../../src/drs/clock";
import { isLocal, type LocalSession } from "../../../../src/tasks/use-cases/control";
import {
  canCopyAgain,
  copyCandidates,
  copyTablesAgain,
  followCopy,
} from "../../../../src/tasks/use-cases/copy-again";
import { localSessionOf } from "../../../support/local-session";
import { MemoryService } from "../../../support/service";
import { sessionOf } from "../../../support/session";
import { task } from "../../details/facts";

/** What a look finds: how far the tables are, and the status of the task. */
type Look = readonly [percents: readonly number[], status: string];

/** Follows a copy, each look of which finds the next of these; the last one stays. */
async function followed(looks: readonly Look[], before = "INCRE_TRANSFER_STARTED", abortAt?: number) {
  const service = new MemoryService();
  service.set("a", before);
  let count = 0;
  const session = localSessionOf(service.caller, {
    copyState: async () => {
      const [percents = [], status = before] = looks[Math.min(count, looks.length - 1)] ?? [];
      count += 1;
      if (status === "gone") {
        service.jobs.delete("a");
      } else {
        service.set("a", status);
      }
      return percents.map((percent, index) => ({ id: `public.t${index}`, percent }));
    },
  });
  await session.store.refresh();
  const known = session.store.snapshot.tasks.get("a") ?? assert.fail("no task");
  const controller = new AbortController();
  const seen: number[] = [];
  const clock: Clock = {
    now: () => count,
    after: (_, callback) => {
      if (count === abortAt) {
        controller.abort();
      }
      queueMicrotask(callback);
      return () => undefined;
    },
    random: () => 0,
  };
  const onProgress = (percent: number) => seen.push(percent);
  const end = await followCopy(session, known, { signal: controller.signal, onProgress, clock });
  return { end, seen, looks: count };
}

const stoppedIn = ({ end }: Awaited<ReturnType<typeof followed>>) =>
  end.kind === "stopped" ? (end.task?.status ?? "gone") : end.kind;

describe("copying tables again", () => {
  it("is possible on the local backend only, and in statuses in which single tables can be copied", () => {
    const { caller } = new MemoryService();
    const local = localSessionOf(caller, {});
    assert.equal(canCopyAgain(local, task({ status: "incremental" })), true);
    assert.equal(canCopyAgain(local, task({ status: "full" })), false);
    assert.equal(canCopyAgain(sessionOf(caller), task({ status: "incremental" })), false);
    assert.equal(isLocal(sessionOf(caller)), false);
  });

  it("offers the tables of the task, first those that something is wrong with", () => {
    const warning = {
      id: "1",
      level: "failure",
      code: "LS004",
      message: "replaced",
      table: "public.b",
    } as const;
    const objects = ["public.a", "public.b"].map((name) => ({ name, type: "table" as const }));
    const candidates = copyCandidates(task({ objects, warnings: [warning] }));
    assert.deepEqual(candidates, [
      { name: "public.b", warning: "replaced", isTroubled: true },
      { name: "public.a", warning: undefined, isTroubled: false },
    ]);
    const { table: _, ...whole } = warning;
    assert.deepEqual(
      copyCandidates(task({ objects, warnings: [{ ...whole, code: "LS001" }] })).map(
        ({ isTroubled }) => isTroubled,
      ),
      [true, true],
    );
  });

  it("is asked for once, and reads the task again", async () => {
    const service = new MemoryService();
    service.set("a", "INCRE_TRANSFER_STARTED");
    const asked: unknown[] = [];
    const session: LocalSession = localSessionOf(service.caller, {
      copyAgain: async (...call) => {
        asked.push(call);
      },
    });
    const choice = { tables: ["public.t"], keepRows: true };
    await copyTablesAgain(session, task({ id: "a" }), choice);
    assert.deepEqual(asked, [["a", choice]]);
    assert.ok(service.calls.length > 0);
  });

  it("is followed until all tables are in sync, with the progress of all of them together", async () => {
    const running = "INCRE_TRANSFER_STARTED";
    const { end, seen } = await followed([
      [[0, 51], running],
      [[100, 51], running],
      [[], running],
    ]);
    assert.deepEqual([end, seen], [{ kind: "done" }, [25, 75]]);
  });

  it("ends with a task that fails, is paused, or is gone", async () => {
    const running: Look = [[10], "INCRE_TRANSFER_STARTED"];
    for (const [status, expected] of [
      ["INCRE_TRANSFER_FAILED", "incrementalFailed"],
      ["PAUSING", "paused"],
      ["gone", "gone"],
    ] as const) {
      assert.equal(stoppedIn(await followed([running, [[10], status]])), expected);
    }
  });

  it("takes no failure of before for one of the copy, until the service has had time to resume the task", async () => {
    const failed = "INCRE_TRANSFER_FAILED";
    const resumed = await followed(
      [
        [[0], failed],
        [[50], "INCRE_TRANSFER_STARTED"],
        [[], failed],
      ],
      failed,
    );
    assert.equal(resumed.end.kind, "done");
    const again = await followed(
      [
        [[0], failed],
        [[50], "INCRE_TRANSFER_STARTED"],
        [[50], failed],
      ],
      failed,
    );
    assert.deepEqual([stoppedIn(again), again.looks], ["incrementalFailed", 3]);
    const never = await followed([[[0], failed]], failed);
    assert.deepEqual([stoppedIn(never), never.looks], ["incrementalFailed", 10]);
  });

  it("is not followed any more once the user cancels", async () => {
    await assert.rejects(followed([[[10], "INCRE_TRANSFER_STARTED"]], undefined, 3), { name: "AbortError" });
  });
});
