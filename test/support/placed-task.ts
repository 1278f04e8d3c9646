/** A task of a local backend in memory, as commands get it. */
import assert from "node:assert/strict";
import type { LocalConnection } from "../../src/connections/connection";
import type { PlacedTask } from "../../src/connections/session-manager";
import { DrsError, faultOf } from "../../src/drs/errors";
import type { LocalTasks } from "../../src/tasks/use-cases/local-tasks";
import { localSessionOf } from "./local-session";
import { MemoryService } from "./service";

/** The failure of a call while the local backend does not run. */
export const goneBackend = (operation: string) =>
  new DrsError({ kind: "network", operation, ...faultOf("connectionRefused", "127.0.0.1:1") });

export interface Placed {
  readonly found: PlacedTask;
  readonly service: MemoryService;
}

export async function placedTask(status: string, own: Partial<LocalTasks> = {}): Promise<Placed> {
  const service = new MemoryService();
  service.set("t-1", status, { name: "orders" });
  const local = localSessionOf(service.caller, own);
  await local.store.refresh();
  const connection: LocalConnection = {
    ...{ kind: "local", id: "local", name: "Mine", endpoint: "http://127.0.0.1:1", projectId: "p" },
  };
  const session = {
    ...{ ...local, connection, tryAgain: () => undefined, wake: () => undefined },
    dispose: () => local.store.dispose(),
  };
  const nothing = { trouble: undefined, missing: undefined, readOnly: undefined };
  const state = { connection, phase: "open", session, ...nothing } as const;
  const task = local.store.snapshot.tasks.get("t-1") ?? assert.fail("no task");
  return { found: { task, session, state }, service };
}
