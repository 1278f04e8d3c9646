import { type ActionId, actionIds, actions } from "../status/actions";

/** Every command but those that do an action, which the action table has. */
const otherIds = [
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
  "drs.startTaskAt",
  "drs.changePassword",
  "drs.copyTablesAgain",
  "drs.explainReadOnly",
  "drs.copyTaskId",
  "drs.copyTaskLink",
  "drs.openInConsole",
  "drs.newTaskFile",
  "drs.saveTaskFile",
  "drs.validateTaskFile",
  "drs.createTaskFromFile",
  "drs.createAndStartTaskFromFile",
  "drs.applyTaskFile",
  "drs.forgetPasswords",
  "drs.copyDemoDatabase",
  "drs.runDemoSql",
  "drs.filterByText",
  "drs.filterByStatus",
  "drs.clearFilter",
  "drs.groupTasks",
  "drs.sortTasks",
  "drs.pinTask",
  "drs.unpinTask",
  "drs.muteTask",
  "drs.unmuteTask",
  "drs.followTask",
  "drs.unfollowTask",
  "drs.snoozeAlerts",
  "drs.endSnooze",
  "drs.showMore",
  "drs.showProblems",
  "drs.showLog",
  "drs.openWalkthrough",
  "drs.reportProblem",
] as const;

export type ActionCommand = (typeof actions)[ActionId]["command"];
export type CommandId = (typeof otherIds)[number] | ActionCommand;

/** Every command of the extension; package.json is checked against it. */
export const commandIds: readonly CommandId[] = [...otherIds, ...actionIds.map((id) => actions[id].command)];
