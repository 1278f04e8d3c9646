import { Budget } from "../drs/budget";
import { type DrsCaller, DrsClient } from "../drs/client";
import { TaskStore } from "../tasks/store";
import { type Connection, type Credentials, paceOf } from "./connection";
import { limits } from "./limits";
import { Presence } from "./presence";

/** A connection in use: its client and what is known of its tasks. */
export interface Session {
  readonly connection: Connection;
  readonly client: DrsCaller;
  readonly store: TaskStore;
  dispose(): void;
}

/**
 * Opens a session. Nothing is asked until the store is needed; a local backend is told at once that it is used.
 *
 * @param language as `vscode.env.language` has it; decides the language of the service's messages.
 * @param warn receives a line about every part of an answer that is not what the API promises.
 */
export function openSession(
  connection: Connection,
  credentials: Credentials,
  language: string,
  warn: (message: string) => void,
): Session {
  const client = new DrsClient({
    endpoint: connection.endpoint,
    projectId: connection.projectId,
    ...credentials,
    language: language.toLowerCase() === "zh-cn" ? "zh-cn" : "en-us",
    timeoutMs: limits.timeoutMs,
    budget: connection.kind === "cloud" ? new Budget(limits.requests) : undefined,
    onMismatch: warn,
  });
  const store = new TaskStore(client, paceOf[connection.kind]);
  const presence = connection.kind === "local" ? new Presence(connection, credentials) : undefined;
  return {
    connection,
    client,
    store,
    dispose: () => {
      presence?.dispose();
      store.dispose();
      client.dispose();
    },
  };
}
