import * as vscode from "vscode";
import { Alerts } from "./alerts/alerts";
import { registerCommands } from "./commands/commands";
import { commandOf } from "./commands/ids";
import { Connections } from "./connections/connections";
import { Local } from "./connections/local";
import { Watch } from "./connections/watch";
import { Details } from "./details/details";
import { formatsFor } from "./tasks/texts";
import { TasksView } from "./tree/view";

/** Builds the parts and connects them. Nothing is sent and no large module is loaded before it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("DRS Sync Tasks", { log: true });
  const formats = formatsFor(vscode.env.language, vscode.l10n.t);
  const connections = new Connections(context);
  const local = new Local(context, connections, formats, log);
  const watch = new Watch(connections, formats, log);
  const view = new TasksView(formats);
  const alerts = new Alerts(formats);
  const details = new Details(context.extensionUri, watch, formats, async (action, task) => {
    await vscode.commands.executeCommand(commandOf[action], task.id);
  });
  const openDetails = (id: string) => details.open(id);

  let reconnected = false;

  const showSwitch = () => {
    const connection = connections.active;
    const closed = connection?.kind === "local" ? "stopped" : "disconnected";
    const opening = watch.session !== undefined || (connection !== undefined && !reconnected);
    view.reset(connection, opening ? "connecting" : closed);
    alerts.reset();
  };
  const tellFocus = () => watch.setFocused(vscode.window.state.focused);
  const tellViewNeed = () => watch.setNeed("view", view.visible ? "visible" : "none");
  const tellAlertsNeed = () => watch.setNeed("alerts", alerts.enabled ? "background" : "none");

  context.subscriptions.push(
    log,
    local,
    watch,
    view,
    alerts,
    details,
    watch.onDidSwitch(showSwitch),
    watch.onDidRead(({ changes, snapshot }) => {
      view.show(changes, snapshot);
      alerts.show(changes, snapshot);
      if (snapshot.problem !== undefined && connections.active?.kind === "local") {
        local.follow().catch((error) => log.error("The local backend cannot be found.", error));
      }
    }),
    view.onDidChangeVisibility(tellViewNeed),
    vscode.window.onDidChangeWindowState(tellFocus),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("drs.alerts")) {
        tellAlertsNeed();
        alerts.show([], watch.session?.store.snapshot);
      }
    }),
    registerCommands({ connections, local, view, watch, openDetails, formats, log }),
  );
  tellFocus();
  tellViewNeed();
  tellAlertsNeed();
  showSwitch();
  reconnect().catch((error) => log.error("The last connection cannot be used.", error));

  /** Goes on with the connection of the last time; on the first run uses a local backend that runs already. */
  async function reconnect(): Promise<void> {
    try {
      if (connections.active?.kind === "cloud") {
        await watch.open();
      } else if (connections.active !== undefined || connections.firstRun) {
        await local.attach();
      }
    } finally {
      reconnected = true;
    }
    if (watch.session === undefined) {
      showSwitch();
      startWhenSeen();
    }
  }

  /** Whoever used the local backend last time finds it running again as soon as they look, once a window. */
  function startWhenSeen(): void {
    if (connections.active?.kind !== "local") {
      return;
    }
    if (view.visible) {
      void vscode.commands.executeCommand("drs.startLocalBackend");
      return;
    }
    const waiting = view.onDidChangeVisibility(({ visible }) => {
      if (visible) {
        waiting.dispose();
        if (watch.session === undefined) {
          startWhenSeen();
        }
      }
    });
    context.subscriptions.push(waiting);
  }
}
