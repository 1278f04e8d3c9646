/** What a user can ask of a task. Each call stores a wish; the runner carries it out. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { InputOf } from "../../drs/all-operations";
import { jobDescription, jobName } from "../../drs/schemas";
import {
  type Engine,
  EngineError,
  type Side,
  type TableName,
  type TaskType,
  type Unapplied,
} from "../engine/engine";
import { dbTypeOf, dbTypes } from "../engine/engines";
import { log, reasonOf } from "../log";
import { ApiError, message } from "../messages";
import type { SecretBox } from "../secrets";
import type { Controller } from "./controller";
import { together } from "./copy-again";
import { authoritiesOf, hostOf, loginOf } from "./endpoints";
import { lossThatStays } from "./findings";
import {
  childOf,
  currentFailure,
  type Desired,
  endpointV5,
  type Job,
  newJobId,
  type Selection,
  type StoredEndpoint,
  tableId,
  tablesOf,
  without,
} from "./job";
import { type Action, requireAction, requireCopyAgain } from "./legal-actions";
import { isLimit } from "./limits";
import { isWatched } from "./runtime";
import type { JobStore } from "./store";

type EndpointInput = InputOf<"batchCreation">["jobs"][number]["source_endpoint"];

const defaultPort = 5432;
/** Of an endpoint that names none. */
export const defaultDatabase = "postgres";
/** What was made before is removed, and all rows are copied once more. */
const copiedAnew = { prepared: false, anew: true, fullCompletedAt: null, copyAgain: null };

/** What an endpoint may say of its place, answered as it was received; none of it is a secret. */
const shownFields = v.object({
  az_code: v.nullish(v.string()),
  region: v.nullish(v.string()),
  inst_id: v.nullish(v.string()),
  inst_name: v.nullish(v.string()),
  project_id: v.nullish(v.string()),
  vpc_id: v.nullish(v.string()),
  subnet_id: v.nullish(v.string()),
  security_group_id: v.nullish(v.string()),
  cluster_mode: v.nullish(v.string()),
  ssl_cert_name: v.nullish(v.string()),
  ssl_cert_check_sum: v.nullish(v.string()),
});

export class JobActions {
  constructor(
    private readonly store: JobStore,
    private readonly runner: Controller,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
  ) {}

  /** @throws ApiError DRS.M00007 for a type of task that the engine cannot run. */
  requireTaskType(type: TaskType): void {
    if (!this.engine.capabilities.taskTypes.includes(type)) {
      throw new ApiError("DRS.M00007", message("noTaskType", { type }));
    }
  }

  /** An endpoint as it is kept: its password sealed. */
  stored(input: EndpointInput): StoredEndpoint {
    const shown = v.safeParse(shownFields, input);
    const inV5 = v.safeParse(endpointV5, input.v5);
    return {
      host: hostOf(input.ip),
      port: input.db_port ?? defaultPort,
      user: input.db_user ?? "",
      sealedPassword: this.secrets.seal(input.db_password ?? ""),
      database: input.db_name || defaultDatabase,
      ssl: input.ssl_link === true,
      ca: authoritiesOf(input.ssl_cert_key),
      tested: false,
      shown: shown.success ? shown.output : {},
      ...(inV5.success ? { v5: inV5.output } : {}),
    };
  }

  /**
   * Connects to a database as the given user and keeps the endpoint as tested.
   *
   * @throws ApiError DRS.KE0002 for a refused user, DRS.M00299 for a database that is not there.
   */
  async testConnection(request: InputOf<"batchConnection">["jobs"][number]): Promise<void> {
    const { id, end_point_type } = request;
    const side: Side = end_point_type === "so" ? "source" : "target";
    const known = this.get(id)[side];
    requireEngine(request.db_type);
    for (const field of ["ip", "db_user"] as const) {
      if (request[field] === "") {
        throw new ApiError("DRS.M00007", message("invalidField", { field, reason: "must not be empty" }));
      }
    }
    requireAction(this.get(id), "MODIFY_DB_CONFIG", this.runner.constraintsOf(this.get(id)));
    const endpoint = this.stored({ ...request, db_name: request.db_name || known.database });
    const proves = await this.#requireConnection(endpoint, side);
    const before = this.get(id);
    const moved =
      before[side].host !== endpoint.host ||
      before[side].port !== endpoint.port ||
      before[side].database !== endpoint.database;
    const changed = await this.#change(id, "MODIFY_DB_CONFIG", (job) => ({
      ...job,
      [side]: {
        ...{ v5: job[side].v5, ...endpoint, proves, tested: true },
        shown: { ...job[side].shown, ...endpoint.shown },
      },
      ...(moved ? { precheck: null, tables: [] } : {}),
    }));
    if (moved && before.startedAt !== null) {
      // A failed start may have left something where the task does not go any more.
      await this.store.addOrphan({ job: before, side });
    }
    await this.runner.relink(changed);
  }

  /**
   * Gives a task another password for the user that it logs in as at one end; it is used from the next start on.
   *
   * @throws ApiError DRS.KE0002 when the database refuses it, DRS.M00299 when the database is not there.
   */
  async changePassword(id: string, side: Side, password: string): Promise<void> {
    const job = this.get(id);
    requireAction(job, "RESET_DB_PWD", this.runner.constraintsOf(job));
    const sealedPassword = this.secrets.seal(password);
    const proves = await this.#requireConnection({ ...job[side], sealedPassword, proves: false }, side);
    await this.#change(id, "RESET_DB_PWD", (latest) => ({
      ...latest,
      [side]: { ...latest[side], sealedPassword, proves },
    }));
  }

  /** Answers whether the server proved that it knows the password. */
  async #requireConnection(endpoint: StoredEndpoint, side: Side): Promise<boolean> {
    const connection = loginOf(endpoint, this.secrets);
    try {
      return await this.engine.test(connection, side);
    } catch (error) {
      if (!(error instanceof EngineError)) {
        throw error;
      }
      const login = error.code === "28P01" || error.code === "28000";
      throw new ApiError(login ? "DRS.KE0002" : "DRS.M00299", this.engine.describe(error, connection));
    }
  }

  /**
   * Keeps what is chosen of the task's source database. While changes flow, the choice waits for its own pre-check
   * and start.
   */
  async select(id: string, choose: (database: string) => Selection): Promise<void> {
    await this.#change(id, "CHOOSE_OBJECT", (job) => {
      const selection = choose(job.source.database);
      return job.status.startsWith("INCRE_TRANSFER_")
        ? { ...job, edit: { selection }, precheck: null }
        : { ...job, selection, tables: [], precheck: null };
    });
  }

  /** The tables of a task's source database that can be selected. @throws ApiError DRS.M00299 when it cannot be asked. */
  async sourceTables(id: string): Promise<readonly TableName[]> {
    const connection = loginOf(this.get(id).source, this.secrets);
    try {
      return await this.engine.tablesOf(connection);
    } catch (error) {
      if (!(error instanceof EngineError)) {
        throw error;
      }
      throw new ApiError("DRS.M00299", this.engine.describe(error, connection));
    }
  }

  /**
   * Begins a pre-check and answers its id.
   *
   * @throws ApiError DRS.M00300 when a connection was not tested.
   */
  async precheck(id: string): Promise<string> {
    const checkId = randomUUID();
    const job = await this.#change(id, "PRE_CHECK", (latest) => {
      if (!latest.source.tested || !latest.target.tested) {
        throw new ApiError("DRS.M00300", message("needsTest"));
      }
      return { ...latest, precheck: { id: checkId, at: Date.now(), done: false, items: [] } };
    });
    void this.#check(job, checkId).catch((error: unknown) =>
      log(`task ${job.name}: pre-check: ${reasonOf(error)}`),
    );
    return checkId;
  }

  /** @param startAt milliseconds since 1970; undefined: now. */
  async start(id: string, startAt: number | undefined): Promise<void> {
    await this.#change(id, "START", (job) => {
      requirePassedPrecheck(job);
      return startAt === undefined
        ? { ...job, desired: wish(job, "running") }
        : { ...job, desired: { ...wish(job, "scheduled"), startAt } };
    });
  }

  async pause(id: string): Promise<void> {
    await this.#change(id, "PAUSE", (job) => ({ ...job, desired: wish(job, "paused") }));
  }

  /**
   * Resumes a paused task, or tries a failed one or a failed change again. What cannot be taken up where it stopped is
   * copied again.
   *
   * @throws ApiError DRS.M00304 with the loss, for a task that has lost rows: it would only fail again.
   */
  async retry(id: string): Promise<void> {
    await this.runner.lookAt(this.store.parentOf(id)?.id ?? id);
    await this.#change(id, "RETRY", (job) => {
      if (job.change?.id !== id) {
        return runningAgain(job);
      }
      const change = { ...job.change, failure: null };
      if (job.desired.goal === "running" && currentFailure(job) === undefined) {
        return { ...job, change };
      }
      // The change needs its task to run; it may be what lets go of the tables that are lost.
      const loss = lossThatStays({ ...job, change });
      const findings = loss === undefined ? [] : [loss];
      requireAction({ ...job, findings }, "RETRY", this.runner.constraintsOf(job));
      return { ...runningAgain(job), change };
    });
  }

  /**
   * Begins a paused or failed task from the start: its rows are copied again, into tables that are not emptied. A task
   * that copies none continues where it stopped.
   *
   * @throws ApiError DRS.M00304 when its pre-check has not passed.
   */
  async reset(id: string): Promise<void> {
    await this.#change(id, "RESET", (job) => {
      requirePassedPrecheck(job);
      return {
        ...{ ...job, desired: wish(job, "running") },
        ...(job.taskType === "INCR_TRANS" ? {} : copiedAnew),
      };
    });
  }

  /**
   * Copies tables of the task again while the others continue. A failed task is resumed with it; a paused one copies them
   * when it is resumed.
   *
   * @param names the tables' ids.
   * @param keepRows whether the rows that the target has stay there.
   * @throws ApiError DRS.M00304 for what is in the way, DRS.M00007 for a table that is not the task's, DRS.M00299 when an
   * end cannot be asked.
   */
  async copyAgain(id: string, names: readonly string[], keepRows: boolean): Promise<void> {
    const job = this.get(id);
    requireCopyAgain(job, this.runner.constraintsOf(job));
    const tables = [...new Set(names)].map((name) => {
      const table = job.tables.find((one) => tableId(one) === name);
      if (table === undefined) {
        const all = job.tables.map(tableId).join(", ");
        throw new ApiError("DRS.M00007", message("notOfTask", { table: name, tables: all }));
      }
      return { ...table, keepRows };
    });
    // Whatever befell the whole stream befell the others, too.
    const all = tables.length === job.tables.length;
    if (!all && job.findings.some(({ level, table }) => level === "failure" && table === undefined)) {
      throw new ApiError("DRS.M00304", message("copyNeedsAll"));
    }
    const objection = await this.#asked(
      job,
      async () => await this.engine.copyObjection(this.runner.taskOf(job), tables),
    );
    if (objection !== undefined) {
      throw new ApiError("DRS.M00304", objection);
    }
    await this.store.update(id, (latest) => {
      requireCopyAgain(latest, this.runner.constraintsOf(latest));
      const all = [...together(latest.copyAgain?.tables ?? [], tables)];
      const copyAgain = { id: randomUUID(), tables: all, begun: false, at: Date.now() };
      return { ...(currentFailure(latest) === undefined ? latest : runningAgain(latest)), copyAgain };
    });
  }

  /** @throws ApiError DRS.M00299 when an end of the task cannot answer. */
  async #asked<T>(job: Job, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof EngineError)) {
        throw error;
      }
      const login = error.side === undefined ? undefined : loginOf(job[error.side], this.secrets);
      throw new ApiError("DRS.M00299", this.engine.describe(error, login));
    }
  }

  /**
   * Begins to change the task's objects to those that were edited.
   *
   * @throws ApiError DRS.M00304 when nothing was edited, or its pre-check has not passed.
   */
  async applyEdit(id: string): Promise<void> {
    await this.#change(id, "CHANGE", (job) => {
      requirePassedPrecheck(job);
      const now = Date.now();
      const childId = newJobId();
      const change = {
        ...{
          id: childId,
          name: `${job.name}-${childId.slice(0, 4)}`,
          tables: [],
          createdAt: now,
          updatedAt: now,
        },
        ...{ selection: job.edit?.selection ?? null, withdrawn: false, failure: null, settled: false },
        status: "CHILD_TRANSFER_STARTING",
      };
      return { ...(currentFailure(job) === undefined ? job : runningAgain(job)), edit: null, change };
    });
  }

  /**
   * What the target would lack if the task ended now; undefined when nothing was made for it, or nothing is any more.
   *
   * @throws ApiError DRS.M00299 when an end cannot be asked.
   */
  async unapplied(id: string): Promise<Unapplied | undefined> {
    const job = this.get(id);
    return isWatched(job)
      ? await this.#asked(job, async () => await this.engine.unapplied(this.runner.taskOf(job)))
      : undefined;
  }

  /** Ends a task, or a change of its objects. @param force continues although an end cannot be reached. */
  async end(id: string, force: boolean): Promise<void> {
    if (this.store.parentOf(id) !== undefined) {
      await this.#change(id, "FREE_RESOURCE", (job) => {
        const runs = job.desired.goal === "running" && currentFailure(job) === undefined;
        const news = runs ? { withdrawn: true, failure: null } : { settled: true };
        return { ...job, change: job.change && { ...job.change, ...news } };
      });
      return;
    }
    await this.#change(id, "FREE_RESOURCE", (job) => ({
      ...job,
      desired: { ...wish(job, "released"), force },
      // It holds nothing of its own.
      change: job.change && { ...job.change, settled: true },
    }));
  }

  /** Removes the record of an ended task or change. */
  async remove(id: string): Promise<void> {
    if (this.store.parentOf(id) !== undefined) {
      await this.#change(id, "DELETE", (job) => ({ ...job, change: null }));
      return;
    }
    this.get(id);
    await this.store.remove(id, (job) => requireAction(job, "DELETE", this.runner.constraintsOf(job)));
  }

  /** @throws ApiError DRS.M00277 when another task has the name. */
  async rename(id: string, name: string): Promise<void> {
    this.requireName(name, id);
    this.get(id);
    await this.store.update(id, (job) => ({ ...job, name }));
  }

  async redescribe(id: string, description: string): Promise<void> {
    this.get(id);
    fitting("description", jobDescription, description);
    await this.store.update(id, (job) => ({ ...job, description }));
  }

  /** @throws ApiError for an invalid task name, or the name of another task. */
  requireName(name: string, id: string | undefined): void {
    fitting("name", jobName, name);
    const taken = this.store
      .all()
      .some((job) => job.id !== id && job.name.toLowerCase() === name.toLowerCase());
    if (taken) {
      throw new ApiError("DRS.M00277", message("nameExists", { name }));
    }
  }

  /** Limits the speed of the full synchronization. @throws ApiError DRS.M00007 for invalid hours or speeds. */
  async limitSpeed(id: string, limits: Job["speedLimits"]): Promise<void> {
    requireLimits(limits);
    const job = this.get(id);
    if (this.runner.isFrozen(job)) {
      throw new ApiError("DRS.M00304", message("isFrozen", { account: job.account }));
    }
    if (job.desired.goal === "released") {
      throw new ApiError("DRS.M00403", message("wrongStatus", { status: job.status }));
    }
    await this.store.update(id, (latest) => ({ ...latest, speedLimits: [...limits] }));
  }

  async #check(job: Job, checkId: string): Promise<void> {
    let items: NonNullable<Job["precheck"]>["items"];
    try {
      items = await this.check(job);
    } catch (error) {
      const reason = message("internal", { reason: reasonOf(error) });
      items = [
        { item: "precheck", group: "internal", result: "FAILED", reasons: [copied(reason)], remedies: [] },
      ];
    }
    await this.store.update(job.id, (latest) =>
      latest.precheck?.id === checkId
        ? { ...latest, precheck: { ...latest.precheck, done: true, items } }
        : latest,
    );
  }

  /** What a pre-check of the task finds now. */
  async check(job: Job) {
    const task = this.runner.taskOf(job);
    // Without the source the check itself says what is wrong with it.
    const all = async () =>
      await this.engine.tablesOf(task.source).catch((error: unknown) => {
        if (error instanceof EngineError) {
          return [];
        }
        throw error;
      });
    const tables = await this.#tablesToCheck(job, all);
    const items = await this.engine.check({ ...task, tables }, wholeSchemasOf(job));
    return items.map(({ item, group, result, reasons, remedies, raw }) => ({
      ...{ item, group, result, reasons: reasons.map(copied), remedies: [...remedies] },
      ...(raw === undefined ? {} : { raw }),
    }));
  }

  /** The task's tables; of an edited selection those that are added, for the others are in use. */
  async #tablesToCheck(job: Job, all: () => Promise<readonly TableName[]>): Promise<readonly TableName[]> {
    if (job.edit !== null) {
      const edited = tablesOf(job.edit.selection, await all());
      const added = without(edited, job.tables);
      return added.length > 0 ? added : edited;
    }
    return job.tables.length > 0 ? job.tables : tablesOf(job.selection, await all());
  }

  get(id: string): Job {
    const job = this.store.find(id);
    if (job === undefined) {
      throw new ApiError("DRS.M00289", message("noSuchJob"));
    }
    return job;
  }

  /**
   * Changes a task if its status allows the action at the moment of the change. With the id of a change of objects,
   * it is that one's status that counts, and its task that is changed.
   */
  async #change(id: string, action: Action, change: (job: Job) => Job): Promise<Job> {
    this.get(id);
    const job = await this.store.update(this.store.parentOf(id)?.id ?? id, (latest) => {
      const meant = latest.change?.id === id ? childOf(latest, latest.change) : latest;
      requireAction(meant, action, this.runner.constraintsOf(latest));
      return change(latest);
    });
    return job ?? this.get(id);
  }
}

/** @throws ApiError DRS.M00007 for a value that is not of the field's form. */
function fitting(field: string, schema: v.GenericSchema, value: string): void {
  const result = v.safeParse(schema, value);
  if (!result.success) {
    throw new ApiError("DRS.M00007", message("invalidField", { field, reason: result.issues[0].message }));
  }
}

/** @throws ApiError DRS.M00007 for invalid hours or speeds. */
export function requireLimits(limits: Job["speedLimits"]): void {
  const wrong = limits.find((limit) => !isLimit(limit));
  if (wrong !== undefined) {
    const reason = `${wrong.begin}-${wrong.end} ${wrong.speed} MB/s`;
    throw new ApiError("DRS.M00007", message("invalidField", { field: "speed_limit", reason }));
  }
}

/** @throws ApiError DRS.M00007 where there is no such engine. */
export function requireEngine(engine: string): void {
  if (dbTypeOf(engine) === undefined) {
    throw new ApiError("DRS.M00007", message("noEngine", { engine, engines: dbTypes.join(", ") }));
  }
}

/** The schemas that were selected whole; null where that is the database. */
function wholeSchemasOf({ edit, selection }: Job): readonly string[] | null {
  const selected = edit === null ? selection : edit.selection;
  return selected === null ? null : selected.flatMap(({ schema, table }) => (table === null ? [schema] : []));
}

function requirePassedPrecheck({ precheck }: Job): void {
  if (precheck?.done !== true || precheck.items.some(({ result }) => result === "FAILED")) {
    throw new ApiError("DRS.M00304", message("needsPrecheck"));
  }
}

/** The task resumed, or tried again. Without its log it starts over. */
function runningAgain(job: Job): Job {
  const lost = job.status === "REBUILD_NODE_FAILED";
  return {
    ...{ ...job, desired: wish(job, "running") },
    ...(lost ? copiedAnew : {}),
  };
}

function wish(job: Job, goal: Desired["goal"]): Desired {
  return { goal, attempt: job.desired.attempt + 1, startAt: null, force: false };
}

function copied({ id, values }: { readonly id: string; readonly values: Readonly<Record<string, string>> }) {
  return { id, values: { ...values } };
}
