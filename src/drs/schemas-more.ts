/** What operations send and answer that only other clients of the API use. */
import * as v from "valibot";
import { count, flag, jobId, jobResult, text, wholeNumber } from "./schemas";

const page = {
  offset: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
  limit: v.optional(wholeNumber(1, 1000), 10),
};

export const policyRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      job_id: jobId,
      conflict_policy: v.nullish(v.picklist(["ignore", "overwrite", "stop"])),
      filter_ddl_policy: text,
      ddl_trans: flag,
      index_trans: flag,
    }),
  ),
});
export const policyResult = jobResult;

export const nothing = v.looseObject({});
export const quotas = v.looseObject({
  quotas: v.nullish(
    v.looseObject({
      resource: v.nullish(v.looseObject({ type: text, quota: count, min: count, max: count, used: count })),
    }),
  ),
});

const resourceType = v.picklist([
  "migration",
  "sync",
  "cloudDataGuard",
  "subscription",
  "backupMigration",
  "replay",
]);
const newTag = v.looseObject({ key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), value: text });
export const tag = v.looseObject({ key: text, value: text });
export const tagsRequest = v.looseObject({ resource_type: resourceType, job_id: jobId });
export const changeTagsRequest = v.looseObject({
  ...tagsRequest.entries,
  action: v.picklist(["create", "delete"]),
  tags: v.pipe(v.array(newTag), v.minLength(1), v.maxLength(20)),
});
export const projectTagsRequest = v.looseObject({ resource_type: resourceType });
export const projectTag = v.looseObject({ key: text, values: v.nullish(v.array(v.string())) });

export const linksRequest = v.looseObject({
  job_type: v.picklist(["migration", "sync", "cloudDataGuard", "replay"]),
  ...page,
});
export const link = v.looseObject({
  job_type: text,
  engine_type: text,
  source_endpoint_type: text,
  target_endpoint_type: text,
  job_direction: text,
  net_type: text,
  task_types: v.nullish(v.array(v.string())),
  cluster_modes: v.nullish(v.array(v.string())),
  description: text,
});

export const jobRequest = v.looseObject({ job_id: jobId });
export const comparePolicy = v.looseObject({ status: text, period: text, begin_time: text, end_time: text });
export const parametersRequest = v.looseObject({ job_id: jobId, name: text, ...page });
export const parameter = v.looseObject({
  name: text,
  value: text,
  default_value: text,
  value_range: text,
  is_need_restart: flag,
  description: text,
});

export const enterpriseProjectsRequest = v.looseObject({ name: text, domain_id: text, ...page });
export const enterpriseProject = v.looseObject({ id: text, name: text, status: text, description: text });
