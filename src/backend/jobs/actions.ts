/** The actions of a user on a task. Each call stores what is desired; the controller carries it out. */
import { randomUUID } from "node:crypto";
import type { TaskType } from "../engine/capabilities";
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { Unapplied } from "../engine/engine-state";
import { ApiError, message } from "../messages";
import type { SecretBox } from "../secrets";
import type { Controller } from "./controller";
import { together } from "./copy-again";
import { loginOf } from "./endpoints";
import { requireDescription, requireJobName, requireLimits } from "./fields";
import { lossThatStays } from "./findings";
import { currentFailure, type Desired, type Job, newJobId, type Selection, tableId } from "./job";
import { requireCopyAgain } from "./legal-actions";
import type { LegalChanges } from "./legal-changes";
import { requirePassedPrecheck } from "./prechecks";
import { isWatched } from "./runtime";
import type { JobStore } from "./store";

/** The task starts over: what it made is removed, and all rows are copied again. */
const copiedFromScratch = { prepared: false, fullResync: true, fullCompletedAt: null, copyAgain: null };

/**
 * Methods that change a task throw ApiError DRS.M00289 for an unknown task and DRS.M00304 for an action that its status
 * does not allow.
 */
export class JobActions {
  constructor(
    private readonly changes: LegalChanges,
    private readonly store: JobStore,
    private readonly controller: Controller,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
  ) {}

  /** @throws ApiError DRS.M00007 for a type of task that the engine cannot run. */
  requireTaskType(type: TaskType): void {
    if (!this.engine.capabilities.taskTypes.includes(type)) {
      throw new ApiError("DRS.M00007", message("noTaskType", { type }));
    }
  }

  /**
   * Keeps what is chosen of the task's source database. While changes flow, the choice waits for its own pre-check
   * and start.
   */
  async select(id: string, choose: (database: string) => Selection): Promise<void> {
    await this.changes.change(id, "CHOOSE_OBJECT", (job) => {
      const selection = choose(job.source.database);
      return job.status.startsWith("INCRE_TRANSFER_")
        ? { ...job, edit: { selection }, precheck: null }
        : { ...job, selection, tables: [], precheck: null };
    });
  }

  /** @param startAt milliseconds since 1970; undefined: now. */
  async start(id: string, startAt: number | undefined): Promise<void> {
    await this.changes.change(id, "START", (job) => {
      requirePassedPrecheck(job);
      return startAt === undefined
        ? { ...job, desired: nextDesired(job, "running") }
        : { ...job, desired: { ...nextDesired(job, "scheduled"), startAt } };
    });
  }

  async pause(id: string): Promise<void> {
    await this.changes.change(id, "PAUSE", (job) => ({ ...job, desired: nextDesired(job, "paused") }));
  }

  /**
   * Resumes a paused task, or tries a failed one or a failed change again. Tables that cannot continue are
   * copied again.
   *
   * @throws ApiError DRS.M00304 with the loss, for a task that has lost rows: it would only fail again.
   */
  async retry(id: string): Promise<void> {
    await this.controller.lookAt(this.store.parentOf(id)?.id ?? id);
    await this.changes.change(id, "RETRY", (job) => {
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
      this.changes.require({ ...job, findings }, "RETRY");
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
    await this.changes.change(id, "RESET", (job) => {
      requirePassedPrecheck(job);
      return {
        ...{ ...job, desired: nextDesired(job, "running") },
        ...(job.taskType === "INCR_TRANS" ? {} : copiedFromScratch),
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
    const job = this.changes.get(id);
    requireCopyAgain(job, this.controller.constraintsOf(job));
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
      async () => await this.engine.copyObjection(this.controller.taskOf(job), tables),
    );
    if (objection !== undefined) {
      throw new ApiError("DRS.M00304", objection);
    }
    await this.store.update(id, (latest) => {
      requireCopyAgain(latest, this.controller.constraintsOf(latest));
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
      requireEngineError(error);
      const login = error.side === undefined ? undefined : loginOf(job[error.side], error.side, this.secrets);
      throw new ApiError("DRS.M00299", this.engine.describe(error, login));
    }
  }

  /**
   * Begins to change the task's objects to those that were edited.
   *
   * @throws ApiError DRS.M00304 when nothing was edited, or its pre-check has not passed.
   */
  async applyEdit(id: string): Promise<void> {
    await this.changes.change(id, "CHANGE", (job) => {
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
   * Data missing at the target if the task ended now; undefined when nothing was made for it, or nothing is left.
   *
   * @throws ApiError DRS.M00299 when an end cannot be asked.
   */
  async unapplied(id: string): Promise<Unapplied | undefined> {
    const job = this.changes.get(id);
    return isWatched(job)
      ? await this.#asked(job, async () => await this.engine.unapplied(this.controller.taskOf(job)))
      : undefined;
  }

  /** Ends a task, or a change of its objects. @param force continues although an end cannot be reached. */
  async end(id: string, force: boolean): Promise<void> {
    if (this.store.parentOf(id) !== undefined) {
      await this.changes.change(id, "FREE_RESOURCE", (job) => {
        const runs = job.desired.goal === "running" && currentFailure(job) === undefined;
        const news = runs ? { withdrawn: true, failure: null } : { settled: true };
        return { ...job, change: job.change && { ...job.change, ...news } };
      });
      return;
    }
    await this.changes.change(id, "FREE_RESOURCE", (job) => ({
      ...job,
      desired: { ...nextDesired(job, "released"), force },
      // It holds nothing of its own.
      change: job.change && { ...job.change, settled: true },
    }));
  }

  /** Removes the record of an ended task or change. */
  async remove(id: string): Promise<void> {
    if (this.store.parentOf(id) !== undefined) {
      await this.changes.change(id, "DELETE", (job) => ({ ...job, change: null }));
      return;
    }
    this.changes.get(id);
    await this.store.remove(id, (job) => this.changes.require(job, "DELETE"));
  }

  /**
   * Changes the name, the description, or both: all or nothing.
   *
   * @throws ApiError DRS.M00277 when another task has the name; for a name or a description that is not valid.
   */
  async describe(
    id: string,
    given: { readonly name?: string | null | undefined; readonly description?: string | null | undefined },
  ): Promise<void> {
    const { name, description } = given;
    if (name != null) {
      this.requireName(name, id);
    }
    if (description != null) {
      requireDescription(description);
    }
    this.changes.get(id);
    await this.store.update(id, (job) => ({
      ...job,
      name: name ?? job.name,
      description: description ?? job.description,
    }));
  }

  /** @throws ApiError for an invalid task name, or the name of another task. */
  requireName(name: string, id: string | undefined): void {
    requireJobName(name);
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
    const job = this.changes.get(id);
    if (this.controller.isFrozen(job)) {
      throw new ApiError("DRS.M00304", message("isFrozen", { account: job.account }));
    }
    if (job.desired.goal === "released") {
      throw new ApiError("DRS.M00403", message("wrongStatus", { status: job.status }));
    }
    await this.store.update(id, (latest) => ({ ...latest, speedLimits: [...limits] }));
  }
}

/** The task resumed, or tried again. Without its log it starts over. */
function runningAgain(job: Job): Job {
  const lost = job.status === "REBUILD_NODE_FAILED";
  return {
    ...{ ...job, desired: nextDesired(job, "running") },
    ...(lost ? copiedFromScratch : {}),
  };
}

function nextDesired(job: Job, goal: Desired["goal"]): Desired {
  return { goal, attempt: job.desired.attempt + 1, startAt: null, force: false };
}
