/** The changes of a reading, with the age of their facts. */
import type { ReadTimes } from "../tasks/poll";
import type { TaskChange } from "../tasks/store";
import type { TaskReading } from "./alert-engine-host";

/** A change, and when its facts were asked for: by the time it is decided on, the store may know more. */
export interface TimedChange extends TaskChange {
  readonly times: ReadTimes | undefined;
}

/** Tasks of a reading, as if each had just been read; those that are not in it are left out. */
export function someOf({ tasks, readTimes }: TaskReading, ids: Iterable<string>): readonly TimedChange[] {
  return [...ids].flatMap((id) => {
    const task = tasks.get(id);
    return task === undefined ? [] : [{ before: task, after: task, times: readTimes?.get(id) }];
  });
}

/** All of them. */
export function allOf(reading: TaskReading): readonly TimedChange[] {
  return someOf(reading, reading.tasks.keys());
}

/** The changes of a reading, each with when its task was asked about. */
export function timed(changes: readonly TaskChange[], { readTimes }: TaskReading): readonly TimedChange[] {
  return changes.map(({ before, after }) => ({
    before,
    after,
    times: after && readTimes?.get(after.id),
  }));
}
