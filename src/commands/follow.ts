/** Commands that follow a task. */

import { isReached } from "../alerts/follow";
import { type Goal, goalName, goals } from "../alerts/follow-goals";
import type { PlacedTask } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import type { CommandHost, Handler } from "./host";

/** @param chosen the task that a menu names, or that the user picks. */
export function followHandlers(
  { follows, l10n }: CommandHost,
  chosen: (argument: unknown) => Promise<PlacedTask | undefined>,
): Record<`drs.${"follow" | "unfollow"}Task`, Handler> {
  const { t } = l10n;
  return {
    "drs.followTask": async (argument) => {
      const found = await chosen(argument);
      if (found === undefined) {
        return;
      }
      const { task, state } = found;
      const items = goals
        .filter((goal) => !isReached(goal, task))
        .map((goal) => ({ label: goalName(goal, l10n), goal }));
      const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly goal: Goal }>(
        items,
        {
          placeHolder: t('Tell me about "{0}" when …', task.name),
        },
      );
      if (picked === undefined) {
        return;
      }
      const now = found.session.store.snapshot.tasks.get(task.id) ?? task;
      if (!(await follows.follow({ connection: state.connection.id, id: task.id }, now, picked.goal))) {
        const message = t('Synchronization task "{0}": {1} already.', task.name, picked.label);
        void vscode.window.showInformationMessage(message);
      }
    },
    "drs.unfollowTask": async (argument) => {
      const found = await chosen(argument);
      if (found !== undefined) {
        await follows.unfollow({ connection: found.state.connection.id, id: found.task.id });
      }
    },
  };
}
