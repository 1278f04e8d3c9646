/** Records that the API keeps beside tasks: tags, saved connections, and creations that are prepared and committed later. */
import * as v from "valibot";
import { count, flag, jobId, text } from "./schemas";
import { page } from "./schemas-page";
import { alarmNotify, creation, endpoint, policyConfig } from "./schemas-v5";
import { chosenObjects } from "./schemas-v5-objects";

export const resourceTypes = [
  "migration",
  "sync",
  "cloudDataGuard",
  "subscription",
  "backupMigration",
  "replay",
] as const;
const resourceType = v.picklist(resourceTypes);
/** Some calls know one type more. */
const anyType = v.picklist([...resourceTypes, "verify"]);
const newTag = v.looseObject({ key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), value: text });
const newTags = v.pipe(v.array(newTag), v.minLength(1), v.maxLength(20));
export const tag = v.looseObject({ key: text, value: text });
export const tagsRequest = v.looseObject({ resource_type: resourceType, job_id: jobId });
export const changeTagsRequest = v.looseObject({
  ...tagsRequest.entries,
  action: v.picklist(["create", "delete"]),
  tags: newTags,
});
export const resourceTagsRequest = v.looseObject({ resource_type: anyType, resource_id: jobId });
export const newTagsRequest = v.looseObject({
  resource_type: resourceType,
  resource_id: jobId,
  tags: newTags,
});
export const projectTagsRequest = v.looseObject({ resource_type: resourceType });
export const typeTagsRequest = v.looseObject({ resource_type: anyType });
export const projectTag = v.looseObject({ key: text, values: v.nullish(v.array(v.string())) });
/** Tasks that have one of the values of each tag, whose name has a part, or that have no tag. */
export const taggedRequest = v.looseObject({
  resource_type: resourceType,
  without_any_tag: flag,
  tags: v.nullish(v.array(v.looseObject({ key: v.string(), values: v.array(v.string()) }))),
  matches: v.nullish(v.array(v.looseObject({ key: v.string(), value: v.string() }))),
});
export const taggedPageRequest = v.looseObject({ ...taggedRequest.entries, ...page });
export const tagged = v.looseObject({
  resource_id: text,
  resource_name: text,
  resource_detail: text,
  tags: v.nullish(v.array(tag)),
});

/** A saved connection. Its password is sent, never answered. */
const connectionFields = {
  description: text,
  enterprise_project_id: text,
  vpc: endpoint.entries.vpc,
  ssl: endpoint.entries.ssl,
  config: v.nullish(v.looseObject({ driver_name: text })),
};
const place = v.looseObject({
  id: text,
  endpoint_name: v.string(),
  ip: text,
  db_port: text,
  db_user: v.string(),
  db_password: v.string(),
  db_name: text,
  instance_id: text,
  instance_name: text,
});
const connectionName = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
export const newConnection = v.looseObject({
  ...connectionFields,
  name: connectionName,
  db_type: v.string(),
  cloud: endpoint.entries.cloud,
  endpoint: place,
});
/** A field that is absent stays as it is. */
export const changedConnection = v.looseObject({
  ...connectionFields,
  connection_id: v.string(),
  name: v.nullish(connectionName),
  db_type: text,
  cloud: endpoint.entries.cloud,
  endpoint: v.nullish(place),
});
export const connectionRequest = v.looseObject({ connection_id: v.string() });
export const connection = v.looseObject({
  ...connectionFields,
  connection_id: text,
  name: text,
  db_type: text,
  /** Milliseconds since 1970. */
  create_time: count,
  endpoint: endpoint.entries.endpoint,
});
export const connectionsRequest = v.looseObject({
  connection_id: text,
  db_type: text,
  name: text,
  inst_id: text,
  ip: text,
  description: text,
  create_time: text,
  enterprise_project_id: text,
  fetch_all: v.nullish(v.union([v.boolean(), v.picklist(["true", "false"])])),
  sort_key: text,
  sort_dir: text,
  ...page,
});

export const cloneRequest = v.looseObject({ job_id: jobId, name: v.string(), task_version: text });
export const cloned = v.looseObject({
  id: text,
  name: text,
  status: text,
  create_time: text,
  is_clone_job: text,
});

const limits = v.nullish(v.array(v.looseObject({ begin: v.string(), end: v.string(), speed: v.string() })));
/** A task whose creation is prepared, with its configuration. */
export const preparedJob = v.looseObject({
  ...creation.entries,
  alarm_notify: v.nullish(alarmNotify),
  speed_limit: limits,
  policy_config: policyConfig,
  db_object: chosenObjects,
});
export const prepareRequest = v.looseObject({ jobs: v.pipe(v.array(preparedJob), v.minLength(1)) });
export const prepared = v.looseObject({ job: v.looseObject({ async_job_id: v.string() }) });
export const preparedRequest = v.looseObject({ async_job_id: v.string() });
export const preparedDetailRequest = v.looseObject({ ...preparedRequest.entries, ...page });
export const preparedListRequest = v.looseObject({
  async_job_id: text,
  status: v.nullish(
    v.picklist([
      "ASYNC_JOB_VALIDATING",
      "ASYNC_JOB_VALIDATE_FAILED",
      "AUTO_PARAM_VALIDATE_SUCCESS",
      "COMMIT_SUCCESS",
    ]),
  ),
  domain_name: text,
  user_name: text,
  sort_key: v.nullish(v.picklist(["create_time"])),
  sort_dir: v.optional(v.picklist(["asc", "desc"]), "desc"),
  ...page,
});
export const preparedItem = v.looseObject({
  async_job_id: text,
  create_time: text,
  status: text,
  domain_name: text,
  user_name: text,
});
/** What is given replaces what was prepared for the task with this id; `type` only says what is meant. */
export const preparedChange = v.looseObject({
  async_job_id: v.string(),
  jobs: v.array(
    v.looseObject({
      type: v.string(),
      params: v.looseObject({
        job_id: text,
        base_info: v.nullish(v.partial(creation.entries.base_info)),
        source_endpoint: v.nullish(creation.entries.source_endpoint),
        target_endpoint: v.nullish(creation.entries.target_endpoint),
        node_info: v.nullish(creation.entries.node_info),
        alarm_notify: v.nullish(alarmNotify),
        speed_limit: limits,
        policy_config: policyConfig,
        db_object: chosenObjects,
      }),
    }),
  ),
});
export const committed = v.looseObject({
  job: v.looseObject({ async_job_id: text, status: text, msg: text }),
});
export const progressRequest = v.looseObject({ async_job_id: v.string(), type: text });
export const progress = v.looseObject({
  status: text,
  progress: text,
  error_code: text,
  error_message: text,
});
