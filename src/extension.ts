import { registerTools } from "./agent/register";
import { Alerts } from "./alerts/alerts";
import { goalName } from "./alerts/follow-goals";
import { Follows } from "./alerts/follows";
import { Mutes } from "./alerts/mutes";
import { BackendController } from "./backend-client/controller";
import { registerCommands } from "./commands/commands";
import { localId, type TaskRef } from "./connections/connection";
import { Connections } from "./connections/connections";
import { SessionManager } from "./connections/session-manager";
import { Details } from "./details/details";
import { watchTaskFiles } from "./files/register";
import { localizerFor } from "./l10n/localizer";
import { linkHandler } from "./links/handler";
import * as vscode from "./screen/vscode";
import { type ActionId, actionRow } from "./status/actions";
import { Attempts } from "./tasks/attempts";
import { TasksView } from "./tree/view";

/** Builds the parts and connects them. Nothing is sent and no large module is loaded before it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("DRS Sync Tasks");
  const l10n = localizerFor(vscode.env.language, vscode.l10n.t);
  const { secrets, globalStorageUri: storage } = context;
  const connections = new Connections(context, log, false);
  const local = new BackendController(context, connections, l10n, log);
  const sessions = new SessionManager(connections, l10n, log, storage);
  const shared = vscode.Uri.joinPath(storage, "alerts");
  const mutes = new Mutes(shared);
  const follows = new Follows(shared);
  const view = new TasksView(
    l10n,
    context.workspaceState,
    {
      isMuted: (task) => mutes.isMuted(task),
      followedUntil: (task) => {
        const goal = follows.goalOf(task);
        return goal && goalName(goal, l10n);
      },
    },
    log,
  );
  const attempts = new Attempts();
  const lifetime = new AbortController();
  const alerts = new Alerts({
    ...{ l10n, log, mutes, follows, attempts },
    storage: shared,
    isPinned: (task) => view.isPinned(task),
    connections: () => connections.all.map(({ id }) => id),
  });
  const run = async (action: ActionId, task: TaskRef) => {
    await vscode.commands.executeCommand(actionRow(action).command, task);
  };
  const details = new Details(context, sessions, l10n, run, attempts);
  const openDetails = (task: TaskRef, preview?: boolean) => details.open(task, preview);

  const showAll = () => {
    view.show(sessions.shown, connections.all.length);
    alerts.show(sessions.shown);
  };
  const tellFocus = () => sessions.setFocused(vscode.window.state.focused);
  const tellViewNeed = () => {
    sessions.setDemand("view", view.visible ? "visible" : "none");
    if (view.visible) {
      void connections.begin();
    }
  };
  const tellAlertsNeed = () =>
    sessions.setDemand("alerts", alerts.enabled || follows.any ? "background" : "none");

  const followLocal = () => {
    local.follow().catch((error) => log.error("The local backend cannot be found.", error));
  };

  context.subscriptions.push(
    log,
    local,
    sessions,
    mutes,
    follows,
    view,
    alerts,
    details,
    sessions.onDidChange(showAll),
    sessions.onDidUpdate((reading) => {
      view.show(sessions.shown, connections.all.length, reading);
      alerts.show(sessions.shown, reading);
      const { connection, session } = reading.state;
      if (connection.kind === "local" && session?.store.snapshot.problem !== undefined) {
        followLocal();
      }
    }),
    connections.onDidChange(({ elsewhere }) => {
      if (elsewhere === true) {
        followLocal();
      }
    }),
    view.onDidChangeVisibility(tellViewNeed),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      tellFocus();
      if (focused) {
        void connections.follow();
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("drs.alerts")) {
        tellAlertsNeed();
        view.redraw();
        alerts.review();
      }
    }),
    mutes.onDidChange(() => view.redraw()),
    alerts.onDidFallDue(() => view.redraw()),
    follows.onDidChange(() => {
      tellAlertsNeed();
      view.redraw();
    }),
    new vscode.Disposable(() => lifetime.abort()),
    registerCommands({
      lifetime: lifetime.signal,
      ...{
        connections,
        local,
        view,
        mutes,
        follows,
        attempts,
        sessions,
        secrets,
        storage,
        openDetails,
        l10n,
        log,
      },
    }),
    watchTaskFiles({ connections, sessions, secrets, storage, openDetails, l10n, log }),
    registerTools({ sessions, attempts, l10n }),
    vscode.window.registerUriHandler(linkHandler({ connections, sessions, l10n, log, openDetails, run })),
  );
  tellFocus();
  tellViewNeed();
  tellAlertsNeed();
  showAll();
  reconnect().catch((error) => log.error("The local backend cannot be found.", error));

  /**
   * Continues with the local backend of the last time; on the first run uses one that runs already, from when the view is
   * seen: until then no file is touched.
   */
  async function reconnect(): Promise<void> {
    if (connections.local === undefined && connections.firstRun && !view.visible) {
      sessions.localLooked();
      whenVisible(() => reconnect().catch((error) => log.error("The local backend cannot be found.", error)));
      return;
    }
    let attached: Awaited<ReturnType<typeof local.attach>>;
    try {
      if (connections.local !== undefined || connections.firstRun) {
        attached = await local.attach();
      }
    } finally {
      sessions.localLooked();
    }
    if (attached === "ended") {
      await vscode.commands.executeCommand("drs.startLocalBackend");
    } else if (attached === undefined) {
      startWhenVisible();
    }
  }

  /** Starts the local backend when the view is shown, once a window, for a user who has used it before. */
  function startWhenVisible(): void {
    if (connections.local === undefined || sessions.find(localId)?.session !== undefined) {
      return;
    }
    if (view.visible) {
      void vscode.commands.executeCommand("drs.startLocalBackend");
      return;
    }
    whenVisible(startWhenVisible);
  }

  function whenVisible(work: () => void): void {
    const waiting = view.onDidChangeVisibility(({ visible }) => {
      if (visible) {
        waiting.dispose();
        work();
      }
    });
    context.subscriptions.push(waiting);
  }
}
