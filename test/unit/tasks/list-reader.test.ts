import assert from "node:assert/strict";
import { DrsError, type FailureKind } from "../../../src/drs/errors";
import { alertingApiStatuses, unknownToV5 } from "../../../src/status/status";
import type { ListedJob } from "../../../src/tasks/decode";
import { isOutdated, type ListCaller, type Listing, readList } from "../../../src/tasks/list-reader";

const { signal } = new AbortController();
const minute = 60_000;

/** A service that lists these jobs, and what is asked of it. */
class ListService {
  readonly jobs = new Map<string, ListedJob>();
  readonly asked: string[] = [];
  /** What a page answers instead, by its number. */
  readonly pages = new Map<number, object>();
  /** How calls fail, by what they are. */
  readonly failing = new Map<string, FailureKind>();
  /** What v5 answers to a filter, and to a count; absent: there is no v5. */
  v5: ((status: string | undefined) => object | undefined) | undefined;

  readonly caller: ListCaller = {
    call: (name, input) => this.#answer(name, input as never) as never,
    listV5: ({ status, limit }, options) => {
      this.asked.push(`v5 ${status ?? "all"} ${limit} ${options.timeoutMs}`);
      this.#fail("v5");
      return Promise.resolve(this.v5?.(status ?? undefined)) as never;
    },
  };

  fill(count: number, status = "INCRE_TRANSFER_STARTED"): this {
    for (let index = this.jobs.size; this.jobs.size < count; index++) {
      this.set(`t${index}`, status);
    }
    return this;
  }

  set(id: string, status: string, facts: Partial<ListedJob> = {}): void {
    this.jobs.set(id, { id, name: id, status, ...facts });
  }

  /** The requests since the last time, in short. */
  take(): string[] {
    return this.asked.splice(0);
  }

  #fail(what: string): void {
    const kind = this.failing.get(what);
    if (kind !== undefined) {
      throw new DrsError({ kind, operation: what, reason: `${what} fails` });
    }
  }

  async #answer(
    name: string,
    input: { cur_page: number; per_page: number; status?: string; name?: string; jobs?: string[] },
  ) {
    const { cur_page, status, name: names, jobs: ids = [] } = input;
    if (name === "batchStatus") {
      this.asked.push(`status ${ids.join(",")}`);
      this.#fail("status");
      return {
        results: ids.map((id) => {
          const job = this.jobs.get(id);
          return job === undefined ? { id, error_code: "DRS.M00289" } : { id, status: job.status };
        }),
      };
    }
    this.asked.push(["page", cur_page, status ?? names].filter(Boolean).join(" "));
    this.#fail(status ?? "page");
    const instead = status === undefined && names === undefined ? this.pages.get(cur_page) : undefined;
    const all = [...this.jobs.values()].filter(({ id }) => names?.split(",").includes(id) ?? true);
    const fitting = status === undefined ? all : all.filter((job) => job.status === status);
    const from = (cur_page - 1) * input.per_page;
    return { total_record: fitting.length, jobs: fitting.slice(from, from + input.per_page), ...instead };
  }
}

const read = (
  service: ListService,
  last?: Listing,
  options: { now?: number; followed?: readonly string[]; onlyFollowed?: boolean } = {},
) => {
  const { now = 0, followed = [], onlyFollowed = false } = options;
  return readList(service.caller, last, { signal, now, followed: new Set(followed), onlyFollowed });
};
const statusOf = (listing: Listing, id: string) => listing.jobs.get(id)?.job.status;

describe("a short list", () => {
  it("is read at once: one page, or up to four", async () => {
    for (const [count, pages] of [
      [0, ["page 1"]],
      [100, ["page 1"]],
      [101, ["page 1", "page 2"]],
      [400, ["page 1", "page 2", "page 3", "page 4"]],
    ] as const) {
      const service = new ListService().fill(count);
      const { jobs, fresh, total, cursor } = await read(service);
      assert.deepEqual(service.take(), pages);
      assert.deepEqual([jobs.size, fresh.size, total, cursor], [count, count, count, undefined]);
    }
  });

  it("has children after their parents, which are none of its count", async () => {
    const service = new ListService();
    service.set("p", "CHANGE_JOB_STARTED", {
      children: [{ id: "c", status: "CHILD_TRANSFER_STARTED" }],
    } as never);
    const listing = await read(service);
    assert.deepEqual(
      [...listing.jobs.entries()].map(([id, { parentId }]) => [id, parentId]),
      [
        ["p", undefined],
        ["c", "p"],
      ],
    );
    assert.equal(listing.total, 1);
  });

  it("is believed about what it does not list where its pages agree", async () => {
    const service = new ListService().fill(3);
    const last = await read(service);
    service.jobs.delete("t1");
    service.take();
    const listing = await read(service, last);
    assert.deepEqual(service.take(), ["page 1"]);
    assert.equal(listing.jobs.has("t1"), false);
  });

  it("is asked for what it has lost by id where it counts more than it lists", async () => {
    const service = new ListService().fill(3);
    const last = await read(service);
    service.pages.set(1, { total_record: 3, jobs: [service.jobs.get("t0")] });
    service.jobs.delete("t1");
    service.set("t2", "INCRE_TRANSFER_FAILED", { job_action: { available_actions: ["RETRY"] } });
    service.take();
    const listing = await read(service, last);
    assert.deepEqual(service.take(), ["page 1", "status t1,t2"]);
    assert.deepEqual([...listing.jobs.ids()], ["t0", "t2"]);
    assert.equal(statusOf(listing, "t2"), "INCRE_TRANSFER_FAILED");
    assert.equal(listing.jobs.get("t2")?.job.job_action, undefined, "it was for the status before");
  });

  it("is read to its end where the service counts fewer than it lists", async () => {
    const service = new ListService().fill(250);
    for (const [page, from] of [0, 100, 200].entries()) {
      const jobs = [...service.jobs.values()].slice(from, from + 100);
      service.pages.set(page + 1, { total_record: 3, jobs });
    }
    const { jobs, cursor } = await read(service);
    assert.deepEqual([jobs.size, cursor], [250, undefined]);
    assert.deepEqual(service.take(), ["page 1", "page 2", "page 3"]);
  });

  it("keeps what nothing is said of, as the same object where its status is the same", async () => {
    const service = new ListService().fill(2);
    const last = await read(service);
    const known = last.jobs.get("t0");
    service.pages.set(1, { total_record: 2, jobs: [] });
    assert.equal((await read(service, last)).jobs.get("t0"), known);
    service.jobs.set("t0", { id: "t0", name: "t0", status: "" });
    assert.equal((await read(service, last)).jobs.get("t0"), known);
    service.jobs.set("t0", { id: "t0", name: "t0", status: "DELETED" });
    const listing = await read(service, last);
    assert.deepEqual([listing.jobs.has("t0"), listing.gone], [false, ["t0"]]);
  });
});

/** The requests that look for failures without v5: a page of each status that alerts. */
const failures = alertingApiStatuses.map((status) => `page 1 ${status}`).sort();
const others = [...unknownToV5].map((status) => `page 1 ${status}`).sort();
/** The pages of single statuses that were asked for. */
const filtered = (service: ListService) =>
  service
    .take()
    .filter((what) => /^page 1 [A-Z]/.test(what))
    .sort();
const toldByV5 = alertingApiStatuses.filter((status) => !unknownToV5.has(status));

describe("a long list", () => {
  it("is read four pages at a time, with all failures first, and over and over", async () => {
    const service = new ListService().fill(950);
    service.set("t700", "INCRE_TRANSFER_FAILED");
    const first = await read(service);
    assert.deepEqual(service.take().slice(0, 1), ["page 1"]);
    assert.equal(first.cursor?.first, true);
    assert.equal(first.jobs.size, 401, "four pages and the failure");
    assert.equal(statusOf(first, "t700"), "INCRE_TRANSFER_FAILED");
    const second = await read(service, first);
    assert.deepEqual(service.take(), ["page 5", "page 6", "page 7", "page 8", "status t700"].slice(0, 4));
    assert.deepEqual([second.jobs.size, second.fresh.size, second.cursor?.nextPage], [800, 400, 9]);
    const third = await read(service, second);
    assert.deepEqual(service.take(), ["page 9", "page 10"]);
    assert.equal(third.jobs.size, 950);
    assert.deepEqual([third.cursor?.nextPage, third.cursor?.first, third.total], [1, false, 950]);
    await read(service, third);
    assert.deepEqual(service.take(), ["page 1", "page 2", "page 3", "page 4"]);
  });

  it("has been read where a page is empty, however many tasks the service counts", async () => {
    const service = new ListService().fill(150);
    for (let page = 1; page < 9; page++) {
      const jobs = [...service.jobs.values()].slice((page - 1) * 100, page * 100);
      service.pages.set(page, { total_record: 1e12, jobs });
    }
    const { jobs, cursor } = await read(service);
    assert.deepEqual([jobs.size, cursor?.first, cursor?.nextPage], [150, false, 1]);
  });

  it("looks for failures once a minute, status by status where there is no v5", async () => {
    const service = new ListService().fill(950);
    const first = await read(service);
    assert.deepEqual(filtered(service), failures);
    const second = await read(service, first, { now: minute - 1 });
    assert.deepEqual(service.take(), ["page 5", "page 6", "page 7", "page 8"]);
    await read(service, second, { now: minute });
    assert.deepEqual(
      service
        .take()
        .filter((what) => / [A-Z]/.test(what))
        .sort(),
      failures,
    );
  });

  it("asks v5 for the failures at once where it counts as many tasks, and v3 for what v5 cannot filter", async () => {
    const service = new ListService().fill(950);
    service.set("t900", "FULL_TRANSFER_FAILED");
    service.v5 = (status) =>
      status === undefined
        ? { total_count: 950, jobs: [] }
        : { total_count: 1, jobs: [{ id: "t900", status: "FULL_TRANSFER_FAILED" }] };
    const first = await read(service);
    const asked = service.take().filter((what) => !/^page \d$/.test(what));
    assert.deepEqual(
      asked.sort(),
      [`v5 ${toldByV5.join(",")} 100 10000`, "v5 all 1 10000", ...others, "page 1 t900"].sort(),
    );
    assert.equal(statusOf(first, "t900"), "FULL_TRANSFER_FAILED");
    assert.equal(first.cursor?.filtersV5, true);
  });

  it("takes what v5 says of known tasks, their actions too, without asking v3 for them", async () => {
    const service = new ListService().fill(950);
    service.v5 = (status) => ({ total_count: status === undefined ? 950 : 0, jobs: [] });
    const first = await read(service);
    const job_action = { available_actions: ["RETRY"] };
    service.v5 = (status) =>
      status === undefined
        ? { total_count: 950, jobs: [] }
        : {
            total_count: 1,
            jobs: [{ id: "t3", status: "FULL_TRANSFER_FAILED", job_action, children: null }],
          };
    service.take();
    const second = await read(service, first, { now: minute });
    assert.ok(!service.take().includes("page 1 t3"));
    assert.deepEqual(
      [statusOf(second, "t3"), second.jobs.get("t3")?.job.job_action, second.fresh.has("t3")],
      ["FULL_TRANSFER_FAILED", job_action, true],
    );
  });

  for (const [what, v5] of [
    ["counts another number of tasks", () => ({ total_count: 949, jobs: [] })],
    ["does not count", () => ({ jobs: [] })],
    ["has more failures than it lists", (status?: string) => ({ total_count: status ? 5 : 950, jobs: [] })],
  ] as const) {
    it(`does not rely on a v5 that ${what}`, async () => {
      const service = new ListService().fill(950);
      service.v5 = v5;
      const listing = await read(service);
      assert.deepEqual(filtered(service), failures);
      assert.equal(listing.cursor?.filtersV5, false);
    });
  }

  it("does without v5 where it fails, but not after a refused proof or too many requests", async () => {
    const service = new ListService().fill(950);
    service.v5 = () => ({ total_count: 950, jobs: [] });
    for (const kind of ["timeout", "permission", "service"] as const) {
      service.failing.set("v5", kind);
      assert.equal((await read(service)).cursor?.filtersV5, false, kind);
    }
    for (const kind of ["authentication", "throttled"] as const) {
      service.failing.set("v5", kind);
      await assert.rejects(read(service), DrsError, kind);
    }
  });

  it("does not rely on v5 for the rest of a scan that hides a known failure, and looks for others at once", async () => {
    const service = new ListService().fill(950);
    service.v5 = (status) => ({ total_count: status === undefined ? 950 : 0, jobs: [] });
    const first = await read(service);
    service.set("t7", "FULL_TRANSFER_FAILED");
    first.jobs.set("t7", { job: service.jobs.get("t7") as ListedJob, parentId: undefined });
    service.take();
    const second = await read(service, first, { now: minute });
    assert.ok(service.take().includes("status t7"));
    assert.equal(second.cursor?.filtersV5, false);
    await read(service, second, { now: minute + 1 });
    assert.deepEqual(filtered(service), failures);
  });

  it("asks by id for what changes by itself, for what was failed, and for what somebody waits for", async () => {
    const service = new ListService().fill(950);
    service.set("t1", "STARTJOBING");
    service.set("t2", "INCRE_TRANSFER_STARTED", { job_action: { current_action: "STOP_JOB" } });
    service.set("t3", "INCRE_TRANSFER_FAILED");
    const first = await read(service);
    service.set("t1", "INCRE_TRANSFER_STARTED");
    service.set("t3", "INCRE_TRANSFER_STARTED");
    service.jobs.delete("t2");
    service.take();
    const second = await read(service, first, { now: minute, followed: ["t9", "nowhere"] });
    assert.ok(service.take().includes("status t9,t3,t1,t2"));
    assert.deepEqual(
      ["t1", "t2", "t3"].map((id) => statusOf(second, id)),
      ["INCRE_TRANSFER_STARTED", undefined, "INCRE_TRANSFER_STARTED"],
    );
    assert.deepEqual(
      ["t1", "t3", "t9"].map((id) => second.fresh.has(id)),
      [true, true, false],
      "only what is another now was read",
    );
  });

  it("reads no page and no failures where only somebody waits", async () => {
    const service = new ListService().fill(950);
    const first = await read(service);
    service.set("t9", "PAUSING");
    service.take();
    const second = await read(service, first, { now: 10 * minute, followed: ["t9"], onlyFollowed: true });
    assert.deepEqual(service.take(), ["status t9"]);
    assert.deepEqual([statusOf(second, "t9"), [...second.fresh]], ["PAUSING", ["t9"]]);
    assert.deepEqual(second.cursor, first.cursor);
  });

  it("looks by id for tasks that no page of a scan has shown, and forgets those that are gone", async () => {
    const service = new ListService().fill(450);
    let listing = await read(service);
    assert.equal(listing.cursor?.nextPage, 5);
    service.jobs.delete("t5");
    listing = await read(service, listing);
    listing = await read(service, listing);
    assert.equal(listing.jobs.has("t5"), true);
    listing = await read(service, listing);
    assert.deepEqual([...(listing.cursor?.missed ?? [])], ["t5"]);
    service.take();
    listing = await read(service, listing);
    assert.ok(service.take().includes("status t5"));
    assert.equal(listing.jobs.has("t5"), false);
  });

  it("is short again as soon as it has few enough tasks", async () => {
    const service = new ListService().fill(450);
    const first = await read(service);
    for (let index = 0; index < 100; index++) {
      service.jobs.delete(`t${index}`);
    }
    const second = await read(service, first);
    assert.equal(second.cursor, undefined);
    service.take();
    const third = await read(service, second);
    assert.deepEqual([third.jobs.size, third.total], [350, 350]);
    assert.deepEqual(service.take(), ["page 1", "page 2", "page 3", "page 4"]);
  });

  it("reads up to ten pages of one failure, and only one where the service does not filter", async () => {
    const service = new ListService().fill(1_100, "INCRE_TRANSFER_FAILED").fill(1_600);
    await read(service);
    const pages = service.take().filter((what) => what.endsWith(" INCRE_TRANSFER_FAILED"));
    assert.equal(pages.length, 10);
    service.failing.set("CREATE_FAILED", "validation");
    await read(service);
    service.failing.set("CREATE_FAILED", "permission");
    await assert.rejects(read(service), DrsError, "only a status that the service does not know is skipped");
  });
});

describe("a known fact", () => {
  it("is outdated from its age on, and when the clock was set back", () => {
    assert.equal(isOutdated(1_000, 1_999, 1_000), false);
    assert.equal(isOutdated(1_000, 2_000, 1_000), true);
    assert.equal(isOutdated(1_000, 999, 1_000), true);
    assert.equal(isOutdated(1_000, 1_000, 1_000), false);
  });
});
