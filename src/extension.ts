import * as vscode from "vscode";
import { registerTools } from "./agent/register";
import { Alerts } from "./alerts/alerts";
import { Quiet } from "./alerts/mutes";
import { Local } from "./backend-client/controller";
import { registerCommands } from "./commands/commands";
import { commandOf } from "./commands/ids";
import { localId, type TaskRef } from "./connections/connection";
import { Connections } from "./connections/connections";
import { Watch } from "./connections/session-manager";
import { Details } from "./details/details";
import { watchTaskFiles } from "./files/register";
import { formatsFor } from "./l10n/localizer";
import type { ActionId } from "./status/statuses";
import { TasksView } from "./tree/view";

/** Builds the parts and connects them. Nothing is sent and no large module is loaded before it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("DRS Sync Tasks", { log: true });
  const formats = formatsFor(vscode.env.language, vscode.l10n.t);
  const { secrets } = context;
  const connections = new Connections(context);
  const local = new Local(context, connections, formats, log);
  const watch = new Watch(connections, formats, log, context.globalStorageUri);
  const shared = vscode.Uri.joinPath(context.globalStorageUri, "alerts");
  const quiet = new Quiet(shared);
  const view = new TasksView(formats, context.workspaceState, (task) => quiet.isMuted(task));
  const alerts = new Alerts({
    ...{ formats, log, quiet },
    storage: shared,
    isPinned: (task) => view.isPinned(task),
    connections: () => connections.all.map(({ id }) => id),
  });
  const run = async (action: ActionId, task: TaskRef) => {
    await vscode.commands.executeCommand(commandOf[action], task);
  };
  const details = new Details(context.extensionUri, watch, formats, run);
  const openDetails = (task: TaskRef) => details.open(task);

  const showAll = () => {
    view.show(watch.shown, connections.all.length);
    alerts.show(watch.shown);
  };
  const tellFocus = () => watch.setFocused(vscode.window.state.focused);
  const tellViewNeed = () => watch.setNeed("view", view.visible ? "visible" : "none");
  const tellAlertsNeed = () => watch.setNeed("alerts", alerts.enabled ? "background" : "none");

  context.subscriptions.push(
    log,
    local,
    watch,
    quiet,
    view,
    alerts,
    details,
    watch.onDidChange(showAll),
    watch.onDidRead((reading) => {
      view.show(watch.shown, connections.all.length, reading);
      alerts.show(watch.shown, reading);
      const { connection, session } = reading.watched;
      if (connection.kind === "local" && session?.store.snapshot.problem !== undefined) {
        local.follow().catch((error) => log.error("The local backend cannot be found.", error));
      }
    }),
    view.onDidChangeVisibility(tellViewNeed),
    vscode.window.onDidChangeWindowState(tellFocus),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("drs.alerts")) {
        tellAlertsNeed();
        alerts.review();
      }
    }),
    quiet.onDidChange(() => view.redraw()),
    registerCommands({ connections, local, view, quiet, watch, secrets, openDetails, formats, log }),
    watchTaskFiles({ connections, watch, secrets, openDetails, formats, log }),
    registerTools({ watch, formats }),
    vscode.window.registerUriHandler({
      handleUri: async (uri) => {
        const { openLink } = await import("./links/open");
        await openLink(uri, { connections, watch, formats, openDetails, run });
      },
    }),
  );
  tellFocus();
  tellViewNeed();
  tellAlertsNeed();
  showAll();
  reconnect().catch((error) => log.error("The local backend cannot be found.", error));

  /** Goes on with the local backend of the last time; on the first run uses one that runs already. */
  async function reconnect(): Promise<void> {
    let found = false;
    try {
      if (connections.local !== undefined || connections.firstRun) {
        found = await local.attach();
      }
    } finally {
      watch.localLooked();
    }
    if (!found) {
      startWhenSeen();
    }
  }

  /** Whoever used the local backend last time finds it running again as soon as they look, once a window. */
  function startWhenSeen(): void {
    if (connections.local === undefined || watch.find(localId)?.session !== undefined) {
      return;
    }
    if (view.visible) {
      void vscode.commands.executeCommand("drs.startLocalBackend");
      return;
    }
    const waiting = view.onDidChangeVisibility(({ visible }) => {
      if (visible) {
        waiting.dispose();
        startWhenSeen();
      }
    });
    context.subscriptions.push(waiting);
  }
}
