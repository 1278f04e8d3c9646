/** The action table, the single source of an action's name, icon, API code, command and restrictions. */
import type { Bilingual } from "../l10n/bilingual";

/** The purpose of a pre-check: a start, or a retry (a reset, or edited objects of a running task). */
export type PrecheckMode = "forStartJob" | "forRetryJob";

/** One row of the table. */
export interface ActionRow {
  /** The label of the button or menu item. */
  readonly name: Bilingual;
  /** A codicon. */
  readonly icon: string;
  /** The code in `job_action.available_actions`. */
  readonly apiCode: string;
  /** The command that runs the action. It takes a `TaskRef` or a task id. */
  readonly command: `drs.${string}`;
  /** Whether it makes a stopped task continue. Such actions are listed first. */
  readonly continues: boolean;
  /** Whether it cannot be undone and needs confirmation. */
  readonly irreversible: boolean;
  /** The state that the task reaches by it, sooner or later. */
  readonly goal: "running" | "paused" | "ended" | "gone";
  /** The action that undoes it. */
  readonly inverse: "pause" | "resume" | undefined;
  /** The pre-check that must pass first: always, or only while the task is configurable. */
  readonly precheck: { readonly mode: PrecheckMode; readonly always: boolean } | undefined;
  /** Whether agents and links may request it. */
  readonly forAgents: boolean;
}

/** `reset` starts a task over and requires v5, `end` releases its instance, `delete` removes its record. */
export const actions = {
  start: {
    name: { en: "Start", zh: "启动" },
    icon: "play",
    apiCode: "START",
    command: "drs.startTask",
    continues: true,
    irreversible: false,
    goal: "running",
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
    goal: "paused",
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
    goal: "running",
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
    goal: "running",
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
    goal: "ended",
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
    goal: "gone",
    inverse: undefined,
    precheck: undefined,
    forAgents: false,
  },
} as const satisfies Record<string, ActionRow>;

export type ActionId = keyof typeof actions;
type Where<Column extends keyof ActionRow> = {
  [Id in ActionId]: (typeof actions)[Id][Column] extends true ? Id : never;
}[ActionId];
/** The actions that the user must confirm. */
export type IrreversibleAction = Where<"irreversible">;
/** The actions that agents and links may request. */
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

/** Whether agents and links may request an action. */
export function isForAgents(id: ActionId): id is AgentAction {
  return actions[id].forAgents;
}

/** The action of an API code; undefined for any other code. */
export function actionOfCode(code: string): ActionId | undefined {
  return actionIds.find((id) => actions[id].apiCode === code);
}

/** Sorts actions: those that make a stopped task continue first, irreversible ones last. */
export function byHelpfulness(a: ActionId, b: ActionId): number {
  return (
    Number(actions[b].continues) - Number(actions[a].continues) || actionIds.indexOf(a) - actionIds.indexOf(b)
  );
}
