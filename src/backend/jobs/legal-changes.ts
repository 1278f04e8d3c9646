/** How tasks are changed on a user's behalf: only while their status allows the action. */
import { ApiError, message } from "../messages";
import type { Controller } from "./controller";
import { childOf, type Job } from "./job";
import { type Action, requireAction } from "./legal-actions";
import type { JobStore } from "./store";

/** The gate that every change on a user's behalf passes. */
export class LegalChanges {
  constructor(
    private readonly store: JobStore,
    private readonly controller: Controller,
  ) {}

  /** The task with this id, or the child task that stands for a change. @throws ApiError DRS.M00289 */
  get(id: string): Job {
    const job = this.store.find(id);
    if (job === undefined) {
      throw new ApiError("DRS.M00289", message("noSuchJob"));
    }
    return job;
  }

  /** @throws ApiError DRS.M00304 when the action is not allowed to the task now. */
  require(job: Job, action: Action): void {
    requireAction(job, action, this.controller.constraintsOf(job));
  }

  /**
   * Changes a task if its status allows the action at the moment of the change. With the id of a change of objects,
   * that one's status counts, and its task is changed.
   *
   * @throws ApiError DRS.M00304 when the action is not allowed, DRS.M00289 when there is no such task.
   */
  async change(id: string, action: Action, change: (job: Job) => Job): Promise<Job> {
    this.get(id);
    const job = await this.store.update(this.store.parentOf(id)?.id ?? id, (latest) => {
      const meant = latest.change?.id === id ? childOf(latest, latest.change) : latest;
      requireAction(meant, action, this.controller.constraintsOf(latest));
      return change(latest);
    });
    return job ?? this.get(id);
  }
}
