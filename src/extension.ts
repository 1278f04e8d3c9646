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
  const watch = new Watch(connections, log);
  const view = new TasksView(formats);
  const alerts = new Alerts(formats);
  const details = new Details(context.extensionUri, watch, formats, async (action, task) => {
    await vscode.commands.executeCommand(commandOf[action], task.id);
  });
  const openDetails = (id: string) => details.open(id);

  const tellNeeds = () => {
    const focused = vscode.window.state.focused;
    watch.setNeed("view", view.visible ? (focused ? "visible" : "background") : "none");
    watch.setNeed("alerts", alerts.enabled ? "background" : "none");
  };
  const showSwitch = () => {
    const connection = connections.active;
    const closed = connection?.kind === "local" ? "stopped" : "disconnected";
    view.reset(connection, watch.session === undefined ? closed : "connecting");
    alerts.reset();
  };

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
        void local.follow();
      }
    }),
    view.onDidChangeVisibility(tellNeeds),
    vscode.window.onDidChangeWindowState(tellNeeds),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("drs.alerts")) {
        tellNeeds();
        alerts.show([], watch.session?.store.snapshot);
      }
    }),
    registerCommands({ connections, local, view, watch, openDetails, formats, log }),
  );
  tellNeeds();
  showSwitch();
  void reconnect();

  /** Goes on with the connection of the last time; without one, uses a local backend that runs already. */
  async function reconnect(): Promise<void> {
    if (connections.active?.kind === "cloud") {
      await watch.open();
    } else if (!(await local.attach()) && connections.active !== undefined) {
      // Whoever used the local backend last time finds it running again as soon as they look.
      startInSight();
      context.subscriptions.push(view.onDidChangeVisibility(startInSight));
    }
  }

  function startInSight(): void {
    if (view.visible && watch.session === undefined && connections.active?.kind === "local") {
      void vscode.commands.executeCommand("drs.startLocalBackend");
    }
  }
}
