import { localId } from "../connections/connection";
import type { PlacedTask } from "../connections/session-manager";
import { walkthroughId } from "../links/link";
import * as vscode from "../screen/vscode";
import { type ActionId, actionIds, actionRow } from "../status/actions";
import { mayChangePassword, mayCopyAgain, mayPrecheck, mayRunRemedySql } from "../tasks/allowed-actions";
import { attentionOf, thresholdsIn, urgencyOf } from "../tasks/attention";
import { previewManner } from "../tree/node";
import { type ActionDialog, oneTaskDialog, runWith } from "./action-command";
import { targetOf } from "./argument";
import { offerUndo, runMany } from "./bulk-action";
import { connectionHandlers } from "./connections";
import { askCopyAgain } from "./copy-again";
import { demoHandlers } from "./demo";
import { followHandlers } from "./follow";
import type { CommandHost, Handler } from "./host";
import type { ActionCommand, CommandId } from "./ids";
import { LastRow } from "./last-row";
import { linkHandlers } from "./links";
import { muteHandlers } from "./mute";
import { askPassword } from "./password";
import { runPrecheck } from "./precheck";
import { reportProblem } from "./problem-report-command";
import { refreshTasks } from "./refresh";
import { RemedyCommands } from "./remedy";
import { TaskChooser } from "./task-chooser";
import { askStartTime } from "./task-picker";
import { treeHandlers } from "./tree-commands";

/** How far ahead the cloud's service wants a start time to be. */
const cloudNoticeMs = 5 * 60_000;

/** The handlers of the commands; a missing one does not compile. */
export function createHandlers(parts: CommandHost): Record<CommandId, Handler> {
  const { connections, local, view, sessions, openDetails, l10n, log } = parts;
  const { t } = l10n;

  const tasks = new TaskChooser(parts);

  const run = async (found: PlacedTask, action: ActionId, startAt?: number) => {
    const where = sessions.shown.length > 1 ? found.state.connection.name : undefined;
    // Only the local backend knows exactly what ending a task would leave out.
    const unapplied = async () => await found.session.local?.unapplied(found.task.id);
    const dialog = oneTaskDialog(action, found, where, l10n, log, unapplied);
    const report: ActionDialog["report"] = async (results) => {
      await dialog.report(results);
      if (action === "pause" && results.some(({ error }) => error === undefined)) {
        const message = t('Pause accepted for task "{0}".', found.task.name);
        // The action is over; whether the user takes it back, and when, is another matter.
        void offerUndo(action, message, [found], parts);
      }
    };
    await runWith({ ...dialog, report }, action, [found], parts, startAt);
  };
  const lastRow = new LastRow();
  const remedy = new RemedyCommands(parts);

  const act = (action: ActionId) => async (argument: unknown, selected: unknown) => {
    const many = tasks.selected(selected);
    if (many.length > 1) {
      await runMany(action, many, parts);
      return;
    }
    const before = lastRow.clicked(action, argument);
    const found = await tasks.forAction(action, argument);
    if (found !== undefined && (before === undefined || (await isMeant(action, found, before)))) {
      await run(found, action);
      lastRow.settled(found.task.id);
    }
  };
  /** The same for all tasks of a group. */
  const onGroup = (action: ActionId) => async (argument: unknown) => {
    const { connection, group } = targetOf(argument);
    if (connection !== undefined && group !== undefined) {
      const ids = new Set(view.idsIn(connection, group));
      const found = tasks
        .all()
        .filter(({ task, state }) => state.connection.id === connection && ids.has(task.id));
      await runMany(action, found, parts);
    }
  };
  /** A row may have come under the pointer because the one before it, which was acted on, left its group. */
  const isMeant = async (action: ActionId, { task }: PlacedTask, before: string) => {
    const name = l10n.localize(actionRow(action).name);
    const [other] = tasks.all().filter((one) => one.task.id === before);
    const detail = t(
      'You acted on "{0}" less than a second ago, and rows move when the status of a task changes.',
      other?.task.name ?? before,
    );
    const question = t('{0} task "{1}"?', name, task.name);
    return (await vscode.window.showWarningMessage(question, { modal: true, detail }, name)) === name;
  };

  /** The empty view says meanwhile what is being done, in place of its buttons. */
  const starting = async (start: () => Promise<boolean>) => {
    const tell = (is: boolean) => vscode.commands.executeCommand("setContext", "drs.starting", is);
    await tell(true);
    return await start().finally(() => tell(false));
  };

  const ofTask = (name: "saveTaskFile" | "copyTerraform") => async (argument: unknown) => {
    const found = await tasks.one(argument);
    if (found !== undefined) {
      const { fileHandlers } = await import("../files/editor");
      await fileHandlers(parts)[name](found);
    }
  };

  const onFile =
    (
      name:
        | "newTask"
        | "newTaskFile"
        | "compareTaskFile"
        | "validateTaskFile"
        | "createTaskFromFile"
        | "createAndStartTaskFromFile"
        | "applyTaskFile"
        | "forgetPasswords",
    ) =>
    async (argument: unknown) => {
      const { fileHandlers } = await import("../files/editor");
      await fileHandlers(parts)[name](argument);
    };

  const actionHandlers = Object.fromEntries(actionIds.map((id) => [actionRow(id).command, act(id)]));

  return {
    ...(actionHandlers as Record<ActionCommand, Handler>),
    ...connectionHandlers(parts),
    ...demoHandlers(parts),
    ...linkHandlers(parts, (argument, selected) => tasks.some(argument, selected)),
    ...followHandlers(parts, (argument) => tasks.one(argument)),
    ...muteHandlers(parts, (argument) => tasks.one(argument)),
    ...treeHandlers(
      parts,
      () => tasks.all(),
      (argument) => tasks.one(argument),
    ),
    "drs.startLocalBackend": async () => {
      if ((await starting(() => local.start())) && connections.local !== undefined) {
        await sessions.refresh(localId);
        const { host } = new URL(connections.local.endpoint);
        void vscode.window.showInformationMessage(t("The local backend is running at {0}.", host));
      }
    },
    "drs.stopLocalBackend": async () => {
      if (await local.stop()) {
        await connections.remove(localId);
      } else {
        void vscode.window.showInformationMessage(t("No local backend is running."));
      }
    },
    "drs.refresh": async (argument) => {
      await refreshTasks(parts, targetOf(argument).connection);
    },
    "drs.openDetails": async (argument, manner) => {
      const { connection, id } = targetOf(argument);
      if (connection !== undefined) {
        // Enter on a row other than a task. The page of a task that is not listed (any more) says so itself.
        if (id !== undefined) {
          await openDetails({ connection, id }, manner === previewManner);
        }
        return;
      }
      const found = await tasks.one(argument);
      if (found !== undefined) {
        await openDetails({ connection: found.state.connection.id, id: found.task.id });
      }
    },
    "drs.startTaskAt": async (argument) => {
      const found = await tasks.forAction("start", argument);
      if (found !== undefined) {
        const soonest = found.state.connection.kind === "cloud" ? cloudNoticeMs : 0;
        const time = await askStartTime(found.task, soonest, l10n);
        if (time !== undefined) {
          await run(found, "start", time);
        }
      }
    },
    "drs.explainReadOnly": async (argument) => {
      const found = await tasks.one(argument);
      if (found?.state.readOnly !== undefined) {
        await tasks.explainReadOnly(found.state);
      }
    },
    "drs.pauseGroup": onGroup("pause"),
    "drs.resumeGroup": onGroup("resume"),
    "drs.copyGroup": async (argument) => {
      const { connection = "", group = "" } = targetOf(argument);
      await vscode.env.clipboard.writeText(view.idsIn(connection, group).join("\n"));
    },
    "drs.copyTaskId": async (argument, selected) => {
      const ids = (await tasks.some(argument, selected)).map(({ task }) => task.id);
      if (ids.length > 0) {
        await vscode.env.clipboard.writeText(ids.join("\n"));
      }
    },
    "drs.newTask": onFile("newTask"),
    "drs.newTaskFile": onFile("newTaskFile"),
    "drs.saveTaskFile": ofTask("saveTaskFile"),
    "drs.copyTerraform": ofTask("copyTerraform"),
    "drs.compareTaskFile": onFile("compareTaskFile"),
    "drs.validateTaskFile": onFile("validateTaskFile"),
    "drs.forgetPasswords": onFile("forgetPasswords"),
    "drs.createTaskFromFile": onFile("createTaskFromFile"),
    "drs.createAndStartTaskFromFile": onFile("createAndStartTaskFromFile"),
    "drs.applyTaskFile": onFile("applyTaskFile"),
    "drs.changePassword": async (argument) => {
      const found = await tasks.toChange(argument, mayChangePassword);
      if (found !== undefined) {
        await askPassword(found, parts);
      }
    },
    "drs.copyTablesAgain": async (argument) => {
      const found = await tasks.toChange(argument, mayCopyAgain);
      if (found !== undefined) {
        await askCopyAgain(found, parts);
      }
    },
    "drs.showConflictingRows": async (argument) => {
      const found = await tasks.one(argument, ({ task, state }) =>
        mayRunRemedySql(task, state.connection.kind),
      );
      if (found !== undefined) {
        await remedy.showRows(found);
      }
    },
    "drs.runRemedySql": async (argument) => {
      const found = await tasks.toChange(argument, mayRunRemedySql);
      if (found !== undefined) {
        await remedy.runSql(found);
      }
    },
    "drs.precheckTask": async (argument) => {
      const found = await tasks.toChange(argument, mayPrecheck);
      if (found !== undefined) {
        await runPrecheck(found, parts);
      }
    },
    "drs.showProblems": async () => {
      await vscode.commands.executeCommand("drs.tasks.focus");
      const found = tasks.all();
      const now = Date.now();
      const limits = thresholdsIn(vscode.workspace.getConfiguration("drs"));
      const rank = ({ task }: PlacedTask) => urgencyOf(task, limits, now);
      const [first] = found
        .filter(({ task }) => attentionOf(task, limits, now) !== undefined)
        .sort((a, b) => rank(a) - rank(b) || a.task.name.localeCompare(b.task.name));
      if (first !== undefined) {
        await view.reveal({ connection: first.state.connection.id, id: first.task.id });
      }
    },
    "drs.showLog": async () => log.show(),
    "drs.openWalkthrough": async () => {
      await view.withContextReset(() =>
        vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthroughId),
      );
    },
    "drs.reportProblem": async (argument) => await reportProblem(parts, argument),
  };
}
