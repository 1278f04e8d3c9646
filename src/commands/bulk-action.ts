/** An action on several tasks at once. */

import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { isUnanswered } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import { firstOf, joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type ActionId, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { explainOutcome } from "../tasks/use-cases/explain";
import { type ActionResult, latest } from "../tasks/use-cases/run-action";
import { type ActionDialog, runWith } from "./action-command";
import { reasonsOf } from "./bulk-reasons";
import { confirmedByTyping, consequenceOf, endsProduction } from "./confirm";

type Parts = Parameters<typeof runWith>[3];

/** At most this many names are listed one by one. */
const mostNames = 10;

/**
 * Does an action on every task that allows it: says before which ones do not, asks once, reports the outcome of each,
 * and offers to try the failed ones again, or to take the action back where the service can.
 */
export async function runMany(action: ActionId, all: readonly PlacedTask[], parts: Parts): Promise<void> {
  await runWith(manyTasksDialog(action, parts), action, all, parts);
}

/** Offers to take an action back that was accepted for these tasks, and does so without another question. */
export async function offerUndo(
  action: ActionId,
  message: Shown,
  accepted: readonly PlacedTask[],
  parts: Parts,
): Promise<void> {
  const { l10n } = parts;
  const back = actionRow(action).inverse;
  const undo = back && l10n.t("Undo: {0}", l10n.localize(actionRow(back).name));
  const answer = await vscode.window.showInformationMessage(message, ...(undo === undefined ? [] : [undo]));
  if (answer !== undefined && back !== undefined) {
    const dialog = manyTasksDialog(back, parts);
    const report: ActionDialog["report"] = async (results) => {
      // That it was taken back is seen; the offer to take that back, too, would never end.
      if (results.some(({ error }) => error !== undefined)) {
        await dialog.report(results);
      }
    };
    await runWith({ ...dialog, confirm: async () => true, report }, back, latest(accepted), parts);
  }
}

function manyTasksDialog(action: ActionId, parts: Parts): ActionDialog {
  const { l10n } = parts;
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  let increment = 100;
  return {
    impossible: (unable) => {
      const message = t(
        '"{0}" is not possible for any of these tasks: {1}',
        name,
        skippedNames(unable, l10n),
      );
      void vscode.window.showWarningMessage(message);
    },
    confirm: async (able, unable) => await confirmed(action, able, unable, l10n),
    progress: ({ length }) => {
      increment = 100 / length;
      return { location: vscode.ProgressLocation.Notification, title: countText(action, length, l10n) };
    },
    step: (task, percent) => ({
      message: shown(task.name),
      increment: percent === undefined ? increment : 0,
    }),
    report: async (results) => await report(action, results, parts),
  };
}

function skippedNames(unable: readonly PlacedTask[], { t, localize }: Localizer): Shown {
  return joined(
    ", ",
    namesOf(unable, ({ task }) => t("{0} ({1})", task.name, localize(rowOf(task.status).name))),
  );
}

async function confirmed(
  action: ActionId,
  able: readonly PlacedTask[],
  unable: readonly PlacedTask[],
  l10n: Localizer,
): Promise<boolean> {
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  const skipped = skippedNames(unable, l10n);
  const several = new Set(able.map(({ state }) => state.connection.id)).size > 1;
  const names = namesOf(able, ({ task, state }) =>
    joined(": ", [several ? shown(state.connection.name) : "", shown(task.name)]),
  );
  const tasks = able.map(({ task }) => task);
  const consequence = consequenceOf(action, tasks, l10n);
  const detail = joined("\n\n", [
    joined("\n", names),
    consequence,
    skipped === "" ? "" : t("Not possible for: {0}", skipped),
  ]);
  const yes = countText(action, able.length, l10n);
  const question =
    unable.length === 0
      ? able.length === 1
        ? t("{0}: 1 task?", name)
        : t("{0}: {1} tasks?", name, able.length)
      : t("{0}: {1} of {2} tasks?", name, able.length, able.length + unable.length);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) {
    return false;
  }
  if (!able.some(({ task, state }) => endsProduction(action, task, state.connection))) {
    return true;
  }
  const count = String(able.length);
  const prompt = t(
    "These include production tasks. Type {0}, the number of tasks, to end them permanently.",
    count,
  );
  return await confirmedByTyping(question, prompt, count, l10n);
}

function countText(action: ActionId, count: number, { t, localize }: Localizer): Shown {
  const name = localize(actionRow(action).name);
  return count === 1 ? t("{0}: 1 task", name) : t("{0}: {1} tasks", name, count);
}

function namesOf(found: readonly PlacedTask[], nameOf: (found: PlacedTask) => Shown): readonly Shown[] {
  return firstOf(found.map(nameOf), mostNames);
}

async function report(
  action: ActionId,
  results: readonly ActionResult<PlacedTask>[],
  parts: Parts,
): Promise<void> {
  const { l10n, log } = parts;
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  const failed = results.filter(({ error }) => error !== undefined);
  if (failed.length === 0) {
    const message =
      results.length === 1
        ? t("{0}: accepted for 1 task.", name)
        : t("{0}: accepted for {1} tasks.", name, results.length);
    const accepted = results.map(({ target }) => target);
    await offerUndo(action, message, accepted, parts);
    return;
  }
  const again = t("Retry the Failed");
  const showLog = t("Show Log");
  const reasons = reasonsOf(
    await Promise.all(
      failed.map(async ({ target: { task, state }, error }) => ({
        name: shown(task.name),
        why: await explainOutcome(error, l10n, state.connection.kind === "local"),
      })),
    ),
  );
  const message = t("{0} failed for {1} of {2} tasks. {3}", name, failed.length, results.length, reasons);
  const unanswered = failed.find(
    ({ target: { state }, error }) => state.connection.kind === "local" && isUnanswered(error),
  );
  const cause = { error: unanswered?.error, local: true };
  const answer = await showFailure(message, cause, l10n, again, showLog);
  if (answer === again) {
    await runMany(action, latest(failed.map(({ target }) => target)), parts);
  } else if (answer === showLog) {
    log.show();
  }
}
