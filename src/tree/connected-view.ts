/** The content of the view: its tree, its badge, and the lines above it. Loaded with the first connection. */

import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { joined } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { attentionText, merged, sumOf, type Thresholds, thresholdsIn } from "../tasks/attention";
import { messageOf } from "./connection-row";
import type { Marks, Node } from "./node";
import { TaskTree } from "./tree";
import { isFiltered, viewOptionsIn } from "./view-options";

/** The parts of the view that its content uses. */
export interface ConnectedViewHost {
  readonly l10n: Localizer;
  /** How the user wants the tasks to be shown, as it is stored. */
  storedViewOptions(): unknown;
  readonly marks: Omit<Marks, "thresholds">;
  /** Tells whether only some tasks are shown. */
  setFiltered(filtered: boolean): void;
}

/** The tree with its badge and its message. It redraws only rows that changed. */
export class ConnectedView implements vscode.Disposable {
  readonly tree: TaskTree;
  #thresholds = readThresholds();
  #shown: readonly ConnectionState[] = [];

  constructor(
    private readonly host: ConnectedViewHost,
    private readonly view: Pick<vscode.TreeView<Node>, "badge" | "message" | "selection">,
  ) {
    const thresholds = () => this.#thresholds;
    this.tree = new TaskTree(
      host.l10n,
      this.#viewOptions,
      {
        isPinned: (task) => host.marks.isPinned(task),
        isMuted: (task) => host.marks.isMuted(task),
        followedUntil: (task) => host.marks.followedUntil(task),
        get thresholds() {
          return thresholds();
        },
      },
      () => view.selection,
    );
  }

  /** Redraws everything, after a change of the view options, of a setting or of a marked task. */
  redraw(): void {
    this.#thresholds = readThresholds();
    this.tree.arrange(this.#viewOptions);
    this.#tellMessage();
    this.#tellBadge();
  }

  /**
   * Takes what is shown now.
   *
   * @param reading what the tasks of one connection changed by, if that is the occasion.
   */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    this.#shown = shown;
    this.tree.show(shown, reading);
    this.#tellMessage();
    this.#tellBadge();
  }

  dispose(): void {
    this.tree.dispose();
  }

  get #viewOptions() {
    return viewOptionsIn(this.host.storedViewOptions());
  }

  /** How many tasks need a person; what is muted does not call for one. */
  #tellBadge(): void {
    const attention = merged(this.tree.attention);
    const value = sumOf(attention);
    this.view.badge = value === 0 ? undefined : { value, tooltip: attentionText(attention, this.host.l10n) };
  }

  /** The lines above the tree: trouble with the one connection, and how many tasks fit the filter. */
  #tellMessage(): void {
    const { t, number } = this.host.l10n;
    const [only] = this.#shown.length === 1 ? this.#shown : [];
    // The empty view says what is missing and offers it; a message would hide that view.
    const trouble = only === undefined || only.missing !== undefined ? "" : messageOf(only, this.host.l10n);
    const filtered = isFiltered(this.#viewOptions.filter);
    const { fitting, all } = this.tree.counts;
    const count =
      filtered && fitting > 0 ? t("{0} of {1} tasks match the filter.", number(fitting), number(all)) : "";
    this.view.message = joined("\n", [trouble, count]);
    this.host.setFiltered(filtered);
  }
}

function readThresholds(): Thresholds {
  return thresholdsIn(vscode.workspace.getConfiguration("drs"));
}
