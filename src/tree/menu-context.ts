import {
  legalActions,
  mayChangePassword,
  mayCopyAgain,
  mayPrecheck,
  mayRunRemedySql,
} from "../tasks/allowed-actions";
import type { Task } from "../tasks/task";

/** The facts that decide which entries the menu of a task has. */
export interface TaskState {
  readonly pinned: boolean;
  readonly muted: boolean;
  /** The goal for which it is followed, in words; undefined: it is not followed. */
  readonly followed: string | undefined;
  readonly readOnly: boolean;
  /** Whether the service has a web console. */
  readonly console: boolean;
  /** Whether it is the local backend's. */
  readonly local: boolean;
}

/** `drsTask:pause:end:pin:mute:`, so that menus can ask for `viewItem =~ /:pause:/`; no action of a task that is read-only. */
export function contextOf(
  task: Task,
  { readOnly, pinned, muted, followed, console, local }: TaskState,
): string {
  const place = local ? "local" : "cloud";
  const words = [
    ...(readOnly ? ["readOnly"] : legalActions(task)),
    ...(!readOnly && mayChangePassword(task) ? ["password"] : []),
    ...(!readOnly && mayCopyAgain(task, place) ? ["copyAgain"] : []),
    ...(!readOnly && mayRunRemedySql(task, place) ? ["remedySql"] : []),
    ...(!readOnly && mayPrecheck(task) ? ["precheck"] : []),
    pinned ? "unpin" : "pin",
    muted ? "unmute" : "mute",
    followed === undefined ? "follow" : "unfollow",
    ...(console ? ["console"] : []),
  ];
  return `drsTask:${words.map((word) => `${word}:`).join("")}`;
}
