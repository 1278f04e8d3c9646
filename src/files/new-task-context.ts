/** The context of the questions about a new task, and their answers. */
import type { LocalAccess } from "../backend-client/access";
import type { DemoDatabase } from "../backend-client/demo-databases";
import type { ChoosableTable } from "../backend-client/ends";
import type { ConnectionState } from "../connections/session-manager";
import type { KeptPasswords } from "./kept-passwords";
import { demoDatabases, openLocalBackend } from "./local-backend";
import type { TaskDraft } from "./new-task-draft";
import { type FileParts, keptOf } from "./open";

/** The end of the questions: start the task, create it, or keep the file. */
export type Finish = "start" | "create" | "file";

export interface Answer {
  readonly draft: TaskDraft;
  readonly finish?: Finish;
}

export interface NewTaskContext {
  readonly parts: FileParts;
  readonly state: ConnectionState;
  /** Of the local backend, which tries ends and lists tables before a task exists. */
  readonly local: LocalAccess | undefined;
  readonly kept: KeptPasswords;
  readonly demo: readonly DemoDatabase[];
  /** Of the source, as far as they are known. */
  tables: readonly ChoosableTable[];
}

/** @param state the connection in which the task is to be. */
export async function contextOf(parts: FileParts, state: ConnectionState): Promise<NewTaskContext> {
  const local = state.connection.kind === "local" ? openLocalBackend(parts) : undefined;
  const demo = local === undefined ? [] : await demoDatabases(local, parts);
  return { ...{ parts, state, local, demo }, kept: keptOf(parts), tables: [] };
}
