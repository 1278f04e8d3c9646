/** A task as the control database keeps it: the user's request, and its outcome. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { endpoint, speedLimit } from "../../drs/schemas";
import { plainName, type TableName } from "../engine/table-name";

const messageSchema = v.object({ id: v.string(), values: v.record(v.string(), v.string()) });
const time = v.nullable(v.number());

/** The fields of an endpoint that only v5 has, echoed as they were sent. */
export const endpointV5 = v.object({
  id: v.nullish(v.string()),
  endpoint_type: v.nullish(v.string()),
  endpoint_name: v.nullish(v.string()),
  node_num: v.nullish(v.number()),
  customized_dns: v.nullish(
    v.object({
      is_set_dns: v.nullish(v.boolean()),
      set_dns_action: v.nullish(v.string()),
      dns_ip: v.nullish(v.string()),
    }),
  ),
});

const storedEndpoint = v.object({
  host: v.string(),
  port: v.number(),
  user: v.string(),
  /** Sealed; see SecretBox. */
  sealedPassword: v.string(),
  database: v.string(),
  ssl: v.boolean(),
  /** Certificates (PEM) of who may vouch for the server. */
  ca: v.optional(v.string()),
  /** Whether the server proved by SCRAM in its last connection test that it knows the password; it must since. */
  proves: v.optional(v.boolean()),
  /** Whether a connection test with these data has passed. */
  tested: v.boolean(),
  /** The endpoint's other fields as the API received them, without the password. */
  shown: endpoint,
  v5: v.optional(endpointV5),
});
export type StoredEndpoint = v.InferOutput<typeof storedEndpoint>;

/**
 * The desired state. `attempt` counts the requests to run or to release: a failure belongs to the attempt in
 * which it happened, so a new attempt begins without it.
 */
const desired = v.object({
  goal: v.picklist(["configured", "scheduled", "running", "paused", "released"]),
  attempt: v.number(),
  /** With `scheduled`: when, in milliseconds since 1970. */
  startAt: time,
  /** With `released`: whether an end that cannot be reached is given up. */
  force: v.boolean(),
});
export type Desired = v.InferOutput<typeof desired>;

const failurePhase = v.picklist(["create", "start", "full", "incremental", "rectification", "release"]);

const failure = v.object({
  attempt: v.number(),
  phase: failurePhase,
  /** SQLSTATE, the system's error code, or empty. */
  code: v.string(),
  message: messageSchema,
  at: v.number(),
});
export type JobFailure = v.InferOutput<typeof failure>;

const tableName = v.object({ schema: v.string(), table: v.string() });

/** Selected tables, or whole schemas (without a table); null stands for all tables of the source database. */
const selection = v.nullable(v.array(v.object({ schema: v.string(), table: v.nullable(v.string()) })));
export type Selection = v.InferOutput<typeof selection>;

/**
 * Edited synchronization objects on their way: the child task of the API. The task continues with its own tables until
 * it takes over those of the change.
 */
const change = v.object({
  id: v.string(),
  name: v.string(),
  selection,
  /** All tables that the task is to have; empty until the change was begun. */
  tables: v.array(tableName),
  /** Whether the user ended the change, and the engine is to go back to the task's own tables. */
  withdrawn: v.boolean(),
  failure: v.nullable(v.object({ code: v.string(), message: messageSchema, at: v.number() })),
  /** Whether it is over: the task has taken over the tables, or the user has ended the change. */
  settled: v.boolean(),
  /** A CHILD_… status of the API. */
  status: v.string(),
  createdAt: v.number(),
  updatedAt: v.number(),
});
export type Change = v.InferOutput<typeof change>;

/** Tables of the task that are to be copied again, until all of them are in step. */
const copyAgain = v.object({
  id: v.string(),
  tables: v.array(v.object({ ...tableName.entries, keepRows: v.boolean() })),
  /** Whether the engine has begun to copy all of them. */
  begun: v.boolean(),
  at: v.number(),
});

/** The fields of a creation about its instance, which does not exist here: echoed as they were sent. */
export const sentSchema = v.object({
  nodeType: v.optional(v.string()),
  subnetId: v.optional(v.string()),
  vpcId: v.optional(v.string()),
  securityGroupId: v.optional(v.string()),
  expiredDays: v.optional(v.string()),
  chargingMode: v.optional(v.string()),
  isTargetReadonly: v.optional(v.boolean()),
  multiWrite: v.optional(v.boolean()),
  isOpenFastClean: v.optional(v.boolean()),
  masterAz: v.optional(v.string()),
  slaveAz: v.optional(v.string()),
  nodeNum: v.optional(v.number()),
  nodeIp: v.optional(v.string()),
  node: v.optional(
    v.object({
      arch: v.nullish(v.string()),
      availability_zone: v.nullish(v.string()),
      instance_type: v.nullish(v.string()),
      role: v.nullish(v.string()),
    }),
  ),
  period: v.optional(
    v.object({
      period_type: v.nullish(v.number()),
      period_num: v.nullish(v.number()),
      is_auto_renew: v.nullish(v.number()),
    }),
  ),
  publicIps: v.optional(
    v.array(
      v.object({
        id: v.nullish(v.string()),
        public_ip: v.nullish(v.string()),
        type: v.nullish(v.string()),
      }),
    ),
  ),
});
export type Sent = v.InferOutput<typeof sentSchema>;

/** When users are to be notified: kept and answered, for nothing is sent from here. Thresholds in seconds. */
const alarms = v.object({
  toUser: v.boolean(),
  topicUrn: v.nullable(v.string()),
  delay: v.nullable(v.number()),
  rpoDelay: v.nullable(v.number()),
  rtoDelay: v.nullable(v.number()),
});
export type Alarms = v.InferOutput<typeof alarms>;

const checkItem = v.object({
  item: v.string(),
  group: v.string(),
  result: v.picklist(["PASSED", "ALARM", "FAILED"]),
  /** Those of earlier versions had one reason. */
  reasons: v.optional(v.array(messageSchema), []),
  remedies: v.optional(v.array(v.object({ side: v.picklist(["source", "target"]), sql: v.string() })), []),
  raw: v.optional(v.string()),
});

const streamMemory = v.object({ task: v.unknown(), tables: v.record(v.string(), v.unknown()) });

/** A finding of the stream, with the time since when it is known. See StreamFinding. */
const finding = v.object({
  id: v.string(),
  level: v.picklist(["failure", "warning"]),
  side: v.picklist(["source", "target"]),
  table: v.optional(tableName),
  code: v.string(),
  message: messageSchema,
  since: v.number(),
  /** Counts what was found of the task: no two findings have the same one. Those of earlier versions have none. */
  number: v.optional(v.number()),
  /** When a user cleared the alarm that it raised. */
  clearedAt: v.optional(v.number()),
});
export type KnownFinding = v.InferOutput<typeof finding>;

const job = v.object({
  id: v.string(),
  name: v.string(),
  description: v.string(),
  engineType: v.string(),
  taskType: v.picklist(["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"]),
  dbUseType: v.string(),
  netType: v.string(),
  direction: v.string(),
  /** The enterprise project that pays; see Accounts. */
  account: v.string(),
  tags: v.array(v.object({ key: v.string(), value: v.string() })),
  sent: v.optional(sentSchema, {}),
  source: storedEndpoint,
  target: storedEndpoint,
  selection,
  /** Synchronization objects that were edited while changes flow, and wait for the start of the change. */
  edit: v.optional(v.nullable(v.object({ selection })), null),
  /** The last change of the synchronization objects. */
  change: v.optional(v.nullable(change), null),
  copyAgain: v.optional(v.nullable(copyAgain), null),
  precheck: v.nullable(
    v.object({ id: v.string(), at: v.number(), done: v.boolean(), items: v.array(checkItem) }),
  ),
  speedLimits: v.array(speedLimit),
  alarms: v.optional(v.nullable(alarms), null),
  desired,
  /** The last status, shown until the engine has been polled after a restart. */
  status: v.string(),
  failure: v.nullable(failure),
  /** Whether the instance (the link) has been made. */
  provisioned: v.boolean(),
  linkPort: v.nullable(v.number()),
  /** The tables in the making or made; all of the selection, as it was at the start. */
  tables: v.array(tableName),
  /** Whether publication, slot and subscription have been made. */
  prepared: v.boolean(),
  /** Whether the engine's objects are useless, so that they are removed and all rows are copied again. */
  fullResync: v.optional(v.boolean(), false),
  /** Tables that the engine has made for the task and that lack what comes after their rows. See UnindexedTable. */
  unindexed: v.optional(v.array(v.object({ ...tableName.entries, made: v.string() })), []),
  /** The engine's memory of the stream; null: filled at its next poll. */
  stream: v.optional(v.nullable(streamMemory), null),
  /** The findings of the stream's last check. */
  findings: v.optional(v.array(finding), []),
  /** The number of the last finding that has one. */
  lastFinding: v.optional(v.number(), 0),
  /** Rows per table at the source when the copy began. */
  sourceRows: v.record(v.string(), v.number()),
  /** Whether everything that the task held was released. */
  released: v.boolean(),
  createdAt: v.number(),
  startedAt: time,
  fullCompletedAt: time,
  updatedAt: v.number(),
});
export type Job = v.InferOutput<typeof job>;

/** A task as it is stored. In earlier versions, the field `fullResync` has the name `anew`. */
export const jobSchema = v.pipe(
  v.looseObject({ anew: v.optional(v.boolean()) }),
  v.transform(({ anew, ...record }) => ({ fullResync: anew, ...record })),
  job,
);

/** 36 characters that look like a UUID and end as the service's ids do. */
export function newJobId(): string {
  return `${randomUUID().slice(0, 31)}jb101`;
}

/** The failure that counts: one of the attempt in hand. */
export function currentFailure(job: Job): JobFailure | undefined {
  return job.failure?.attempt === job.desired.attempt ? job.failure : undefined;
}

/** Whether a change of the synchronization objects is on its way. */
export function isChanging({ change }: Pick<Job, "change">): boolean {
  return change !== null && !change.settled && change.failure === null;
}

/** The tables of a selection, where `all` are those of the source database; each once. */
export function tablesOf(selection: Selection, all: readonly TableName[]): readonly TableName[] {
  const named = (selection ?? all).flatMap(({ schema, table }) =>
    table === null ? all.filter((candidate) => candidate.schema === schema) : [{ schema, table }],
  );
  return [...new Map(named.map((table) => [tableId(table), table])).values()];
}

/** Those of the first tables that are not among the second. */
export function without<T extends TableName>(
  tables: readonly T[],
  others: readonly TableName[],
): readonly T[] {
  const ids = new Set(others.map(tableId));
  return tables.filter((table) => !ids.has(tableId(table)));
}

/** The change of a task's synchronization objects as the task of its own that it is in the API. */
export function childOf(job: Job, { failure, ...change }: Change): Job {
  const added = without(change.tables, job.tables);
  return {
    ...job,
    id: change.id,
    name: change.name,
    description: "",
    selection: change.selection,
    tables: [...(added.length > 0 ? added : change.tables)],
    edit: null,
    change: null,
    copyAgain: null,
    precheck: null,
    findings: [],
    unindexed: [],
    desired: { ...job.desired, goal: "running" },
    status: change.status,
    failure: failure === null ? null : { ...failure, attempt: job.desired.attempt, phase: "incremental" },
    released: change.settled,
    createdAt: change.createdAt,
    startedAt: change.createdAt,
    fullCompletedAt: change.settled && failure === null ? change.updatedAt : null,
    updatedAt: change.updatedAt,
  };
}

/** A task that is to learn its tables as they are at the next poll, such as those that are copied again. */
export function withoutMemoryOf(job: Job, tables: readonly TableName[]): Job {
  if (job.stream === null) {
    return job;
  }
  const names = new Set(tables.map(plainName));
  const kept = Object.entries(job.stream.tables).filter(([name]) => !names.has(name));
  return { ...job, stream: { task: null, tables: Object.fromEntries(kept) } };
}

/** Between the parts of an object's id where a dot would be ambiguous. */
export const idSeparator = "-*-*-";

/** A table's id: `schema.table`, or `schema-*-*-table` when a name has a dot of its own. */
export function tableId({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return [schema, table].join(`${schema}${table}`.includes(".") ? idSeparator : ".");
}
