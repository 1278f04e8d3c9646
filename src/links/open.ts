/** Opens links to tasks. */

import { offerStart } from "../backend-client/show-failure";
import type { Connection, TaskRef } from "../connections/connection";
import type { Connections } from "../connections/connections";
import type { SessionManager } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type AgentAction, actionRow } from "../status/actions";
import type { Task } from "../tasks/task";
import { connectionsOf, parseLink, type TaskLink } from "./link";

export interface LinkParts {
  readonly connections: Connections;
  readonly sessions: SessionManager;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
  /** Does the work unless the same is under way for another link; answers whether it did. */
  readonly alone: (work: () => Promise<void>) => Promise<boolean>;
  readonly openDetails: (task: TaskRef) => Promise<void>;
  /** Does an action as the commands do, with their own checks and questions. */
  readonly run: (action: AgentAction, task: TaskRef) => Promise<void>;
}

/** How long a connection may take until its tasks are known, in milliseconds. */
const readLimitMs = 60_000;

/** Opens the task of a link. What the link asks for besides is done only after the user has agreed. */
export async function openLink(uri: vscode.Uri, parts: LinkParts): Promise<void> {
  const { l10n, connections, openDetails, run } = parts;
  const { t } = l10n;
  const link = parseLink(uri.path, uri.query);
  if (link === undefined) {
    void vscode.window.showWarningMessage(
      t("This is not a link to a synchronization task. Nothing was done."),
    );
    return;
  }
  const possible = connectionsOf(link, connections.all, process.env);
  if (possible.length === 0) {
    await offerConnection(link, l10n);
    return;
  }
  const connection = possible.length === 1 ? possible[0] : await chosen(possible, l10n);
  if (connection === undefined || !(await isShown(connection, parts))) {
    return;
  }
  const state = parts.sessions.find(connection.id);
  if (state?.phase === "closed") {
    const message = t("The connection {0} cannot be used: {1}", connection.name, state.trouble ?? "");
    void vscode.window.showWarningMessage(message);
    return;
  }
  let task: Task | undefined;
  const hasLooked = await parts.alone(async () => {
    task = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t("Looking for the task…"),
        cancellable: true,
      },
      async (_progress, token) => await found(link, connection, parts, token),
    );
  });
  if (!hasLooked) {
    return;
  }
  if (task === undefined) {
    const message = t("The task of this link ({0}) is not in the list of {1}.", link.id, connection.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  const ref = { connection: connection.id, id: task.id };
  await openDetails(ref);
  if (link.action !== undefined && (await isAgreed(link.action, task, connection, l10n))) {
    await run(link.action, ref);
  }
}

/** The user says which connection is meant: they may sign in as different users. */
async function chosen(connections: readonly Connection[], { t }: Localizer): Promise<Connection | undefined> {
  const items = connections.map((connection) => ({ label: shown(connection.name), connection }));
  const placeHolder = t("Several connections lead to this project. Which one do you want to use?");
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.connection;
}

async function offerConnection({ place }: TaskLink, { t }: Localizer): Promise<void> {
  if (place === undefined) {
    const message = t("This link points to a task of the local backend, which has never been started here.");
    await offerStart((start) => vscode.window.showWarningMessage(message, start), t);
    return;
  }
  const connect = t("Connect…");
  const message = t(
    "This link points to a task at {0}, project {1}. No connection matches: add one, then open the link again.",
    new URL(place.endpoint).host,
    place.projectId,
  );
  if ((await vscode.window.showWarningMessage(message, connect)) === connect) {
    await vscode.commands.executeCommand("drs.connectCloud");
  }
}

/** Shows a connection that is not shown, if the user agrees: showing it sends requests. */
async function isShown(
  connection: Connection,
  { connections, sessions, l10n: { t } }: LinkParts,
): Promise<boolean> {
  const shown = connections.shown.map(({ id }) => id);
  const isStopped = connection.kind === "local" && sessions.find(connection.id)?.session === undefined;
  if (shown.includes(connection.id) && !isStopped) {
    return true;
  }
  const yes = t("Show Connection");
  const message = t('The task of this link is in the connection "{0}", which is not shown.', connection.name);
  if ((await vscode.window.showInformationMessage(message, yes)) !== yes) {
    return false;
  }
  if (connection.kind === "local") {
    await vscode.commands.executeCommand("drs.startLocalBackend");
  } else {
    await connections.show([...shown, connection.id]);
  }
  return true;
}

/**
 * The task once it is in the list; undefined when the whole list does not have it, or it took too long. A page may open
 * links as often as it likes, so that a task that is known costs no request, and a rejected key is not tried again.
 */
async function found(
  { id }: TaskLink,
  connection: Connection,
  { sessions }: LinkParts,
  token: vscode.CancellationToken,
): Promise<Task | undefined> {
  const owned: vscode.Disposable[] = [];
  const look = () => {
    const { tasks, asOf, unread, problem } = sessions.find(connection.id)?.session?.store.snapshot ?? {};
    const task = tasks?.get(id);
    return {
      task,
      over: task !== undefined || problem !== undefined || (asOf !== undefined && unread === undefined),
    };
  };
  try {
    if (look().task === undefined) {
      await sessions.find(connection.id)?.session?.store.refresh();
    }
    if (!look().over) {
      await new Promise<void>((resolve) => {
        const settle = () => {
          if (look().over) {
            resolve();
          }
        };
        const timer = setTimeout(resolve, readLimitMs);
        owned.push(
          sessions.onDidUpdate(settle),
          sessions.onDidChange(settle),
          token.onCancellationRequested(() => resolve()),
          new vscode.Disposable(() => clearTimeout(timer)),
        );
      });
    }
    return look().task;
  } finally {
    vscode.Disposable.from(...owned).dispose();
  }
}

async function isAgreed(
  action: AgentAction,
  task: Task,
  connection: Connection,
  l10n: Localizer,
): Promise<boolean> {
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  const question = t('{0} task "{1}"?', name, task.name);
  const detail = t(
    "A link requested this action. Connection: {0}. Continue only if you trust the source of the link.",
    connection.name,
  );
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, name)) === name;
}
