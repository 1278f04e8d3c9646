/** A task as engines see it, and its tables. */
import type { EndLogin } from "./database-login";
import type { TableName } from "./table-name";

/** A task as an engine sees it. */
export interface EngineTask {
  readonly id: string;
  readonly source: EndLogin;
  readonly target: EndLogin;
  /** Where the target server finds the source: the task's link, or the source itself. */
  readonly publisher: {
    readonly host: string;
    readonly port: number;
    /** Where it is a link: how it is used. */
    readonly link?: LinkUse | undefined;
  };
  readonly tables: readonly TableName[];
  /** Whether the rows that are there already are copied first. */
  readonly copiesRows: boolean;
  /** Those of the tables that `prepare` has made and `index` has not completed. */
  readonly unindexed: readonly UnindexedTable[];
  /**
   * While the task is not to run: names this time, after which it is enabled again under another name or none. Undefined
   * while it is to run.
   */
  readonly rest?: string | undefined;
  /** The stream's memory from the last `observe`; null: none yet, or none that still counts. */
  readonly memory: StreamMemory | null;
}

/** How a task's link is used, now: who reads from the source through it is counted before the source hears of it. */
export interface LinkUse {
  /** Connections that were ever made through it. */
  readonly made: number;
  /** 0: none is open. */
  readonly open: number;
}

/**
 * An engine's memory of a task's stream between polls and over restarts: the state of both ends when the copy began,
 * and the losses since. JSON; its content is the engine's own. A table that is not in it is learned at the next poll as
 * it is then: leave it out when it is copied again.
 */
export interface StreamMemory {
  readonly task: unknown;
  /** By the tables' names, as in `TableState`. */
  readonly tables: Readonly<Record<string, unknown>>;
}

/** A table that an engine has made for a task without the indexes and constraints that come after the rows. */
export interface UnindexedTable extends TableName {
  /** Which one it is, in the engine's terms: another that somebody makes in its place is not meant. */
  readonly made: string;
}

/** A table that is to be copied again. */
export interface AgainTable extends TableName {
  /** Whether the rows that the target has stay there; else they are removed first. */
  readonly keepRows: boolean;
}

/** The task that `release` removes, and its ends. */
export interface ReleaseTask {
  readonly id: string;
  readonly source: EndLogin;
  readonly target: EndLogin;
}

/** The source by the way that the target's server takes to it. */
export function sourceByLink({ source, publisher: { host, port } }: EngineTask): EndLogin {
  return { ...source, host, port, certifiedHost: source.host };
}
