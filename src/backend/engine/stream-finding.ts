import type { Message } from "../messages";
import type { Side } from "./side";
import type { TableName } from "./table-name";

/**
 * A problem of a task's stream, whose workers may still run: a `failure` has lost rows or loses them, a `warning` will
 * break or needs a person.
 */
export interface StreamFinding {
  /** The same as long as the same thing is wrong: kind, end, table and part of it. */
  readonly id: string;
  readonly level: "failure" | "warning";
  readonly side: Side;
  /** Undefined: it is about the whole task, or the engine cannot say about which table. */
  readonly table: TableName | undefined;
  /** Of its kind: `LS…` of a failure, `LW…` of a warning; see the catalogue of known failures. */
  readonly code: string;
  /** The problem, its cause, and the remedy. */
  readonly message: Message;
}
