/** The action table: the one place that says what can be done to a task, how it looks, and who may ask for it. */
import type { Bilingual } from "../l10n/bilingual";

/** What a pre-check is for: a start, or going on (a reset, a change of the objects of a task that runs). */
export type PrecheckMode = "forStartJob" | "forRetryJob";

/** One row of the table. */
export interface ActionRow {
  /** What the button or menu is called. */
  readonly name: Bilingual;
  /** A codicon. */
  readonly icon: string;
  /** The code in `job_action.available_actions`. */
  readonly apiCode: string;
  /** The command that does it; it takes a `TaskRef`, or a task id. */
  readonly command: `drs.${string}`;
  /** Whether it brings a task that stands still on: what helps most. */
  readonly continues: boolean;
  /** Whether it cannot be undone, so that the user is asked before. */
  readonly irreversible: boolean;
  /** The action that takes it back. */
  readonly inverse: "pause" | "resume" | undefined;
  /** The pre-check that the service wants to have passed before: always, or only while the task is configurable. */
  readonly precheck: { readonly mode: PrecheckMode; readonly always: boolean } | undefined;
  /** Whether agents and links may ask for it. */
  readonly forAgents: boolean;
}

/** `reset` starts a task over, which needs a service with v5; `end` releases its instance; `delete` removes its record. */
export const actions = {
  start: {
    name: { en: "Start", zh: "启动" },
    icon: "play",
    apiCode: "START",
    command: "drs.startTask",
    continues: true,
    irreversible: false,
    inverse: undefined,
    precheck: { mode: "forStartJob", always: false },
    forAgents: true,
  },
  pause: {
    name: { en: "Pause", zh: "暂停" },
    icon: "debug-pause",
    apiCode: "PAUSE",
    command: "drs.pauseTask",
    continues: false,
    irreversible: false,
    inverse: "resume",
    precheck: undefined,
    forAgents: true,
  },
  resume: {
    name: { en: "Resume", zh: "续传" },
    icon: "debug-continue",
    apiCode: "RETRY",
    command: "drs.resumeTask",
    continues: true,
    irreversible: false,
    inverse: "pause",
    precheck: undefined,
    forAgents: true,
  },
  reset: {
    name: { en: "Reset", zh: "重置" },
    icon: "debug-restart",
    apiCode: "RESET",
    command: "drs.resetTask",
    continues: false,
    irreversible: true,
    inverse: undefined,
    precheck: { mode: "forRetryJob", always: true },
    forAgents: false,
  },
  end: {
    name: { en: "End", zh: "结束" },
    icon: "stop-circle",
    apiCode: "FREE_RESOURCE",
    command: "drs.endTask",
    continues: false,
    irreversible: true,
    inverse: undefined,
    precheck: undefined,
    forAgents: false,
  },
  delete: {
    name: { en: "Delete", zh: "删除" },
    icon: "trash",
    apiCode: "DELETE",
    command: "drs.deleteTask",
    continues: false,
    irreversible: true,
    inverse: undefined,
    precheck: undefined,
    forAgents: false,
  },
} as const satisfies Record<string, ActionRow>;

export type ActionId = keyof typeof actions;
type Where<Column extends keyof ActionRow> = {
  [Id in ActionId]: (typeof actions)[Id][Column] extends true ? Id : never;
}[ActionId];
/** The actions that are confirmed by the user. */
export type IrreversibleAction = Where<"irreversible">;
/** The actions that agents and links may ask for. */
export type AgentAction = Where<"forAgents">;

/** Every action, in the order of the menus. */
export const actionIds = Object.keys(actions) as readonly ActionId[];

/** The row of an action. */
export function actionRow(id: ActionId): ActionRow {
  return actions[id];
}

/** Whether an action cannot be undone. */
export function isIrreversible(id: ActionId): id is IrreversibleAction {
  return actions[id].irreversible;
}

/** Whether agents and links may ask for an action. */
export function isForAgents(id: ActionId): id is AgentAction {
  return actions[id].forAgents;
}

/** The action of an API code; undefined for a code of something else. */
export function actionOfCode(code: string): ActionId | undefined {
  return actionIds.find((id) => actions[id].apiCode === code);
}

/** What helps most first, what cannot be taken back last. */
export function byHelpfulness(a: ActionId, b: ActionId): number {
  return (
    Number(actions[b].continues) - Number(actions[a].continues) || actionIds.indexOf(a) - actionIds.indexOf(b)
  );
}
