import type { Task } from "./task";

/** The tag of the tasks that the local backend's demo makes. */
const demoTag = "demo=shop";

/** Whether a task is one of the local backend's demo, which is there to be tried and knows its databases' logins. */
export function isOfDemo({ tags = [], cloud }: Pick<Task, "tags" | "cloud">): boolean {
  return cloud !== true && tags.includes(demoTag);
}
