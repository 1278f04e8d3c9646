import assert from "node:assert/strict";
import { pollIntervalsOf } from "../../../src/connections/poll-intervals";
import type { TablesCaller } from "../../../src/drs/client";
import { TaskStore } from "../../../src/tasks/store";
import { ManualClock } from "../../support/clock";
import { MemoryService } from "../../support/service";

describe("a list that does not hold still", () => {
  let service: MemoryService;
  let store: TaskStore;
  /** What is made of an answer of the list, by its page. */
  let change: (page: number, answer: { total_record: unknown; jobs: unknown[] }) => unknown;
  let warnings: string[];
  const warn = ({ message }: Error) => warnings.push(message);

  beforeEach(() => {
    service = new MemoryService();
    change = (_, answer) => answer;
    const caller: TablesCaller = {
      ...service.caller,
      call: async (name, input, options) => {
        const answer = await service.caller.call(name, input, options);
        if (name !== "listJobs" || ("status" in input && input.status)) {
          return answer;
        }
        return change(Number("cur_page" in input && input.cur_page), answer as never) as never;
      },
    };
    store = new TaskStore(caller, pollIntervalsOf.cloud, new ManualClock());
    warnings = [];
    process.on("warning", warn);
  });
  afterEach(() => {
    store.dispose();
    process.off("warning", warn);
  });

  const fill = (count: number) => {
    for (let index = 0; index < count; index++) {
      service.set(`t${index}`, index === 100 ? "FULL_TRANSFER_FAILED" : "INCRE_TRANSFER_STARTED");
    }
  };
  const statusOf = (id: string) => store.snapshot.tasks.get(id)?.status;

  it("loses no task when one is deleted between two pages", async () => {
    fill(150);
    await store.refresh();
    assert.equal(statusOf("t100"), "fullFailed");
    change = (page, answer) => {
      if (page === 1) {
        service.jobs.delete("t5");
      }
      return answer;
    };
    await store.refresh();
    assert.equal(statusOf("t100"), "fullFailed");
    change = (_, answer) => answer;
    await store.refresh();
    assert.equal(store.snapshot.tasks.size, 149);
    assert.equal(statusOf("t5"), undefined);
  });

  it("looks for a known task that is not listed, and sees what became of it", async () => {
    fill(3);
    await store.refresh();
    change = (_, { jobs }) => ({ total_record: 3, jobs: jobs.slice(1) });
    service.set("t0", "INCRE_TRANSFER_FAILED");
    await store.refresh();
    assert.equal(statusOf("t0"), "incrementalFailed");
    service.jobs.delete("t0");
    change = (_, { jobs }) => ({ total_record: 3, jobs });
    await store.refresh();
    assert.equal(statusOf("t0"), undefined);
  });

  for (const total of [undefined, null, -1, 0.5]) {
    it(`is read to its end where the service counts ${total}`, async () => {
      fill(250);
      change = (_, answer) => ({ ...answer, total_record: total });
      await store.refresh();
      assert.equal(store.snapshot.tasks.size, 250);
      change = () => ({ total_record: total, jobs: [] });
      await store.refresh();
      assert.equal(store.snapshot.tasks.size, 250, "all of them are there by their ids");
    });
  }

  it("shows all failures at once, also where there are more than a page of them, and warns of no leak", async () => {
    fill(1_200);
    for (let index = 0; index < 250; index++) {
      service.set(`t${index * 4 + 3}`, "FULL_TRANSFER_FAILED");
    }
    await store.refresh();
    const failed = [...store.snapshot.tasks.values()].filter(({ status }) => status === "fullFailed");
    assert.equal(failed.length, 251);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  });
});
