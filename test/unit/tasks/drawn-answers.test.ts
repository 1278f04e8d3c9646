import assert from "node:assert/strict";
import { conditionOf, isWanted, type Policy } from "../../../src/alerts/evaluate";
import { signRuleIds } from "../../../src/alerts/rules/rules";
import { summaryOf } from "../../../src/alerts/summary";
import { noticeText } from "../../../src/alerts/texts";
import { parts } from "../../../src/details/parts/parts";
import { detailsOf } from "../../../src/details/view";
import { table } from "../../../src/drs/all-operations";
import { checkedAnswer } from "../../../src/drs/answer";
import type { TablesCaller } from "../../../src/drs/client";
import { EitherVersion } from "../../../src/drs/either-version";
import { DrsError, isDrsError } from "../../../src/drs/errors";
import type { Operation, OperationTable } from "../../../src/drs/operation";
import { operations } from "../../../src/drs/operations";
import { v5Of } from "../../../src/drs/v5";
import { diagnosisOf } from "../../../src/failures/diagnosis";
import { parseStatus } from "../../../src/status/status";
import { rowOf, statusOrder } from "../../../src/status/statuses";
import { AttentionIndex } from "../../../src/tasks/attention-index";
import { TaskStore } from "../../../src/tasks/store";
import type { Task } from "../../../src/tasks/task";
import { Layout } from "../../../src/tree/layout";
import { descriptionOf, labelOf } from "../../../src/tree/rows";
import { fits, usual } from "../../../src/tree/view-options";
import { rulesOf } from "../../support/alert-rules";
import {
  breakOne,
  incoming,
  itemsOf,
  knownOperations,
  type LeafPath,
  modelStatuses,
  validAnswer,
  validModel,
} from "../../support/answers";
import { ManualClock } from "../../support/clock";
import { Random } from "../../support/random";
import { english, factsOf } from "../details/facts";

const draws = process.env.DRS_SOAK === "1" ? 100_000 : 200;
const pace = { soon: 1, fast: 1, steady: 1, background: 1, longest: 1, detailMaxAge: 0, perRequest: 0 };
const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: rulesOf(1_000, 30),
  signRules: new Set(signRuleIds),
};
const idOf = (index: number) => `${index}`.padStart(36, "t");

interface Broken {
  readonly name: string;
  readonly path: LeafPath;
}

/** Six tasks, one of them frozen, one with a child, behind the client's own check of answers. */
class World {
  readonly statuses: readonly string[];
  /** The operation whose next answer has one odd leaf, and which leaf that was. */
  breaking: string | undefined;
  broken: Broken | undefined;
  readonly caller: TablesCaller;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    const [first = "", ...rest] = modelStatuses;
    this.statuses = Array.from({ length: 6 }, () => random.pick([first, ...rest]));
    this.caller = {
      call: async (name) => this.#answer(name, operations[name]) as never,
      callIn: async (_, operation) => {
        throw new DrsError({ kind: "notFound", operation, reason: "no such path", code: "APIGW.0101" });
      },
    };
  }

  #answer(name: string, operation: Operation): object {
    const body = this.#body(name);
    if (this.breaking === name) {
      const path = breakOne(body, this.#random);
      this.breaking = undefined;
      this.broken = path && { name, path };
    }
    return checkedAnswer(operation, incoming(body), { operation: name, host: "h", reads: true }, () => {});
  }

  #body(name: string): Record<string, unknown> {
    const random = this.#random;
    switch (name) {
      case "listJobs": {
        const jobs = this.statuses.map((status, index) => ({
          ...validModel("JobInfo", random),
          ...{ id: idOf(index), name: `task ${index}`, status, job_action: null },
          children:
            index === 0
              ? [{ ...validModel("ChildrenJobInfo", random), id: idOf(9), status: "CHILD_TRANSFER_FAILED" }]
              : null,
        }));
        return { total_record: jobs.length, jobs };
      }
      case "batchStatus":
        return { results: this.statuses.map((status, index) => ({ id: idOf(index), status })) };
      case "batchDetail": {
        const results = this.statuses.map((status, index) => ({
          ...validModel("QueryJobResp", random),
          ...{ id: idOf(index), status, parent_id: null },
          period_order: { order_id: "o", status: index === 1 ? "FROZEN_CAN_RENEW" : "COMPLETED" },
        }));
        return { count: results.length, results };
      }
      default: {
        const results = this.statuses.map((_, index) => ({
          ...validModel("QueryProgressResp", random),
          job_id: idOf(index),
        }));
        return { count: results.length, results };
      }
    }
  }

  /** What the service says of a task: its row, and that it must be told. */
  truthOf(index: number) {
    return parseStatus(this.statuses[index] ?? "", index === 1 ? "FROZEN_CAN_RENEW" : undefined);
  }

  /** Whether the odd leaf is the very fact that a task's status comes from. */
  isAbout(index: number): boolean {
    const [list, item, field] = this.broken?.path ?? [];
    const own = (list === "jobs" && field === "status") || field === "period_order" || field === undefined;
    return item === index && (own || field === "id");
  }
}

/** Draws everything that is shown of tasks; it is enough that nothing throws and the row is there. */
async function draw(tasks: ReadonlyMap<string, Task>, diagnosed: boolean): Promise<void> {
  const layout = new Layout(tasks.values(), usual, {
    ...{ isPinned: () => false, isMuted: () => false, thresholds: { delayMs: 1_000 } },
  });
  const rows = layout.groups.flatMap((group) => group.rows);
  const below = [...tasks.keys()].flatMap((id) => layout.childrenOf(id));
  assert.equal(rows.length + below.length, tasks.size);
  assert.equal(layout.count, tasks.size);
  for (const task of tasks.values()) {
    assert.ok(labelOf(task, english, descriptionOf(task, english)).startsWith(task.name));
    assert.equal(fits(task, usual.filter), true);
    const diagnosis = diagnosed ? await diagnosisOf(task) : null;
    const page = detailsOf(task, factsOf(task, { diagnosis }));
    assert.equal(page.status.alert, rowOf(task.status).alert);
    JSON.stringify(page);
  }
}

describe("answers drawn from the service's own models", () => {
  it(`lose no task, failure or freeze when one leaf is odd, and throw nowhere (${draws} draws)`, async () => {
    const random = new Random();
    for (let number = 0; number < draws; number++) {
      const world = new World(random);
      const store = new TaskStore(world.caller, pace, new ManualClock());
      const about = () =>
        `seed ${random.seed}, draw ${number}: ${world.broken?.name} ${world.broken?.path.join(".")} of ${world.statuses}`;
      await store.refresh();
      assert.equal(store.snapshot.problem, undefined, about());
      assert.equal(store.snapshot.tasks.size, 7, about());
      world.breaking = random.pick(["listJobs", "batchDetail", "batchProgress"]);
      await store.refresh();
      const { tasks, problem } = store.snapshot;
      assert.equal(problem, undefined, about());
      if (world.broken?.path[2] !== "children" && !(world.broken?.path[1] === 0 && world.isAbout(0))) {
        assert.ok(tasks.has(idOf(9)), about());
      }
      for (const index of world.statuses.keys()) {
        if (world.isAbout(index)) {
          continue;
        }
        const task = tasks.get(idOf(index));
        assert.ok(task, about());
        const truth = world.truthOf(index);
        if (truth !== undefined) {
          assert.equal(task.status, truth, about());
          const condition = conditionOf(task, undefined, () => 0, policy);
          if (rowOf(truth).alert !== "none") {
            assert.ok(condition !== undefined && isWanted(condition, policy), about());
            assert.ok(noticeText({ level: "error", condition, task }, null, english).includes(task.name));
          }
        }
      }
      const index = new AttentionIndex(tasks.values(), { delayMs: 1_000 }, () => false);
      const attention = index.first(tasks.values(), tasks.size);
      const { text } = summaryOf(
        [{ id: "c", name: "c", counts: index.counts, attention, unread: false }],
        0,
        () => undefined,
        english,
      );
      for (const [icon, id] of [
        ["error", "failed"],
        ["lock", "frozen"],
      ] as const) {
        const length = attention.get(id)?.length ?? 0;
        assert.equal(text.includes(`$(${icon}) ${length}`), length > 0, about());
      }
      // The catalogue has hundreds of patterns.
      await draw(tasks, number % 50 === 0);
      store.dispose();
    }
  });

  it(`lose no task of a service that has only v5, and throw nowhere (${draws} draws)`, async () => {
    const random = new Random();
    const [first = "", ...rest] = modelStatuses;
    for (let number = 0; number < draws / 4; number++) {
      const statuses = Array.from({ length: 4 }, () => random.pick([first, ...rest, "A_NEW_STATUS"]));
      let breaking = false;
      const answers: Readonly<Record<string, (input: object) => Record<string, unknown>>> = {
        listJobsV5: () => {
          const jobs = statuses.map((status, index) => ({
            ...Object(itemsOf(table.listJobsV5, validAnswer("listJobsV5", random))[0]),
            ...{ id: idOf(index), name: `task ${index}`, status, job_action: null, children: null },
          }));
          return { total_count: jobs.length, jobs };
        },
        showJobDetail: (input) => {
          const { job_id: id } = input as { readonly job_id: string };
          const status = statuses[Number(id.replaceAll("t", ""))];
          const { job } = validAnswer("showJobDetail", random);
          const answer = { job: { ...Object(job), id, status } };
          if (breaking) {
            breakOne(answer.job, random);
            Object.assign(answer.job, { id, status });
          }
          return answer;
        },
      };
      const caller = new EitherVersion({
        call: async (name) => {
          throw new DrsError({ kind: "notFound", operation: name, reason: "no", code: "APIGW.0101" });
        },
        callIn: async (_, name, input) => {
          const body = (answers[name] ?? (() => validAnswer(name, random)))(input as object);
          const facts = { operation: name, host: "h", reads: true };
          return checkedAnswer(tables[name] as Operation, incoming(body), facts, () => {}) as never;
        },
      });
      const store = new TaskStore(caller, pace, new ManualClock());
      const about = () => `seed ${random.seed}, draw ${number}: ${statuses.join(", ")}`;
      for (const isOdd of [false, true]) {
        breaking = isOdd;
        await store.refresh();
        const { tasks, problem } = store.snapshot;
        assert.equal(problem, undefined, about());
        assert.deepEqual(
          statuses.map((_, index) => tasks.get(idOf(index))?.status),
          statuses.map((status) => parseStatus(status)),
          about(),
        );
        await draw(tasks, false);
      }
      store.dispose();
    }
  });

  const tables: OperationTable = table;

  for (const name of knownOperations) {
    it(`of ${name} are taken, also with one odd leaf`, () => {
      const random = new Random();
      const operation = tables[name];
      assert.ok(operation);
      const facts = { operation: name, host: "h", reads: true };
      for (let number = 0; number < draws / 20; number++) {
        const body = validAnswer(name, random);
        const where = `seed ${random.seed}, draw ${number}: ${JSON.stringify(body)}`;
        for (const item of itemsOf(operation, body)) {
          // An item without its id is none.
          Object.assign(Object(item), { id: idOf(1), job_id: idOf(1) });
        }
        Object.assign(body, name === "showJobDetail" ? { job: { ...Object(body.job), id: idOf(1) } } : {});
        const said: string[] = [];
        const answer = checkedAnswer(operation, incoming(body), facts, (what) => said.push(what));
        assert.equal(itemsOf(operation, { ...answer }).length, itemsOf(operation, body).length, where);
        const path = breakOne(body, random);
        try {
          checkedAnswer(operation, incoming(body), facts, () => {});
        } catch (error) {
          // Only an answer that is one object, without which nothing is left.
          assert.ok(isDrsError(error) && path !== undefined && path.length <= 2, `${where} ${path}`);
        }
      }
    });
  }

  it("fill every part of the details page, also with one odd leaf", async () => {
    const random = new Random();
    const check = (name: string, operation: Operation) => {
      const body = validAnswer(name, random);
      breakOne(body, random);
      return checkedAnswer(operation, incoming(body), { operation: name, host: "h", reads: true }, () => {});
    };
    const client: TablesCaller = {
      call: async (name) => check(name, operations[name]) as never,
      callIn: async (table, name) => check(name, table[name] as Operation) as never,
    };
    const query = { offset: 0, filter: "" };
    const signal = new AbortController().signal;
    for (let number = 0; number < draws / 10; number++) {
      for (const [id, part] of Object.entries(parts)) {
        try {
          const value = await part.read({
            ...{ client, session: { client }, past: () => [] },
            ...{ v5: v5Of(client), id: idOf(1), query, signal },
          });
          if (value !== undefined) {
            const table = part.table(value as never, english, query);
            JSON.stringify(table);
          }
        } catch (error) {
          assert.ok(isDrsError(error), `seed ${random.seed}, draw ${number}, ${id}: ${String(error)}`);
        }
      }
    }
  });
});
