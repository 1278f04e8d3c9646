/**
 * Random walks of what users do and what happens to engines, through the real jobs and the real reconciler: no illegal
 * transition, no failure that nobody had, no passing status for ever once the world is quiet, nothing left behind.
 */
import assert from "node:assert/strict";
import { mock } from "node:test";
import fc from "fast-check";
import { plainName } from "../../../src/backend/engine/table-name";
import { JobActions } from "../../../src/backend/jobs/actions";
import { Controller } from "../../../src/backend/jobs/controller";
import { childOf, type Job, tableId } from "../../../src/backend/jobs/job";
import { type Action, availableActions, requireCopyAgain } from "../../../src/backend/jobs/legal-actions";
import { LegalChanges } from "../../../src/backend/jobs/legal-changes";
import { Prechecks } from "../../../src/backend/jobs/prechecks";
import { JobStore } from "../../../src/backend/jobs/store";
import { ApiError } from "../../../src/backend/messages";
import { SimulatedEngine } from "../../support/simulated-engine";
import { account, newJob, seal } from "../../support/simulated-job";
import { SimulatedWorld } from "../../support/simulated-world";
import { causes, changeTransitions, passing, transitions } from "../../support/transitions";

const pollMs = 500;
const tables = ["a", "b", "c"] as const;

/** How long one life of the backend lasts: it can end at any statement and at any step of the engine. */
class Span {
  steps = 0;
  last = Number.POSITIVE_INFINITY;
  #end: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  readonly alive = async (): Promise<void> => {
    if (this.over) {
      this.#end();
      // A dead process goes no further.
      await new Promise(() => undefined);
    }
    this.steps++;
  };

  get over(): boolean {
    return this.steps >= this.last;
  }
}

interface Life {
  readonly span: Span;
  readonly store: JobStore;
  readonly controller: Controller;
  readonly actions: JobActions;
  readonly prechecks: Prechecks;
}

async function begin(world: SimulatedWorld): Promise<Life> {
  const span = new Span();
  const engine = new SimulatedEngine(world, span.alive);
  const store = await JobStore.open(world.database(span.alive));
  const controller = new Controller(store, engine, seal);
  await controller.start();
  const changes = new LegalChanges(store, controller);
  const actions = new JobActions(changes, store, controller, engine, seal);
  return { span, store, controller, actions, prechecks: new Prechecks(changes, store, controller, engine) };
}

async function end({ controller }: Life): Promise<void> {
  void controller.stop();
  await controller.closeLinks();
}

/** Lets everything happen that needs no time. */
async function settle({ span }: Life): Promise<void> {
  for (let quiet = 0, steps = span.steps; quiet < 3; quiet = steps === span.steps ? quiet + 1 : 0) {
    steps = span.steps;
    await new Promise(setImmediate);
  }
}

type Event =
  | { readonly kind: "wait"; readonly polls: number }
  | { readonly kind: "user"; readonly choice: number; readonly detail: number }
  | { readonly kind: "away"; readonly side: "source" | "target" }
  | { readonly kind: "block" | "loseTable"; readonly table: (typeof tables)[number] }
  | { readonly kind: "balance"; readonly balance: number }
  | { readonly kind: "refuse" | "lock" | "back" | "clear" | "loseSlot" | "loseSpare" | "strand" | "drop" }
  | { readonly kind: "crash"; readonly after: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), polls: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("user" as const), choice: fc.nat(99), detail: fc.nat(99) }),
  },
  fc.record({ kind: fc.constant("away" as const), side: fc.constantFrom("source", "target") }),
  fc.record({ kind: fc.constantFrom("block", "loseTable"), table: fc.constantFrom(...tables) }),
  fc.record({ kind: fc.constant("balance" as const), balance: fc.constantFrom(0, 10) }),
  fc.record({ kind: fc.constantFrom("refuse", "lock", "loseSlot", "loseSpare", "strand", "strand", "drop") }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("back", "clear") }) },
  fc.record({ kind: fc.constant("crash" as const), after: fc.nat(20) }),
);

/** A walk: a world, the backend's present life in it, and the one task. */
class Walk {
  readonly world = new SimulatedWorld();
  #life: Life | undefined;

  private constructor(readonly id: string) {}

  static async begin(taskType: Job["taskType"]): Promise<Walk> {
    const job = newJob(taskType);
    const walk = new Walk(job.id);
    const life = await walk.#alive();
    await life.store.insert(job);
    await walk.pass(2);
    return walk;
  }

  get job(): Job {
    const job = this.#life?.store.get(this.id);
    assert.ok(job !== undefined);
    return job;
  }

  /** Time passes; a dead backend is started again. */
  async pass(polls: number): Promise<void> {
    for (let poll = 0; poll < polls; poll++) {
      this.world.tick();
      mock.timers.tick(pollMs);
      await settle(await this.#alive());
    }
  }

  async take(event: Event): Promise<void> {
    const { world } = this;
    switch (event.kind) {
      case "wait":
        await this.pass(event.polls);
        break;
      case "user":
        await this.act(event.choice, event.detail);
        break;
      case "away":
        world.away.add(event.side);
        break;
      case "back":
        world.away.clear();
        world.refusing = false;
        world.locked = false;
        break;
      case "block":
        world.blocked.add(`public.${event.table}`);
        break;
      case "loseTable":
        world.loseTable(`public.${event.table}`);
        break;
      case "clear":
        world.blocked.clear();
        break;
      case "refuse":
        world.refusing = true;
        break;
      case "lock":
        world.locked = true;
        break;
      case "loseSlot":
        world.loseSlot();
        break;
      case "loseSpare":
        world.spare = false;
        break;
      case "strand":
        world.strand();
        break;
      case "drop":
        world.dropSubscription();
        break;
      case "balance": {
        const life = await this.#alive();
        void life.store.setBalance(account, event.balance).then(() => life.controller.wake());
        await settle(life);
        break;
      }
      case "crash": {
        const { span } = await this.#alive();
        span.last = span.steps + event.after;
        break;
      }
    }
  }

  /** Does one of the things that a user may do now. */
  async act(choice: number, detail: number): Promise<void> {
    const life = await this.#alive();
    const { job } = this;
    const gate = life.controller.constraintsOf(job);
    const child = job.change === null ? undefined : childOf(job, job.change);
    const listed = [job, ...(child === undefined ? [] : [child])].flatMap((task) =>
      availableActions(task, gate)
        .filter(isDone)
        .map((action) => async () => await users[action](life, task.id, detail)),
    );
    const possible = mayCopyAgain(job, gate)
      ? [...listed, async () => await copyAgain(life.actions, job, detail)]
      : listed;
    const chosen = possible[choice % Math.max(possible.length, 1)];
    if (chosen !== undefined) {
      await this.#ask(life, chosen());
    }
  }

  async retry(): Promise<void> {
    const life = await this.#alive();
    const { job } = this;
    const gate = life.controller.constraintsOf(job);
    const lost = job.tables.filter((table) => this.world.lost.has(plainName(table)));
    if (lost.length > 0 && mayCopyAgain(job, gate)) {
      await this.#ask(life, life.actions.copyAgain(this.id, lost.map(tableId), false));
      return;
    }
    const offered = availableActions(job, gate);
    const action = (["RETRY", "START", "FREE_RESOURCE"] as const).find((one) => offered.includes(one));
    if (action !== undefined) {
      await this.#ask(life, users[action](life, this.id, 4));
    }
  }

  async end(): Promise<void> {
    const life = await this.#alive();
    await this.#ask(life, life.actions.end(this.id, false));
  }

  async close(): Promise<void> {
    if (this.#life !== undefined) {
      await end(this.#life);
    }
  }

  /** A call of the API: it may be refused, and a dead backend does not answer. */
  async #ask(life: Life, call: Promise<void>): Promise<void> {
    const answered = call.catch((error: unknown) => assert.ok(error instanceof ApiError, String(error)));
    await Promise.race([answered, life.span.ended]);
    life.controller.wake();
    await settle(life);
  }

  async #alive(): Promise<Life> {
    if (this.#life?.span.over) {
      await end(this.#life);
      this.#life = undefined;
    }
    this.#life ??= await begin(this.world);
    return this.#life;
  }
}

/** Runs a pre-check to its end, which here takes a few turns of the loop. */
async function check({ prechecks }: Life, id: string): Promise<void> {
  await prechecks.begin(id);
  for (let turn = 0; turn < 20; turn++) {
    await new Promise(setImmediate);
  }
}

type Deed = (life: Life, id: string, detail: number) => Promise<void>;

function mayCopyAgain(job: Job, gate: Parameters<typeof requireCopyAgain>[1]): boolean {
  try {
    requireCopyAgain(job, gate);
    return true;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return false;
  }
}

async function copyAgain(actions: JobActions, job: Job, detail: number): Promise<void> {
  const chosen = job.tables.filter((_, index) => ((detail % 7) + 1) & (1 << index));
  await actions.copyAgain(job.id, (chosen.length > 0 ? chosen : job.tables).map(tableId), detail % 2 === 0);
}

/** What users do; each may be refused. */
const users = {
  START: async (life, id, detail) => {
    await check(life, id);
    await life.actions.start(id, detail % 3 === 0 ? Date.now() + 3_000 : undefined);
  },
  PAUSE: async ({ actions }, id) => await actions.pause(id),
  RETRY: async ({ actions }, id) => await actions.retry(id),
  RESET: async (life, id) => {
    await check(life, id);
    await life.actions.reset(id);
  },
  FREE_RESOURCE: async ({ actions }, id, detail) => {
    // Ending is final, so that most walks do it seldom.
    if (detail % 4 === 0) {
      await actions.end(id, detail % 8 === 0);
    }
  },
  CHOOSE_OBJECT: async (life, id, detail) => {
    const chosen = tables.filter((_, index) => ((detail % 7) + 1) & (1 << index));
    await life.actions.select(id, () => chosen.map((table) => ({ schema: "public", table })));
    await check(life, id);
  },
  CHANGE: async ({ actions }, id) => await actions.applyEdit(id),
} satisfies Partial<Record<Action, Deed>>;

function isDone(action: Action): action is keyof typeof users {
  return action in users;
}

function requireLegal(history: readonly string[], legal: Readonly<Record<string, readonly string[]>>): void {
  for (const [index, status] of history.slice(1).entries()) {
    const before = history[index] ?? "";
    assert.ok(legal[before]?.includes(status), `${before} → ${status} in ${history.join(" → ")}`);
  }
}

function requireCauses({ history, harm }: SimulatedWorld): void {
  const shown = [...history.statuses, ...[...history.changes.values()].flat()];
  const timesOf = (status: string) => shown.filter((one) => one === status).length;
  for (const [status, kinds] of Object.entries(causes)) {
    const reasons = kinds.reduce((sum, kind) => sum + harm[kind], 0);
    // A task that cannot start again takes its change with it.
    const byStart = status === "CHILD_TRANSFER_FAILED" ? timesOf("START_JOB_FAILED") : 0;
    assert.ok(timesOf(status) <= reasons + byStart, `${status}, and nobody had it: ${shown.join(" → ")}`);
  }
}

function requireRest({ status, change, copyAgain: again, tables: own }: Job, world: SimulatedWorld): void {
  assert.ok(!passing.has(status), `hangs in ${status}`);
  if (status === "INCRE_TRANSFER_STARTED") {
    const lost = own.map(plainName).filter((name) => world.lost.has(name));
    assert.deepEqual(lost, [], "rows are lost, and nobody says so");
    assert.equal(again, null, "a copy hangs");
    const there = [...(world.subscription?.tables.keys() ?? [])];
    assert.deepEqual(
      own.map(plainName).filter((name) => !there.includes(name)),
      [],
      "tables are left out of the stream",
    );
  }
  assert.ok(
    change === null || !passing.has(change.status),
    `${status}: its change hangs in ${change?.status}`,
  );
}

/** Copies that stand still, such as that of a change which has failed. */
function hasOpenCopies({ subscription }: SimulatedWorld): boolean {
  return [...(subscription?.tables.values() ?? [])].some((phase) => phase !== "synced");
}

const quietPolls = 60;

async function walk(taskType: Job["taskType"], path: readonly Event[]): Promise<void> {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  const walking = await Walk.begin(taskType).catch((error: unknown) => {
    mock.timers.reset();
    throw error;
  });
  const { world } = walking;
  try {
    for (const event of path) {
      await walking.take(event);
    }
    // The ends are back and the bill is paid; rows may still be in the way, and the log may be lost.
    await walking.take({ kind: "back" });
    await walking.take({ kind: "crash", after: Number.POSITIVE_INFINITY });
    await walking.take({ kind: "balance", balance: 10 });
    await walking.pass(quietPolls);
    requireRest(walking.job, world);
    assert.ok(walking.job.status !== "INCRE_TRANSFER_STARTED" || hasOpenCopies(world) || !world.spare);
    // Every failure has a way out once its cause is gone, be it the end of the task.
    await walking.take({ kind: "clear" });
    for (let again = 0; again < 3 && /_FAILED$/.test(walking.job.status); again++) {
      await walking.retry();
      await walking.pass(quietPolls);
      requireRest(walking.job, world);
    }
    assert.doesNotMatch(walking.job.status, /_FAILED$/, "no way out");
    // Nothing stays behind.
    if (walking.job.status !== "RELEASE_RESOURCE_COMPLETE") {
      await walking.end();
      await walking.pass(quietPolls);
    }
    assert.equal(walking.job.status, "RELEASE_RESOURCE_COMPLETE");
    assert.deepEqual([world.subscription, world.slot, world.spare], [undefined, false, false]);
    requireLegal(world.history.statuses, transitions);
    for (const history of world.history.changes.values()) {
      requireLegal(history, changeTransitions);
    }
    requireCauses(world);
  } finally {
    await walking.close();
    mock.timers.reset();
  }
}

describe("random walks", () => {
  before(() => {
    // What the backend logs of thousands of failures would hide the tests' own lines.
    mock.method(process.stderr, "write", () => true);
  });

  after(() => {
    mock.restoreAll();
  });

  const long = process.env.DRS_SOAK === "1";
  for (const taskType of ["FULL_INCR_TRANS", "FULL_TRANS", "INCR_TRANS"] as const) {
    it(`of a ${taskType} task keep to the table`, async () => {
      const walks = fc.asyncProperty(fc.array(events, { minLength: 10, maxLength: 40 }), async (path) => {
        await walk(taskType, path);
      });
      await fc.assert(walks, { numRuns: long ? 3_000 : 40 });
    });
  }
});
