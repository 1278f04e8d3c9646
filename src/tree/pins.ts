/** The tasks that are pinned in a workspace, as they are stored. */
import type { TaskRef } from "../connections/connection";

/** How a task is stored that is pinned. */
export function pinOf({ connection, id }: TaskRef): string {
  return `${connection}/${id}`;
}

/** The pins in what was stored, perhaps by another version; what is not understood is none. */
export function pinsIn(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter((pin) => typeof pin === "string") : [];
}
