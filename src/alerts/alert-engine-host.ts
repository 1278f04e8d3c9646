/** The alert engine's input, and its calls to the window. */
import type { TaskRef } from "../connections/connection";
import type { ReadTimes } from "../tasks/poll";
import type { Task } from "../tasks/task";
import type { Notice } from "./decision";
import type { Policy } from "./evaluate";

/** The tasks of a connection as they were last read. The maps are the store's, and change with its next reading. */
export interface TaskReading {
  readonly connection: string;
  readonly tasks: ReadonlyMap<string, Task>;
  /** When they were read, milliseconds since 1970. */
  readonly asOf: number;
  /** Since when the facts of each are known; absent: they are as old as the reading. */
  readonly readTimes?: ReadonlyMap<string, ReadTimes> | undefined;
  /** Whether all of them have been read. */
  readonly complete: boolean;
}

export interface PlacedNotice extends Notice {
  readonly connection: string;
}

/** Whether a task may alert at all. */
export type AlertScope = (connection: string, task: Task) => boolean;

/** The window of an alert engine; its answers change with the user's settings. */
export interface AlertEngineHost {
  policy(): Policy;
  /** Which tasks may alert at all: those of chosen connections, pinned ones where only such alert. */
  scope(): AlertScope;
  /** Whether its notifications are held back; its records stay as they are. */
  muted(connection: string, task: string): boolean;
  /** Until when all notices are held back, milliseconds since 1970; 0: they are not. */
  snoozedUntil(): number;
  /** Finds out what other windows have muted and snoozed. */
  refresh(): Promise<void>;
  /** The connections that there are, shown or not. */
  connections(): readonly string[];
  /** The last readings of the shown connections. */
  readings(): readonly TaskReading[];
  /** Receives the notifications; those of one poll come together. */
  notify(notices: readonly PlacedNotice[]): void;
  /** Receives that another window was refused a call because the task is frozen, when (milliseconds since 1970). */
  frozenElsewhere(task: TaskRef, word: string, at: number): void;
  /** Receives why something could not be kept. */
  warn(message: string): void;
}
