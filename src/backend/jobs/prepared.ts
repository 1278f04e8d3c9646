/** Tasks whose creation is prepared in one call, and committed by another. */
import * as v from "valibot";

export const preparedSchema = v.object({
  id: v.string(),
  createdAt: v.number(),
  status: v.picklist(["AUTO_PARAM_VALIDATE_SUCCESS", "ASYNC_JOB_VALIDATE_FAILED", "COMMIT_SUCCESS"]),
  /** The tasks' descriptions as they were sent, with the ids that the tasks will have: sealed, for they have passwords. */
  sealedJobs: v.string(),
});
export type Prepared = v.InferOutput<typeof preparedSchema>;
