import type { TaskRef } from "../connections/connection";
import type { Thresholds } from "../tasks/attention";

/**
 * A row of the tree: the stable name of a connection, of what it has to say, of a group or a task, whose facts are
 * looked up when it is drawn.
 */
export type Node =
  | { readonly kind: "connection"; readonly connection: string }
  | { readonly kind: "message"; readonly connection: string }
  | { readonly kind: "group"; readonly connection: string; readonly group: string }
  /** `group`: only if a task is in several. */
  | ({ readonly kind: "task"; readonly group?: string } & TaskRef)
  /** Tasks of a very long group from one place on, the first being 0. */
  | { readonly kind: "range"; readonly connection: string; readonly group: string; readonly from: number }
  /** Offers more tasks of a group; of the whole tree when `connection` is empty. */
  | { readonly kind: "more"; readonly connection: string; readonly group: string };

/** What the details are opened with beside the row: a click shows them without keeping them. */
export const previewManner = "preview";

/**
 * What a click on a row runs: on the row that is selected then, because VS Code forgets the arguments of a row's own command
 * when it draws the row again, and a click in that moment would end in an error.
 */
export const openRow = "drs.openRow";

/** The user's marks on tasks. */
export interface Marks {
  isPinned(task: TaskRef): boolean;
  isMuted(task: TaskRef): boolean;
  /** The goal for which it is followed, in words; undefined: it is not followed. */
  followedUntil(task: TaskRef): string | undefined;
  /** From where on a delay is too long. */
  readonly thresholds: Thresholds;
}

/** Unique in the tree, the same for as long as the row stands for the same. */
export function keyOf(node: Node): string {
  switch (node.kind) {
    case "connection":
      return node.connection;
    case "message":
      return `${node.connection}/message`;
    case "group":
      return `${node.connection}/group/${node.group}`;
    case "task":
      return `${node.connection}/${node.group ?? ""}/task/${node.id}`;
    case "range":
      return `${node.connection}/range/${node.from}/${node.group}`;
    case "more":
      return `${node.connection}/more/${node.group}`;
  }
}
