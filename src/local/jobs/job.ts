/** A task as the control database keeps it: what the user asked for, and what has become of it. */
import * as v from "valibot";
import { endpoint, speedLimit } from "../../drs/schemas";

const messageSchema = v.object({ id: v.string(), values: v.record(v.string(), v.string()) });
const time = v.nullable(v.number());

const storedEndpoint = v.object({
  host: v.string(),
  port: v.number(),
  user: v.string(),
  /** Sealed; see SecretBox. */
  sealedPassword: v.string(),
  database: v.string(),
  ssl: v.boolean(),
  /** Whether a connection test with these data has passed. */
  tested: v.boolean(),
  /** The endpoint's other fields as the API received them, without the password. */
  shown: endpoint,
});
export type StoredEndpoint = v.InferOutput<typeof storedEndpoint>;

/**
 * What the user wants. `attempt` counts the requests to run or to release: a failure belongs to the attempt in
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

export const failurePhase = v.picklist(["create", "start", "full", "incremental", "release"]);

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

const checkItem = v.object({
  item: v.string(),
  group: v.string(),
  result: v.picklist(["PASSED", "ALARM", "FAILED"]),
  reason: v.optional(messageSchema),
  raw: v.optional(v.string()),
});

export const jobSchema = v.object({
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
  source: storedEndpoint,
  target: storedEndpoint,
  /** Selected tables; null stands for all tables of the source database. */
  selection: v.nullable(v.array(tableName)),
  precheck: v.nullable(
    v.object({ id: v.string(), at: v.number(), done: v.boolean(), items: v.array(checkItem) }),
  ),
  speedLimits: v.array(speedLimit),
  desired,
  /** The last status, shown until the engine has been looked at after a restart. */
  status: v.string(),
  failure: v.nullable(failure),
  /** Whether the instance (the link) has been made. */
  provisioned: v.boolean(),
  linkPort: v.nullable(v.number()),
  /** The tables in the making or made; all of the selection, as it was at the start. */
  tables: v.array(tableName),
  /** Whether publication, slot and subscription have been made. */
  prepared: v.boolean(),
  /** Rows per table at the source when the copy began. */
  sourceRows: v.record(v.string(), v.number()),
  /** Whether everything that the task held was released. */
  released: v.boolean(),
  createdAt: v.number(),
  startedAt: time,
  fullCompletedAt: time,
  updatedAt: v.number(),
});
export type Job = v.InferOutput<typeof jobSchema>;

/** The failure that counts: one of the attempt in hand. */
export function currentFailure(job: Job): JobFailure | undefined {
  return job.failure?.attempt === job.desired.attempt ? job.failure : undefined;
}

/** Between the parts of an object's id where a dot would be ambiguous. */
export const idSeparator = "-*-*-";

/** A table's id: `schema.table`, or `schema-*-*-table` when a name has a dot of its own. */
export function tableId({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return [schema, table].join(`${schema}${table}`.includes(".") ? idSeparator : ".");
}
