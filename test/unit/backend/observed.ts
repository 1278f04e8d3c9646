/** What the reconciler's tests observe: an engine's state, and a task as it is seen. */
import type { EngineState, TableState } from "../../../src/backend/engine/engine-state";
import type { ObservedState } from "../../../src/backend/reconcile";

type Present = Extract<EngineState, { kind: "present" }>;

const table = (phase: TableState["phase"]): TableState => ({ name: "public.t", phase, copiedRows: 0 });

export function engine(phases: readonly TableState["phase"][], change: Partial<Present> = {}): Present {
  const state = {
    kind: "present",
    enabled: true,
    streaming: true,
    copyWorkers: 0,
    logKept: true,
    slotLost: false,
    needsCleanUp: false,
    isProvisional: false,
    delayMs: 0,
    findings: [],
    isWatched: true,
  } as const;
  return { ...state, tables: phases.map(table), ...change };
}

export const base: ObservedState = {
  provisioned: true,
  failure: undefined,
  engine: { kind: "absent" },
  prepared: false,
  recovering: false,
  enabledNow: false,
  fullDone: false,
  released: false,
  lost: false,
  change: undefined,
  copyAgain: undefined,
  indexes: undefined,
  last: "CONFIGURATION",
};
export const runs: Partial<ObservedState> = { prepared: true, enabledNow: true };
export const broken: EngineState = {
  kind: "broken",
  code: "DRS.E55000",
  message: { id: "sqlRefused", values: {} },
};
export const unreachable: EngineState = { kind: "unreachable", side: "source", reason: "gone" };
