import type { ActionId } from "../status/statuses";

/** Every command of the extension; package.json is checked against it. */
export const commandIds = [
  "drs.startLocalBackend",
  "drs.stopLocalBackend",
  "drs.connectCloud",
  "drs.switchConnection",
  "drs.showConnections",
  "drs.disconnect",
  "drs.enterSecret",
  "drs.editConnection",
  "drs.renameConnection",
  "drs.removeConnection",
  "drs.refresh",
  "drs.openDetails",
  "drs.startTask",
  "drs.startTaskAt",
  "drs.pauseTask",
  "drs.resumeTask",
  "drs.resetTask",
  "drs.endTask",
  "drs.deleteTask",
  "drs.explainReadOnly",
  "drs.copyTaskId",
  "drs.newTaskFile",
  "drs.saveTaskFile",
  "drs.validateTaskFile",
  "drs.createTaskFromFile",
  "drs.createAndStartTaskFromFile",
  "drs.applyTaskFile",
  "drs.copyDemoDatabase",
  "drs.filterByText",
  "drs.filterByStatus",
  "drs.clearFilter",
  "drs.groupTasks",
  "drs.sortTasks",
  "drs.pinTask",
  "drs.unpinTask",
  "drs.muteTask",
  "drs.unmuteTask",
  "drs.snoozeAlerts",
  "drs.endSnooze",
  "drs.showMore",
  "drs.showProblems",
  "drs.showLog",
] as const;

export type CommandId = (typeof commandIds)[number];

/** The command that does an action; it takes a `TaskRef`, or a task id. */
export const commandOf: Readonly<Record<ActionId, CommandId>> = {
  start: "drs.startTask",
  pause: "drs.pauseTask",
  resume: "drs.resumeTask",
  reset: "drs.resetTask",
  end: "drs.endTask",
  delete: "drs.deleteTask",
};
