import assert from "node:assert/strict";
import type { TablesCaller } from "../../../src/drs/client";
import { DrsError, faultOf } from "../../../src/drs/errors";
import { initialState, type PollState, pollTasks } from "../../../src/tasks/poll";
import { MemoryService } from "../../support/service";

const { signal } = new AbortController();

/** A service that keeps what it was asked, and with which signal. */
function watched(service: MemoryService) {
  const asked: [name: string, input: { jobs?: string[]; page_req?: object }, signal: unknown][] = [];
  const caller: TablesCaller = {
    call: (name, input, options) => {
      asked.push([name, input as never, options?.signal]);
      return service.caller.call(name, input, options);
    },
    callIn: (...args) => service.caller.callIn(...args),
  };
  const of = (name: string) => asked.splice(0).flatMap(([one, input]) => (one === name ? [input] : []));
  return { caller, asked, of };
}

const poll = (
  caller: TablesCaller,
  last: PollState,
  options: Partial<Parameters<typeof pollTasks>[2]> = {},
) =>
  pollTasks(caller, last, {
    ...{ signal, now: 0, detailMaxAgeMs: 1_000, cloud: false, followed: new Set(), onlyFollowed: false },
    ...options,
  });

describe("one poll of the tasks", () => {
  it("reads details and progress of what has any, a hundred at once, and counts its requests", async () => {
    const service = new MemoryService();
    for (let index = 0; index < 150; index++) {
      service.set(`t${index}`, "INCRE_TRANSFER_STARTED");
    }
    service.set("still", "CONFIGURATION");
    service.delays.set("t0", "250");
    const { caller, asked } = watched(service);
    const { touched, requests, problem } = await poll(caller, initialState());
    assert.deepEqual(
      asked.map(([name, { jobs }]) => `${name} ${jobs?.length ?? ""}`.trim()),
      ["listJobs", "listJobs", "batchDetail 100", "batchProgress 100", "batchDetail 51", "batchProgress 50"],
    );
    assert.ok(asked.every(([, , used]) => used === signal));
    assert.deepEqual(asked[2]?.[1].page_req, { cur_page: 1, per_page: 100 });
    assert.equal(requests, 6);
    assert.equal(problem, undefined);
    assert.deepEqual(
      [touched.size, touched.get("t0")?.delayMs, touched.get("t1")?.delayMs],
      [151, 250, undefined],
    );
  });

  it("reads details of few tasks at once where those of many are too large for one answer", async () => {
    const service = new MemoryService();
    for (let index = 0; index < 25; index++) {
      service.set(`t${index}`, "CONFIGURATION");
    }
    const sizes: number[] = [];
    let most = 10;
    const limited: TablesCaller = {
      ...service.caller,
      call: async (name, input, options) => {
        if (name === "batchDetail") {
          const { jobs = [] } = input as { readonly jobs?: readonly string[] };
          sizes.push(jobs.length);
          if (jobs.length > most) {
            const facts = { operation: name, kind: "protocol", uncertain: false } as const;
            throw new DrsError({ ...facts, ...faultOf("tooLarge", "host") });
          }
        }
        return await service.caller.call(name, input, options);
      },
    };
    const { state, problem } = await poll(limited, initialState());
    assert.deepEqual(sizes.splice(0), [25, 10, 10, 5]);
    assert.equal(problem, undefined);
    assert.ok([...state.jobs.values()].every(({ task }) => task?.detailed));
    most = 4;
    assert.match(String((await poll(limited, initialState())).problem), /larger than any of the API's/);
    assert.deepEqual(sizes, [25, 10]);
  });

  it("reads details again only when the list shows another status, or they are old", async () => {
    const service = new MemoryService();
    service.set("a", "INCRE_TRANSFER_STARTED");
    service.set("b", "INCRE_TRANSFER_STARTED");
    const { caller, of } = watched(service);
    const details = () => of("batchDetail").map(({ jobs }) => jobs);
    const first = await poll(caller, initialState());
    assert.deepEqual(details(), [["a", "b"]]);
    const second = await poll(caller, first.state, { now: 999 });
    assert.deepEqual(details(), []);
    assert.equal(second.state.jobs.get("a")?.detailAt, 0);
    service.set("a", "INCRE_TRANSFER_FAILED");
    const third = await poll(caller, second.state, { now: 999 });
    assert.deepEqual(details(), [["a"]]);
    assert.equal(third.state.jobs.get("a")?.detailAt, 999);
    await poll(caller, third.state, { now: 1_000 });
    assert.deepEqual(details(), [["b"]]);
  });

  it("touches only what says something else, and keeps the others the same objects", async () => {
    const service = new MemoryService();
    service.set("a", "CONFIGURATION");
    service.set("b", "CONFIGURATION");
    const { caller } = watched(service);
    const first = await poll(caller, initialState());
    const { state, touched } = await poll(caller, first.state);
    assert.deepEqual([...touched], []);
    service.set("b", "STARTJOBING");
    service.jobs.delete("a");
    const last = await poll(caller, state);
    assert.deepEqual(
      [...last.touched].map(([id, task]) => [id, task?.status]),
      [
        ["a", undefined],
        ["b", "starting"],
      ],
    );
    assert.equal(last.state.jobs.has("a"), false);
  });

  it("keeps the last details and progress where these cannot be had, and says why", async () => {
    for (const operation of ["batchDetail", "batchProgress"]) {
      const service = new MemoryService();
      service.set("a", "INCRE_TRANSFER_STARTED");
      service.orders.set("a", "FROZEN_POLICE");
      service.delays.set("a", "250");
      const { caller } = watched(service);
      const first = await poll(caller, initialState());
      service.failing.set(operation, "network");
      const { state, problem } = await poll(caller, first.state, { now: 2_000 });
      assert.ok(problem instanceof DrsError);
      assert.equal(problem.failure.operation, operation);
      const { task, detailAt } = state.jobs.get("a") ?? {};
      assert.deepEqual([task?.freeze?.id, task?.delayMs], ["police", 250]);
      assert.equal(detailAt, operation === "batchDetail" ? 0 : 2_000);
    }
  });

  it("forgets the progress of a task that has none any more", async () => {
    const service = new MemoryService();
    service.set("a", "INCRE_TRANSFER_STARTED");
    service.delays.set("a", "250");
    const { caller } = watched(service);
    const first = await poll(caller, initialState());
    service.set("a", "CONFIGURATION");
    const { state } = await poll(caller, first.state);
    assert.equal(state.jobs.get("a")?.task?.delayMs, undefined);
  });

  it("does not take an item that only says that a task is gone for its details", async () => {
    const service = new MemoryService();
    service.set("a", "CONFIGURATION");
    const { caller } = watched(service);
    const answers: TablesCaller = {
      ...caller,
      call: async (name, input, options) =>
        name === "batchDetail"
          ? ({ results: [{ id: "a", error_code: "DRS.M00289", status: null }] } as never)
          : await caller.call(name, input, options),
    };
    const { state } = await poll(answers, initialState());
    assert.equal(state.jobs.get("a")?.task?.detailed, false);
  });

  it("throws what is no error of the service, and its own end", async () => {
    const service = new MemoryService();
    service.set("a", "CONFIGURATION");
    const broken: TablesCaller = {
      ...service.caller,
      call: async (name, input, options) => {
        if (name === "batchDetail") {
          throw new TypeError("a bug");
        }
        return await service.caller.call(name, input, options);
      },
    };
    await assert.rejects(poll(broken, initialState()), TypeError);
    const controller = new AbortController();
    const ended: TablesCaller = {
      ...service.caller,
      call: async (name, input, options) => {
        const answer = await service.caller.call(name, input, options);
        controller.abort();
        return answer;
      },
    };
    await assert.rejects(poll(ended, initialState(), { signal: controller.signal }), { name: "AbortError" });
  });

  it("of a long list that was not read once asks for the details of failures alone, and for no progress", async () => {
    const service = new MemoryService();
    service.v5 = true;
    for (let index = 0; index < 450; index++) {
      service.set(`t${index}`, "INCRE_TRANSFER_STARTED");
    }
    service.set("t449", "INCRE_TRANSFER_FAILED");
    const { caller, asked } = watched(service);
    const first = await poll(caller, initialState());
    assert.deepEqual(first.unread, { of: 450 });
    assert.deepEqual(
      asked.flatMap(([name, { jobs }]) => (jobs === undefined ? [] : [[name, jobs]])),
      [["batchDetail", ["t449"]]],
    );
    const v5 = service.calls.filter((name) => name === "listJobsV5").length;
    assert.ok(v5 >= 2);
    assert.equal(first.requests, service.calls.length - (v5 - 2), "those to v5 that look for failures count");
    asked.splice(0);
    const second = await poll(caller, first.state);
    assert.equal(second.unread, undefined);
    assert.equal(second.touched.size > 0, true);
  });
});
