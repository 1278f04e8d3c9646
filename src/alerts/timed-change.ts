/** What a reading has changed, with the age of what is known. */
import type { ReadTimes } from "../tasks/poll";
import type { TaskChange } from "../tasks/store";
import type { TaskReading } from "./alert-engine-host";

/** A change, and when its facts were asked for: by the time it is decided on, the store may know more. */
export interface TimedChange extends TaskChange {
  readonly times: ReadTimes | undefined;
}

/** All tasks, as if each had just been read. */
export function allOf({ tasks, readTimes }: TaskReading): readonly TimedChange[] {
  return [...tasks.values()].map((task) => ({ before: task, after: task, times: readTimes?.get(task.id) }));
}

/** The changes of a reading, each with when its task was asked about. */
export function timed(changes: readonly TaskChange[], { readTimes }: TaskReading): readonly TimedChange[] {
  return changes.map(({ before, after }) => ({
    before,
    after,
    times: after && readTimes?.get(after.id),
  }));
}
