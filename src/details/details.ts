import * as vscode from "vscode";
import type { Watch } from "../connections/watch";
import type { ActionId } from "../status/statuses";
import { legalActions } from "../tasks/actions";
import { explain } from "../tasks/explain";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { type DetailsHost, detailsViewType } from "./host";
import type { DetailsPages } from "./panel";

/** The details pages as the rest of the extension sees them. Their code is loaded with the first page. */
export class Details implements vscode.Disposable {
  readonly #host: DetailsHost;
  readonly #serializer: vscode.Disposable;
  #pages: Promise<DetailsPages> | undefined;

  /** @param run does an action as the tree's commands do; never rejects. */
  constructor(
    extensionUri: vscode.Uri,
    watch: Watch,
    formats: Formats,
    run: (action: ActionId, task: Task) => Promise<void>,
  ) {
    const task = (id: string) => watch.session?.store.snapshot.tasks.get(id);
    this.#host = {
      extensionUri,
      formats,
      task,
      freshness: () => {
        const { asOf, problem } = watch.session?.store.snapshot ?? {};
        return {
          connected: watch.session !== undefined,
          asOf,
          problem:
            problem === undefined
              ? undefined
              : explain(problem, formats, watch.session?.connection.kind === "local"),
        };
      },
      legalActions,
      run: async (action, id) => {
        const known = task(id);
        if (known !== undefined) {
          await run(action, known);
        }
      },
      refresh: () => void watch.session?.store.refresh(),
      onDidChange: (listener) =>
        vscode.Disposable.from(
          watch.onDidRead(() => listener()),
          watch.onDidSwitch(() => listener()),
        ),
      setVisible: (id, visible) => watch.setNeed(`details/${id}`, visible ? "visible" : "none"),
    };
    this.#serializer = vscode.window.registerWebviewPanelSerializer(detailsViewType, {
      deserializeWebviewPanel: async (panel, state: unknown) => (await this.#loaded()).restore(panel, state),
    });
  }

  /** Shows the page of a task. */
  async open(taskId: string): Promise<void> {
    (await this.#loaded()).open(taskId);
  }

  dispose(): void {
    this.#serializer.dispose();
    void this.#pages?.then((pages) => pages.dispose());
  }

  #loaded(): Promise<DetailsPages> {
    this.#pages ??= import("./panel").then(({ DetailsPages }) => new DetailsPages(this.#host));
    return this.#pages;
  }
}
