import type { TableName } from "./table-name";

/** A table of a source, with what prevents its synchronization. */
export interface ChoosableTable extends TableName {
  /** Of its rows, without indexes. */
  readonly bytes: number;
  /** As the server estimates them; 0: not known. */
  readonly rows: number;
  /** Whether updates and deletes can name their rows. */
  readonly hasKey: boolean;
  /** Whether its changes are missing in the source's log. */
  readonly isUnlogged: boolean;
  /** Whether the target has it with rows in it. */
  readonly isFilled: boolean;
}
