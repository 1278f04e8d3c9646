import { localId, type TaskRef } from "../connections/connection";
import { type ConnectionState, findTask, type SessionManager } from "../connections/session-manager";
import { isDrsError, isUnanswered } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { ActionId } from "../status/actions";
import type { Attempts } from "../tasks/attempts";
import { thresholdsIn } from "../tasks/attention";
import { PastValues } from "../tasks/past-values";
import { type ConnectionFacts, type DetailsHost, detailsViewType } from "./host";
import type { WayBack } from "./page-view";
import type { DetailsPages } from "./panel";

const previewKey = "drs.detailsPreview";

/** The details pages as the rest of the extension sees them. Their code is loaded with the first page. */
export class Details implements vscode.Disposable {
  readonly #host: Omit<DetailsHost, "facts">;
  readonly #serializer: vscode.Disposable;
  readonly #past = new PastValues();
  readonly #updates: vscode.Disposable;
  #pages: Promise<DetailsPages> | undefined;

  /** @param run does an action as the tree's commands do; never rejects. */
  constructor(
    { extensionUri, workspaceState }: Pick<vscode.ExtensionContext, "extensionUri" | "workspaceState">,
    private readonly sessions: SessionManager,
    l10n: Localizer,
    run: (action: ActionId, task: TaskRef) => Promise<void>,
    attempts: Attempts,
  ) {
    this.#host = {
      extensionUri,
      l10n,
      task: (ref) => findTask(sessions, ref),
      session: (id) => sessions.find(id)?.session,
      run: async (action, ref) => {
        if (findTask(sessions, ref) !== undefined) {
          await run(action, ref);
        }
      },
      preview: () => workspaceState.get(previewKey, ""),
      setPreview: (key) => void workspaceState.update(previewKey, key),
      attempt: (ref) => attempts.of(ref),
      taken: (ref) => attempts.stepOf(ref),
      thresholds: () => thresholdsIn(vscode.workspace.getConfiguration("drs")),
      past: ({ connection, id }) => this.#past.of(connection, id),
      refresh: (id) => void sessions.refresh(id),
      onDidChange: (listener) =>
        vscode.Disposable.from(
          sessions.onDidUpdate(() => listener()),
          sessions.onDidChange(() => listener()),
          new vscode.Disposable(attempts.onDidChange(listener)),
        ),
      setVisible: (ref, visible) => {
        const { connection, id } = ref;
        attempts.setSeen(ref, visible);
        sessions.setDemand(`details/${connection}/${id}`, visible ? "visible" : "none", connection);
      },
    };
    this.#updates = sessions.onDidUpdate(({ state, changes }) =>
      this.#past.note(state.connection.id, changes),
    );
    this.#serializer = vscode.window.registerWebviewPanelSerializer(detailsViewType, {
      deserializeWebviewPanel: async (panel, state: unknown) => (await this.#loaded()).restore(panel, state),
    });
  }

  /** Shows the page of a task. @param preview whether a click on its row asked for it, which leaves the focus there. */
  async open(task: TaskRef, preview = false): Promise<void> {
    (await this.#loaded()).open(task, preview);
  }

  dispose(): void {
    this.#serializer.dispose();
    this.#updates.dispose();
    void this.#pages?.then((pages) => pages.dispose());
  }

  #loaded(): Promise<DetailsPages> {
    this.#pages ??= this.#load();
    return this.#pages;
  }

  async #load(): Promise<DetailsPages> {
    const [{ DetailsPages }, { explain }] = await Promise.all([
      import("./panel"),
      import("../drs/error-text"),
    ]);
    const facts = (id: string): ConnectionFacts => {
      const state = this.sessions.find(id);
      const { session, connection, trouble, readOnly, phase } = state ?? {};
      const hidden = this.sessions.hidden(id)?.name;
      const { asOf, problem } = session?.store.snapshot ?? {};
      return {
        connection: connection?.name ?? hidden,
        isAlone: connection !== undefined && this.sessions.shown.length === 1,
        readOnly,
        freshness: {
          // One that is being opened is waited for.
          connected: session !== undefined || phase === "opening",
          asOf,
          problem: problem === undefined ? trouble : explain(problem, this.#host.l10n, id === localId),
          hidden: hidden === undefined ? undefined : shown(hidden),
          wayBack: hidden === undefined ? wayBack(id, state) : "showConnection",
        },
      };
    };
    return new DetailsPages({ ...this.#host, facts });
  }
}

/** The way to bring back the data of a connection, shown or gone. */
function wayBack(id: string, state: ConnectionState | undefined): WayBack | undefined {
  const problem = state?.session?.store.snapshot.problem;
  if (id === localId) {
    return state?.session === undefined || isUnanswered(problem) ? "startBackend" : undefined;
  }
  const isRejected = isDrsError(problem) && problem.failure.kind === "authentication";
  return state?.phase === "closed" || isRejected ? "enterSecret" : undefined;
}
