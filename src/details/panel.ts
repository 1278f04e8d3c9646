/** The details panels: one for each task whose page is open. Loaded when the first one opens. */

import { randomBytes } from "node:crypto";
import { localId, type TaskRef } from "../connections/connection";
import { diagnosisOf } from "../failures/diagnosis";
import type { Diagnosis } from "../failures/known-case";
import { stepRow } from "../failures/steps";
import { joined, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { ActionId } from "../status/actions";
import type { StatusId } from "../status/statuses";
import { legalActions } from "../tasks/allowed-actions";
import type { Task } from "../tasks/task";
import { asJson, asMarkdown } from "./copy-all";
import type { Reader } from "./facts";
import { type DetailsHost, detailsViewType } from "./host";
import { pageHtml } from "./html";
import { PageModel } from "./page-model";
import type { Copyable, PageView, WayBack } from "./page-view";
import { type HostMessage, type PageMessage, parseFromPage, parsePageState } from "./protocol";
import { tabIcon } from "./tab-icon";
import { copyText, detailsOf, emptyDetails } from "./view";

/** Characters of a name in a tab; the service allows 50. */
const titleLength = 50;
/** Two clicks on a row within this time are a double click, in milliseconds. */
const doubleClickMs = 500;

const wayBackCommands: Readonly<Record<WayBack, `drs.${string}`>> = {
  startBackend: "drs.startLocalBackend",
  showConnection: "drs.showConnections",
  enterSecret: "drs.enterSecret",
};

/**
 * Opens and restores the pages. As VS Code does with editors, a click on a row shows a preview, the same panel for one task
 * after another, and leaves the focus in the tree; what is opened otherwise, or twice, or moved to another group or window,
 * has a panel of its own.
 * Disposing it leaves the panels to VS Code, which restores them after a reload.
 */
export class DetailsPages implements vscode.Disposable {
  readonly #host: DetailsHost;
  readonly #pages = new Map<string, DetailsPage>();
  /** The tabs that were there before. Those that nobody has looked at yet are known by their title alone. */
  readonly #before: ReadonlySet<vscode.Tab> = new Set(detailsTabs());
  #clicked = { key: "", at: Number.NEGATIVE_INFINITY };

  constructor(host: DetailsHost) {
    this.#host = host;
  }

  /** Shows the page of a task, the open one if there is one. @param preview whether a single click asked for it. */
  open(task: TaskRef, preview: boolean): void {
    const key = keyOf(task);
    const isClick = preview && !this.#isSecondClick(key);
    const page = this.#pages.get(key) ?? this.#make(task, isClick);
    if (!isClick) {
      this.#keep(key);
    }
    page.panel.reveal(undefined, isClick);
  }

  #isSecondClick(key: string): boolean {
    const now = performance.now();
    const isSecond = this.#clicked.key === key && now - this.#clicked.at < doubleClickMs;
    this.#clicked = { key, at: isSecond ? Number.NEGATIVE_INFINITY : now };
    return isSecond;
  }

  #make(task: TaskRef, preview: boolean): DetailsPage {
    const open = preview ? this.#pages.get(this.#host.preview()) : undefined;
    const old = open !== undefined && !isPinned(open.panel) ? open : undefined;
    if (old !== undefined) {
      this.#forget(old);
    }
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus: preview };
    const panel = old?.panel ?? vscode.window.createWebviewPanel(detailsViewType, shown(task.id), place);
    if (preview) {
      this.#host.setPreview(keyOf(task));
    }
    const page = this.#add(task, panel, old !== undefined);
    this.#closeUnrestored(page);
    return page;
  }

  /** Closes tabs of the same page that VS Code restored and nobody has looked at yet. */
  #closeUnrestored({ panel }: DetailsPage): void {
    const alike = [...this.#pages.values()].filter((page) => page.panel.title === panel.title);
    const unrestored = detailsTabs().filter(
      (tab) => this.#before.has(tab) && tab.label === panel.title && !tab.isActive,
    );
    if (alike.length === 1 && unrestored.length > 0) {
      void vscode.window.tabGroups.close(unrestored, true);
    }
  }

  /** Fills a panel that VS Code brought back; `state` is what its page had kept. Closes it when that says nothing. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const task = parsePageState(state)?.task;
    if (task === undefined || this.#pages.has(keyOf(task))) {
      panel.dispose();
    } else {
      this.#add(task, panel, false);
    }
  }

  dispose(): void {
    for (const page of this.#pages.values()) {
      page.dispose();
    }
    this.#pages.clear();
  }

  #add(task: TaskRef, panel: vscode.WebviewPanel, isLoaded: boolean): DetailsPage {
    const page = new DetailsPage(this.#host, task, panel, isLoaded, {
      closed: () => this.#forget(page),
      moved: () => this.#keep(page.key),
    });
    this.#pages.set(page.key, page);
    return page;
  }

  /** A page that was the preview has its panel for itself from now on. */
  #keep(key: string): void {
    if (this.#host.preview() === key) {
      this.#host.setPreview("");
    }
  }

  #forget(page: DetailsPage): void {
    this.#pages.delete(page.key);
    page.dispose();
  }
}

function detailsTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(detailsViewType),
    );
}

/** Whether the user has pinned the tab of a panel. */
function isPinned({ title }: vscode.WebviewPanel): boolean {
  return detailsTabs().some((tab) => tab.isPinned && tab.label === title);
}

function keyOf({ connection, id }: TaskRef): string {
  return `${connection}/${id}`;
}

/** One page: shows its task while it is on the screen, does what its buttons ask for. */
class DetailsPage implements vscode.Disposable {
  readonly key: string;
  readonly panel: vscode.WebviewPanel;
  readonly #host: DetailsHost;
  readonly #ref: TaskRef;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #more: PageModel;
  #lastKnown: Task | undefined;
  #running: ActionId | undefined;
  /** The known case behind the error that was last asked about. */
  #diagnosis: Diagnosis | null | undefined;
  #asked = "";
  #shown = "";
  /** The status whose icon the tab has. */
  #iconOf: StatusId | undefined;
  #visible = false;
  #column: vscode.ViewColumn | undefined;
  #isDisposed = false;

  /**
   * @param isLoaded whether the panel has had another task.
   * @param on called when the user closes the panel, and moves it to another group or window.
   */
  constructor(
    host: DetailsHost,
    task: TaskRef,
    panel: vscode.WebviewPanel,
    isLoaded: boolean,
    on: { readonly closed: () => void; readonly moved: () => void },
  ) {
    this.#host = host;
    this.#ref = task;
    this.key = keyOf(task);
    this.panel = panel;
    this.#column = panel.viewColumn;
    this.#more = new PageModel(host, task, () => this.#update());
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidChangeViewState(() => {
        this.#setVisible(panel.visible);
        if (this.#isMoved()) {
          on.moved();
        }
      }),
      panel.onDidDispose(on.closed),
      host.onDidChange(() => this.#update()),
    ];
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(host.extensionUri, "dist", "webview")],
    };
    // A panel that is on the screen keeps its page, which shows the other task at once.
    if (!isLoaded || !panel.visible) {
      panel.webview.html = this.#html();
    }
    this.#lastKnown = host.task(task);
    if (isLoaded) {
      panel.title = shown(task.id);
    }
    // A panel that had another task, and is behind other tabs, is to be known by this one's name at once.
    this.#showTitle();
    this.#setVisible(panel.visible);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#setVisible(false);
    this.#more.dispose();
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  /** Whether the panel has another column than before. One that was just created or restored has no column of a group yet. */
  #isMoved(): boolean {
    const before = this.#column;
    this.#column = this.panel.viewColumn;
    return before !== undefined && before >= vscode.ViewColumn.One && before !== this.#column;
  }

  #html(): string {
    const { webview } = this.panel;
    const asset = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#host.extensionUri, "dist", "webview", name)).toString();
    return pageHtml({
      language: this.#host.l10n.localize({ en: "en", zh: "zh-CN" }),
      title: this.#host.l10n.t("Task details"),
      loading: this.#host.l10n.t("Loading the task…"),
      task: this.#ref,
      script: asset("details.js"),
      style: asset("details-style.css"),
      font: asset("codicon.ttf"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64"),
    });
  }

  #setVisible(visible: boolean): void {
    if (visible === this.#visible) {
      return;
    }
    this.#visible = visible;
    this.#host.setVisible(this.#ref, visible);
    this.#more.setVisible(visible);
    this.#update();
  }

  /** Shows what is known now, unless the page is hidden or shows it already. */
  #update(): void {
    const current = this.#host.task(this.#ref);
    const { connected, asOf, problem } = this.#host.facts(this.#ref.connection).freshness;
    const isFirstRead =
      this.#iconOf === undefined && connected && asOf === undefined && problem === undefined;
    // The status it had says nothing while the task cannot be read, nor does that of the time before a reload.
    this.#showIcon(current?.status ?? (isFirstRead ? undefined : "unknown"));
    this.#lastKnown = current ?? this.#lastKnown;
    this.#showTitle();
    if (!this.#visible) {
      return;
    }
    const view = this.#view();
    const shown = JSON.stringify(view);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#post({ type: "show", task: this.#ref, view });
    }
  }

  /** The tab shows the status also while another one is in front of it. */
  #showIcon(status: StatusId | undefined): void {
    if (status !== undefined && status !== this.#iconOf) {
      this.#iconOf = status;
      void tabIcon(this.#host.extensionUri, status).then((icon) => {
        // The panel may have gone to another task, or have been closed, meanwhile.
        if (icon !== undefined && !this.#isDisposed && this.#iconOf === status) {
          this.panel.iconPath = icon;
        }
      });
    }
  }

  /** Names the connection where there are several: their tasks may have the same name. */
  #showTitle(): void {
    if (this.#lastKnown === undefined) {
      // The title of the last time still says which task it is.
      return;
    }
    const letters = [...this.#lastKnown.name];
    const isLong = letters.length > titleLength;
    const name = shown(isLong ? `${letters.slice(0, titleLength - 1).join("")}…` : letters.join(""));
    const { connection, isAlone } = this.#host.facts(this.#ref.connection);
    this.panel.title = isAlone || connection === undefined ? name : joined(" · ", [name, shown(connection)]);
  }

  #view(): PageView {
    const host = this.#host;
    const { connection, readOnly, freshness } = host.facts(this.#ref.connection);
    const reader: Reader = { l10n: host.l10n, freshness };
    const place = this.#ref.connection === localId ? "local" : "cloud";
    const current = host.task(this.#ref);
    if (this.#lastKnown === undefined) {
      return emptyDetails(this.#ref.id, reader, place);
    }
    this.#diagnose(this.#lastKnown);
    const view = detailsOf(this.#lastKnown, {
      ...reader,
      connection,
      readOnly,
      diagnosis: this.#diagnosis,
      listed: current !== undefined,
      place,
      actions: readOnly === undefined ? legalActions(this.#lastKnown) : [],
      running: this.#running,
      attempt: host.attempt(this.#ref),
      taken: host.taken(this.#ref),
      since: this.#more.since,
      unready: this.#more.unready,
    });
    return { ...view, more: this.#more.view(view.actions.length > 0) };
  }

  /** Asks for the known case behind the task's error, once for each error, and shows it when it is there. */
  #diagnose({ status, engine, error }: Task): void {
    const asked = JSON.stringify([status, engine, error]);
    if (asked === this.#asked) {
      return;
    }
    this.#asked = asked;
    this.#diagnosis = undefined;
    void diagnosisOf({ status, engine, error }).then((diagnosis) => {
      if (asked === this.#asked) {
        this.#diagnosis = diagnosis;
        this.#update();
      }
    });
  }

  #receive(received: unknown): void {
    const sent = parseFromPage(received);
    // A page that is loaded again in a panel of several tasks begins with the first of them.
    if (sent !== undefined && (sent.message.type === "ready" || keyOf(sent.task) === this.key)) {
      this.#handle(sent.message);
    }
  }

  #handle(message: PageMessage): void {
    switch (message.type) {
      case "ready":
        // The page starts empty, the first time and after each time it was hidden.
        this.#shown = "";
        this.#update();
        break;
      case "refresh":
        this.#host.refresh(this.#ref.connection);
        this.#more.refresh();
        break;
      case "startBackend":
      case "showConnection":
      case "enterSecret":
        void vscode.commands.executeCommand(wayBackCommands[message.type], this.#ref);
        break;
      case "run":
        void this.#run(message.action);
        break;
      case "step": {
        const { by } = stepRow(message.step);
        if ("command" in by) {
          void vscode.commands
            .executeCommand(by.command, this.#ref)
            .then(() => this.#isDisposed || this.#more.refresh());
        }
        break;
      }
      case "copy":
        void this.#copy(message.what);
        break;
      case "open":
      case "ask":
      case "compare":
        this.#more.handle(message);
        break;
      default:
        message satisfies never;
    }
  }

  async #run(action: ActionId): Promise<void> {
    if (this.#running !== undefined) {
      return;
    }
    this.#running = action;
    this.#update();
    try {
      await this.#host.run(action, this.#ref);
    } finally {
      this.#running = undefined;
      this.#more.refresh();
      this.#update();
    }
  }

  async #copy(what: Copyable): Promise<void> {
    const text = this.#textOf(what);
    if (text !== undefined) {
      await vscode.env.clipboard.writeText(text);
      this.#post({ type: "copied", what });
    }
  }

  #textOf(what: Copyable): string | undefined {
    if (this.#lastKnown === undefined) {
      return undefined;
    }
    switch (what) {
      case "json":
        return asJson(this.#lastKnown, this.#more.raw);
      case "markdown": {
        const view = this.#view();
        return view.kind === "task" ? asMarkdown(view) : undefined;
      }
      default:
        return copyText(this.#lastKnown, what);
    }
  }

  #post(message: HostMessage): void {
    if (this.#visible) {
      // Resolves to false when the page was hidden meanwhile; it asks again when it is back.
      void this.panel.webview.postMessage(message);
    }
  }
}
