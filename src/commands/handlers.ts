import * as vscode from "vscode";
import { askCloud, type CloudAnswers } from "../connections/askCloud";
import type { Connections } from "../connections/connections";
import { demoDatabases } from "../connections/demoDatabases";
import { type ActionId, statusOrder } from "../status/statuses";
import { legalActions } from "../tasks/actions";
import { actionName, explain } from "../tasks/explain";
import { problemsOf } from "../tasks/problems";
import type { Task } from "../tasks/task";
import { type Formats, unlinked } from "../tasks/texts";
import { runAction } from "./actions";
import { askStartTime, pickTask } from "./ask";
import type { Handler, Parts } from "./commands";
import type { CommandId } from "./ids";

/** How far ahead the cloud's service wants a start time to be. */
const cloudNoticeMs = 5 * 60_000;

/** What the commands do; one that is missing here does not compile. */
export function createHandlers(parts: Parts): Record<CommandId, Handler> {
  const { connections, local, view, watch, openDetails, formats, log } = parts;
  const { t } = formats;

  /** The task that a menu, a row or another command names; otherwise the user picks one that the action is legal for. */
  const chosen = async (argument: unknown, action?: ActionId): Promise<Task | undefined> => {
    const tasks = watch.session?.store.snapshot.tasks ?? new Map<string, Task>();
    const id = idOf(argument);
    if (id !== undefined) {
      if (!tasks.has(id)) {
        void vscode.window.showWarningMessage(t("This synchronization task is not in the list any more."));
      }
      return tasks.get(id);
    }
    const fitting = [...tasks.values()].filter(
      (task) => action === undefined || legalActions(task).includes(action),
    );
    if (fitting.length === 0) {
      void vscode.window.showInformationMessage(
        tasks.size === 0
          ? t("There is no synchronization task.")
          : t("No synchronization task allows this now."),
      );
      return undefined;
    }
    const prompt =
      action === undefined ? t("Which task?") : t("{0}: which task?", actionName(action, formats));
    return pickTask(fitting, prompt, formats);
  };

  const act = (action: ActionId) => async (argument: unknown) => {
    const task = await chosen(argument, action);
    if (task !== undefined && watch.session !== undefined) {
      await runAction(watch.session, action, task, formats, log);
    }
  };

  return {
    "drs.startLocalBackend": () => local.start(),
    "drs.stopLocalBackend": async () => {
      if (!(await local.stop())) {
        void vscode.window.showInformationMessage(t("No local backend is running."));
      } else if (connections.active?.kind === "local") {
        await connections.forget();
      }
    },
    "drs.connectCloud": () => connectCloud(connections, formats, log),
    "drs.disconnect": () => connections.forget(),
    "drs.refresh": async () => {
      const { session } = watch;
      if (session !== undefined) {
        await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
          session.store.refresh(),
        );
      }
    },
    "drs.openDetails": async (argument) => {
      // The page of a task that is not listed (any more) says so itself.
      const id = idOf(argument) ?? (await chosen(undefined))?.id;
      if (id !== undefined) {
        await openDetails(id);
      }
    },
    "drs.startTask": act("start"),
    "drs.startTaskAt": async (argument) => {
      const task = await chosen(argument, "start");
      const soonest = watch.session?.connection.kind === "cloud" ? cloudNoticeMs : 0;
      const time = task && (await askStartTime(task, soonest, formats));
      if (task !== undefined && time !== undefined && watch.session !== undefined) {
        await runAction(watch.session, "start", task, formats, log, time);
      }
    },
    "drs.pauseTask": act("pause"),
    "drs.resumeTask": act("resume"),
    "drs.endTask": act("end"),
    "drs.deleteTask": act("delete"),
    "drs.copyTaskId": async (argument) => {
      const task = await chosen(argument);
      if (task !== undefined) {
        await vscode.env.clipboard.writeText(task.id);
      }
    },
    "drs.copyDemoDatabase": () => copyDemoDatabase(connections, formats),
    "drs.showProblems": async () => {
      await vscode.commands.executeCommand("drs.tasks.focus");
      const { failed, frozen } = problemsOf(watch.session?.store.snapshot.tasks.values() ?? []);
      const first = [...failed, ...frozen].sort(
        (a, b) =>
          statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) || a.name.localeCompare(b.name),
      )[0];
      if (first !== undefined) {
        await view.reveal(first.id);
      }
    },
    "drs.showLog": async () => log.show(),
  };
}

/** Asks, verifies by a real call, and only then uses the connection; a wrong answer can be corrected. */
async function connectCloud(
  connections: Connections,
  formats: Formats,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const { t } = formats;
  for (let last: CloudAnswers = {}; ; ) {
    const asked = await askCloud(formats, last);
    if (asked === undefined) {
      return;
    }
    const { connection, credentials, answers } = asked;
    try {
      const options = {
        location: vscode.ProgressLocation.Notification,
        title: t("Connecting to {0}", connection.name),
      };
      await vscode.window.withProgress(options, async () => {
        const { openSession } = await import("../connections/session");
        const session = openSession(connection, credentials, vscode.env.language, (line) => log.warn(line));
        try {
          await session.client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" });
        } finally {
          session.dispose();
        }
      });
      await connections.use(connection, credentials);
      return;
    } catch (error) {
      log.error(`connecting to ${connection.endpoint} failed`, error);
      const again = t("Try Again");
      const message = t("Connecting to {0} failed: {1}", connection.name, explain(error, formats));
      if ((await vscode.window.showErrorMessage(unlinked(message), again)) !== again) {
        return;
      }
      last = answers;
    }
  }
}

/** Puts the connection URI of a database of the demo, with its password, on the clipboard. */
async function copyDemoDatabase(connections: Connections, { t }: Formats): Promise<void> {
  const { active } = connections;
  const credentials = await connections.credentials();
  const databases =
    active?.kind === "local" && credentials !== undefined ? await demoDatabases(active, credentials, t) : [];
  if (databases.length === 0) {
    void vscode.window.showInformationMessage(t("The local backend is not running with its demo."));
    return;
  }
  const items = databases.map((entry) => ({
    label: entry.database,
    description: entry.server === "source" ? t("Source database") : t("Target database"),
    uri: entry.uri,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t("Which database?") });
  if (picked !== undefined) {
    await vscode.env.clipboard.writeText(picked.uri);
    void vscode.window.setStatusBarMessage(t("Copied: connection URI with its password"), 5000);
  }
}

/** The task id in a tree row or a plain id; undefined for anything else. */
function idOf(argument: unknown): string | undefined {
  if (typeof argument === "string") {
    return argument;
  }
  const isRow = typeof argument === "object" && argument !== null && "id" in argument;
  return isRow && typeof argument.id === "string" ? argument.id : undefined;
}
