/** Which tasks a command means. */
import { offerStart } from "../backend-client/show-failure";
import { localId } from "../connections/connection";
import { type ConnectionState, type PlacedTask, tasksOf } from "../connections/session-manager";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type ActionId, actionRow } from "../status/actions";
import { legalActions } from "../tasks/allowed-actions";
import { thresholdsIn } from "../tasks/attention";
import type { Task } from "../tasks/task";
import { isGoneRow, targetOf } from "./argument";
import type { CommandHost } from "./host";
import { pickTask } from "./task-picker";

type Fitting = (task: Task, place: "local" | "cloud") => boolean;

/** Finds the tasks that a menu, a row or another command names; otherwise the user picks one. */
export class TaskChooser {
  constructor(private readonly parts: Pick<CommandHost, "sessions" | "l10n">) {}

  /** The tasks of all connections that are shown. */
  all(): readonly PlacedTask[] {
    return this.parts.sessions.shown.flatMap(tasksOf);
  }

  /** The task that is named, or that the user picks among those that fit. */
  async one(
    argument: unknown,
    isFitting: (found: PlacedTask) => boolean = () => true,
    prompt: Shown = this.parts.l10n.t("Which task?"),
  ): Promise<PlacedTask | undefined> {
    const { l10n } = this.parts;
    const { t } = l10n;
    if (isGoneRow(argument)) {
      void vscode.window.showWarningMessage(
        t("This row is no longer in its place: the task was deleted, or its status has changed."),
      );
      return undefined;
    }
    const all = this.all();
    const thresholds = thresholdsIn(vscode.workspace.getConfiguration("drs"));
    const { connection, id } = targetOf(argument);
    if (id !== undefined) {
      const named = all.filter(
        ({ task, state }) => task.id === id && state.connection.id === (connection ?? state.connection.id),
      );
      if (named.length === 0) {
        void this.#tellMissing(connection);
      }
      return named.length > 1 ? pickTask(named, prompt, l10n, thresholds) : named[0];
    }
    const fitting = all.filter(isFitting);
    if (fitting.length === 0) {
      void vscode.window.showInformationMessage(
        all.length === 0
          ? t("There are no synchronization tasks.")
          : t("No synchronization task allows this now."),
      );
      return undefined;
    }
    return pickTask(fitting, prompt, l10n, thresholds);
  }

  /** Says why a task that is named is not known. */
  async #tellMissing(connection: string | undefined): Promise<void> {
    const { l10n, sessions } = this.parts;
    const { t } = l10n;
    if (connection !== localId || sessions.find(connection)?.session !== undefined) {
      void vscode.window.showWarningMessage(t("This synchronization task is no longer in the list."));
      return;
    }
    await offerStart(
      (start) => vscode.window.showWarningMessage(t("The local backend is not running."), start),
      t,
    );
  }

  /** The same for what changes a task: none of a read-only connection is offered, and one that is named is explained. */
  async toChange(argument: unknown, isFitting: Fitting, prompt?: Shown): Promise<PlacedTask | undefined> {
    const fits = ({ task, state }: PlacedTask) =>
      state.readOnly === undefined && isFitting(task, state.connection.kind);
    const found = await this.one(argument, fits, prompt);
    if (found?.state.readOnly !== undefined) {
      await this.explainReadOnly(found.state);
      return undefined;
    }
    return found;
  }

  /** The same for an action: only tasks that it is legal for are offered. */
  async forAction(action: ActionId, argument: unknown): Promise<PlacedTask | undefined> {
    const { t, localize } = this.parts.l10n;
    const prompt = t("{0}: which task?", localize(actionRow(action).name));
    return await this.toChange(argument, (task) => legalActions(task).includes(action), prompt);
  }

  /** The tasks among several selected rows; none when only one row was meant. */
  selected(selected: unknown): readonly PlacedTask[] {
    const rows: readonly unknown[] = Array.isArray(selected) && selected.length > 1 ? selected : [];
    const all = this.all();
    const found = rows
      .map(targetOf)
      .flatMap(({ connection, id }) =>
        all.filter(({ task, state }) => task.id === id && state.connection.id === connection),
      );
    return [...new Set(found)];
  }

  /** The selected ones, else the one that is named or picked. */
  async some(argument: unknown, selected: unknown): Promise<readonly PlacedTask[]> {
    const many = this.selected(selected);
    const one = many.length > 0 ? undefined : await this.one(argument);
    return one === undefined ? many : [one];
  }

  /** Says why a connection is read-only, and offers to try it again. */
  async explainReadOnly({ connection, readOnly }: ConnectionState): Promise<void> {
    const { sessions, l10n } = this.parts;
    const { t } = l10n;
    const refresh = t("Refresh");
    const message = t("{0} is read-only: {1} Refresh to try again.", connection.name, readOnly ?? "");
    if ((await vscode.window.showWarningMessage(message, refresh)) === refresh) {
      await sessions.refresh(connection.id);
    }
  }
}
