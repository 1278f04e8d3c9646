import type { Job } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";

/** The task with this id, or the child task that stands for a change. @throws ApiError DRS.10000010, as v5 has it. */
export function knownJob(store: JobStore, id: string): Job {
  const job = store.find(id);
  if (job === undefined) {
    throw new ApiError("DRS.10000010", message("noSuchJob"));
  }
  return job;
}
