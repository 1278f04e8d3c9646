import type { FreezeId } from "../status/freezes";
import type { StatusId } from "../status/statuses";

/** One end of a task. Never holds a password. */
export interface TaskEndpoint {
  readonly dbType?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly instance?: string | undefined;
}

/** A database, schema or table that a task synchronizes; `alias` is its other name at the target. */
export interface SyncObject {
  readonly type: string;
  readonly name: string;
  readonly alias?: string | undefined;
}

/** Progress of one part of the full synchronization: `struct`, `data` or `index`. `percent` 0 to 100. */
export interface PartProgress {
  readonly part: string;
  readonly percent: number;
}

/** Something that is wrong with a task's stream although it may run (local backend). */
export interface TaskWarning {
  /** The same as long as the same thing is wrong. */
  readonly id: string;
  /** `failure`: rows are lost, for which the task fails; `warning`: it will break, or needs a person. */
  readonly level: "failure" | "warning";
  /** Undefined: it is about the whole task. */
  readonly table?: string | undefined;
  readonly code: string;
  /** What is wrong, why, and the remedy, in the user's language. */
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** The log that the source keeps for a task that does not read it (local backend). Times: milliseconds since 1970. */
export interface RetainedLog {
  readonly bytes: number;
  /** The most that the server keeps, in bytes; undefined: no limit. */
  readonly limit?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly lostAt?: number | undefined;
  readonly diskFullAt?: number | undefined;
}

/** A synchronization task (API: job) as the service last described it. Times are milliseconds since 1970. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly status: StatusId;
  /** `status` as the API spelled it. */
  readonly apiStatus: string;
  /** With `frozen`: why. `word`: the order's status, or a refusal, in the service's words. */
  readonly freeze?: { readonly id: FreezeId; readonly word?: string | undefined } | undefined;
  /** Whether the details are known; only they show a freeze. */
  readonly detailed: boolean;
  readonly description?: string | undefined;
  /** `engine_type`, such as `postgresql`. */
  readonly engine?: string | undefined;
  /** `task_type`: `FULL_TRANS`, `FULL_INCR_TRANS` or `INCR_TRANS`. */
  readonly taskType?: string | undefined;
  /** The task whose change this one applies. */
  readonly parentId?: string | undefined;
  readonly createdAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly fullCompletedAt?: number | undefined;
  readonly updatedAt?: number | undefined;
  /** When a timed start is due. */
  readonly scheduledAt?: number | undefined;
  /** Progress of the full synchronization, 0 to 100. */
  readonly percent?: number | undefined;
  readonly parts?: readonly PartProgress[] | undefined;
  /** As the service words it. */
  readonly remaining?: string | undefined;
  /** How far the target is behind the source, in milliseconds. */
  readonly delayMs?: number | undefined;
  readonly error?: { readonly code?: string | undefined; readonly message?: string | undefined } | undefined;
  readonly source?: TaskEndpoint | undefined;
  readonly target?: TaskEndpoint | undefined;
  readonly objects?: readonly SyncObject[] | undefined;
  /** `key=value` of each tag. */
  readonly tags?: readonly string[] | undefined;
  /** The warnings about its stream; only from the local backend. */
  readonly warnings?: readonly TaskWarning[] | undefined;
  readonly retainedLog?: RetainedLog | undefined;
  /** `job_action.available_actions`, where the service lists them. */
  readonly availableActions?: readonly string[] | undefined;
  /** `job_action.current_action`: what the service is doing to the task. */
  readonly currentAction?: string | undefined;
  /** The cloud's service, which ends, releases and bills tasks by itself; absent: the local backend. */
  readonly cloud?: true | undefined;
  /** Of a yearly or monthly task. `endsAt`: milliseconds since 1970; `renews`: by itself. */
  readonly order?:
    | { readonly endsAt?: number | undefined; readonly renews?: boolean | undefined }
    | undefined;
  /** After how many days of failure the service ends the task, where it says so. */
  readonly expiredDays?: number | undefined;
  /** The service has v5, with which alone a task can be started over; set only where that matters. */
  readonly resettable?: true | undefined;
}
