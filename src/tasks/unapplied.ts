/** The changes that a target lacks if its task ends now. */

import type { Localizer } from "../l10n/localizer";
import { firstOf, joined, type Shown, shown } from "../l10n/shown";
import { rowOf } from "../status/statuses";
import { bytesText } from "./retained-log";
import type { Task } from "./task";

/** At most this many tasks are named. */
const named = 5;

/** What the service knows exactly of it. */
export interface Unapplied {
  /** Tables whose copies are not complete, as `schema.table`. */
  readonly tables: readonly string[];
  /** Of the source's log since what the target has, in bytes. */
  readonly logBytes: number;
}

type Ended = Pick<Task, "name" | "status" | "percent" | "delayMs"> & {
  readonly unapplied?: Unapplied | undefined;
};

/** How much of the source the target does not have yet; undefined when nothing is known to be missing. */
function missingOf({ status, percent, delayMs, unapplied }: Ended, l10n: Localizer): Shown | undefined {
  const { t } = l10n;
  const { started, holdsInstance, phase, recovery, endsByForce } = rowOf(status);
  if (!started || !holdsInstance || endsByForce) {
    return undefined;
  }
  if (unapplied !== undefined) {
    return unappliedText(unapplied, l10n);
  }
  if (phase === "full" || (percent !== undefined && percent < 100)) {
    return t(
      "The full synchronization is at {0}: rows that have not been copied will be missing at the target.",
      l10n.percent(percent ?? 0),
    );
  }
  if (recovery === "healthy") {
    return delayMs === undefined || delayMs <= 0
      ? undefined
      : t(
          "The target is {0} behind: changes that it has not applied yet will be missing there.",
          delayMs < 1_000 ? t("< 1 s") : l10n.duration(delayMs),
        );
  }
  return recovery === undefined
    ? t("The task is not running: changes at the source since it stopped will be missing at the target.")
    : undefined;
}

function unappliedText({ tables, logBytes }: Unapplied, l10n: Localizer): Shown | undefined {
  const { t } = l10n;
  const parts = [
    ...(tables.length === 0
      ? []
      : [
          t(
            "These tables are not copied completely, and their rows will be missing at the target: {0}.",
            joined(", ", firstOf(tables.map(shown), named)),
          ),
        ]),
    ...(logBytes === 0
      ? []
      : [
          t(
            "At least {0} of the source's log, which may also hold changes of other tables, has not been applied at the target.",
            bytesText(logBytes, l10n),
          ),
        ]),
  ];
  return parts.length === 0 ? undefined : joined(" ", parts);
}

/** The same of several tasks, each in a line with its name. */
export function missingAtEnd(tasks: readonly Ended[], l10n: Localizer): Shown | undefined {
  const found = tasks.flatMap((task) => {
    const missing = missingOf(task, l10n);
    return missing === undefined
      ? []
      : [tasks.length === 1 ? missing : joined(": ", [shown(task.name), missing])];
  });
  return found.length === 0 ? undefined : joined("\n", firstOf(found, named));
}
