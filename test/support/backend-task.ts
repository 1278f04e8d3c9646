/** StepExecutor with a task, as a client of the API takes them. */
import assert from "node:assert/strict";
import type { RequestOf } from "../../src/drs/operations";
import { diagnosisOf } from "../../src/failures/diagnosis";
import { parseStatus } from "../../src/status/status";
import { type BackendProcess, until } from "./backend-process";

export type Login = { host: string; port: number; user: string; password: string };

export interface TaskPlan {
  readonly name: string;
  readonly source: Login & { readonly database: string };
  readonly target: Login & { readonly database: string };
  readonly tables?: readonly string[];
  readonly taskType?: "FULL_TRANS" | "FULL_INCR_TRANS" | "INCR_TRANS";
  readonly account?: string;
}

/** A task between two databases of its own on the demo's servers; the source's is filled with the SQL. */
export async function planOf(backend: BackendProcess, database: string, sql: string): Promise<TaskPlan> {
  await backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
  await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
  await backend.sql("source", database, sql);
  return {
    name: database,
    source: { ...backend.login("source"), database },
    target: { ...backend.login("target"), database },
  };
}

type Creation = RequestOf<"batchCreation">["jobs"][number];

export function creation(plan: TaskPlan): Creation {
  const end = ({ host, port, user, password, database }: TaskPlan["source"]) => ({
    db_type: "postgresql",
    ip: host,
    db_port: port,
    db_user: user,
    db_password: password,
    db_name: database,
  });
  return {
    name: plan.name,
    db_use_type: "sync",
    engine_type: "postgresql",
    job_direction: "non-dbs",
    net_type: "eip",
    node_type: "micro",
    task_type: plan.taskType ?? "FULL_INCR_TRANS",
    customize_sutnet_id: "local",
    source_endpoint: end(plan.source),
    target_endpoint: end(plan.target),
    ...(plan.account === undefined
      ? {}
      : { sys_tags: [{ key: "_sys_enterprise_project_id", value: plan.account }] }),
  };
}

export class TestTask {
  private constructor(
    public backend: BackendProcess,
    readonly id: string,
    readonly plan: TaskPlan,
  ) {}

  /** Creates the task and waits until it can be configured. */
  static async create(backend: BackendProcess, plan: TaskPlan): Promise<TestTask> {
    const { results } = await backend.client.call("batchCreation", { jobs: [creation(plan)] });
    const [result] = results;
    assert.ok(result !== undefined && !result.error_code, JSON.stringify(result));
    const task = new TestTask(backend, result.id, plan);
    await task.reaches("CONFIGURATION");
    return task;
  }

  /** A task that exists already. */
  static known(backend: BackendProcess, id: string, plan: TaskPlan): TestTask {
    return new TestTask(backend, id, plan);
  }

  /** Creates a task that is tested, has its objects and a passed pre-check. */
  static async prepared(backend: BackendProcess, plan: TaskPlan): Promise<TestTask> {
    const task = await TestTask.create(backend, plan);
    await task.test("so");
    await task.test("ta");
    if (plan.tables !== undefined) {
      await task.select(plan.tables);
    }
    const check = await task.precheck();
    assert.equal(check.result, true, JSON.stringify(check));
    return task;
  }

  /** Creates a task and starts it now. */
  static async started(backend: BackendProcess, plan: TaskPlan): Promise<TestTask> {
    const task = await TestTask.prepared(backend, plan);
    await task.start();
    return task;
  }

  async test(side: "so" | "ta", override: Partial<TaskPlan["source"]> = {}) {
    const end = { ...(side === "so" ? this.plan.source : this.plan.target), ...override };
    const { results } = await this.backend.client.call("batchConnection", {
      jobs: [
        {
          id: this.id,
          net_type: "eip",
          db_type: "postgresql",
          ip: end.host,
          db_port: end.port,
          db_user: end.user,
          db_password: end.password,
          db_name: end.database,
          end_point_type: side,
        },
      ],
    });
    return one(results);
  }

  async select(tables: readonly string[]) {
    const { results } = await this.backend.client.call("batchSelectObjects", {
      jobs: [
        {
          job_id: this.id,
          selected: true,
          job: tables.map((id) => ({
            id,
            parent_id: this.plan.source.database,
            object_type: "table" as const,
            select: "true",
          })),
        },
      ],
    });
    return one(results);
  }

  /** Runs a pre-check to its end. */
  async precheck(precheck_mode: "forStartJob" | "forRetryJob" = "forStartJob") {
    const { results } = await this.backend.client.call("batchPrecheck", {
      jobs: [{ job_id: this.id, precheck_mode }],
    });
    const started = one(results);
    assert.ok(!started.error_code, JSON.stringify(started));
    return await until(
      "the pre-check ends",
      async () => one((await this.backend.client.call("batchPrecheckResult", { jobs: [this.id] })).results),
      (state) => state.process === "100%",
    );
  }

  async start(at?: number) {
    const { results } = await this.backend.client.call("batchStarting", {
      jobs: [{ job_id: this.id, start_time: at === undefined ? "" : String(at) }],
    });
    return one(results);
  }

  async pause() {
    const jobs = [{ job_id: this.id, pause_mode: "target" as const }];
    return one((await this.backend.client.call("batchPause", { jobs })).results);
  }

  async retry() {
    return one((await this.backend.client.call("batchRetry", { jobs: [{ job_id: this.id }] })).results);
  }

  /** Begins the change to the objects that were selected while changes flow; its pre-check must have passed. */
  async applyEdit() {
    const jobs = [{ job_id: this.id, is_sync_re_edit: true }];
    return one((await this.backend.client.call("batchRetry", { jobs })).results);
  }

  /** Edits the objects of a task whose changes flow, and begins the change; answers its child task. */
  async edited(tables: readonly string[]): Promise<TestTask> {
    assert.equal((await this.select(tables)).status, true);
    const check = await this.precheck("forRetryJob");
    assert.equal(check.result, true, JSON.stringify(check));
    const result = await this.applyEdit();
    assert.equal(result.status, "success", JSON.stringify(result));
    return await this.child();
  }

  /** The child task of the last change of the objects. */
  async child(): Promise<TestTask> {
    const child = one((await this.listed()).children ?? []);
    return new TestTask(this.backend, child.id, { ...this.plan, name: child.name ?? "" });
  }

  /** The task as the list shows it. */
  async listed() {
    const page = { cur_page: 1, per_page: 10, db_use_type: "sync" } as const;
    return one((await this.backend.client.call("listJobs", { ...page, name: this.id })).jobs);
  }

  async end(type: "terminate" | "force_terminate" | "delete" = "terminate") {
    const jobs = [{ job_id: this.id, delete_type: type }];
    return one((await this.backend.client.call("batchDelete", { jobs })).results);
  }

  async status(): Promise<string | null | undefined> {
    return one((await this.backend.client.call("batchStatus", { jobs: [this.id] })).results).status;
  }

  async detail() {
    return one((await this.backend.client.call("batchDetail", { jobs: [this.id] })).results);
  }

  async progress() {
    return one((await this.backend.client.call("batchProgress", { jobs: [this.id] })).results);
  }

  async reaches(status: string): Promise<void> {
    await until(
      `task ${this.plan.name} reaches ${status}`,
      async () => await this.detailLine(),
      (line) => line.startsWith(`${status} `),
    );
    if (status.endsWith("_FAILED")) {
      await this.#isKnownCase();
    }
  }

  /** Whatever makes a task fail here must be a case that the extension explains. */
  async #isKnownCase(): Promise<void> {
    assert.match((await this.diagnosis()) ?? `unknown: ${await this.detailLine()}`, /^local-/);
  }

  /** The known case that explains the task's failure. */
  async diagnosis(): Promise<string | undefined> {
    const { status, error_code, error_message, inst_info } = await this.detail();
    const known = await diagnosisOf({
      status: parseStatus(status ?? "") ?? "unknown",
      engine: inst_info?.engine_type ?? undefined,
      error: { code: error_code ?? undefined, message: error_message ?? undefined },
    });
    return known?.id;
  }

  async detailLine(): Promise<string> {
    const { status, error_code, error_message } = await this.detail();
    return `${status} ${error_code ?? ""} ${error_message ?? ""}`;
  }
}

export function one<T>(items: readonly T[]): T {
  const [item] = items;
  assert.ok(item !== undefined && items.length === 1, `one item, not ${items.length}`);
  return item;
}

/** Rows and content of a table, alike on both sides when nothing is lost and nothing is twice. */
export async function fingerprint(
  backend: BackendProcess,
  server: "source" | "target",
  database: string,
  table: string,
): Promise<string> {
  const [row] = await backend.sql<{ print: string }>(
    server,
    database,
    `SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS print FROM ${table} t`,
  );
  return row?.print ?? "";
}

/** Waits until a table is alike on both sides. */
export async function untilEqual(task: TestTask, table: string): Promise<string> {
  const { backend, plan } = task;
  const prints = await until(
    `${table} is alike on both sides`,
    async () => [
      await fingerprint(backend, "source", plan.source.database, table),
      await fingerprint(backend, "target", plan.target.database, table),
    ],
    ([source, target]) => source === target,
  );
  return prints[0] ?? "";
}
