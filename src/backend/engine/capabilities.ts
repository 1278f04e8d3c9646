export type TaskType = "FULL_TRANS" | "FULL_INCR_TRANS" | "INCR_TRANS";

/** Optional capabilities of an engine. Those that it lacks are not offered to users. */
export interface Capabilities {
  /** The types of tasks that it can run; others are refused at their creation. */
  readonly taskTypes: readonly TaskType[];
  /** Whether a task can be suspended and taken up again where it was: the action PAUSE. */
  readonly canPause: boolean;
  /** Whether tables can be added and removed while changes flow: the actions CHOOSE_OBJECT and CHANGE then. */
  readonly canEditObjects: boolean;
  /** Whether single tables of a running task can be copied again while the others continue. */
  readonly canCopyAgain: boolean;
  /** Whether the contents of both ends can be compared: the action `create_compare`. */
  readonly canCompare: boolean;
  /** Whether it counts the rows of a running copy: `progress` of a full synchronization. */
  readonly knowsProgress: boolean;
}
