/** Answers of a service with one task, for which every step succeeds at once. */
export const idOfTask = "0123456789abcdef0123456789abcdef0123";

const id = idOfTask;
const done = { id, status: "success" };
const listed = { id, name: "task", status: "INCRE_TRANSFER_STARTED" };
const results = { results: [done] };
const details: Readonly<Record<string, object>> = {
  overview: { id, status: "CONFIGURATION" },
  detail: { id, status: "INCRE_TRANSFER_FAILED" },
  log: { id, logs: [] },
  progress: { id, progress_info: { progress: "1" } },
  network: { id, network_results: [{ success: true, status: "success" }] },
  precheck: { id, precheck_result: { result: true, process: "100%" } },
};
/** What a service answers that takes every step of the one task that it has. */
export const answersOfTask = {
  listJobs: { total_record: 1, jobs: [listed] },
  batchDetail: { results: [{ id, status: "INCRE_TRANSFER_STARTED" }] },
  batchProgress: { results: [{ job_id: id, progress: "1" }] },
  batchStatus: { results: [{ id, status: "CONFIGURATION" }] },
  batchConnection: { results: [{ id, status: "true", success: true }] },
  batchPrecheckResult: { results: [{ process: "100%", result: true }] },
  batchSelectObjects: { results: [{ job_id: id, status: true }] },
  ...Object.fromEntries(
    [
      "batchCreation",
      "batchPrecheck",
      "batchStarting",
      "batchModifyPwd",
      "batchPause",
      "batchRetry",
      "batchDelete",
    ].map((name) => [name, results]),
  ),
  listJobsV5: { total_count: 1, jobs: [{ ...listed, create_time: "2026-11-20T10:00:00Z" }] },
  showJobDetail: ({ type }: { readonly type: string }) => ({ job: details[type] }),
  executeAction: { query_id: "q" },
  executeActions: { jobs: [done] },
  deleteJobs: { jobs: [done] },
  createJob: { id },
  updateJob: { ...done, query_id: "q" },
  showObjectsSaving: { status: "success" },
  listDbObjects: { status: "success", object_info: {} },
  collectDbObjects: { id: "q", status: "pending" },
  showDbObjectsCollected: { status: "success", object_info: {} },
};
