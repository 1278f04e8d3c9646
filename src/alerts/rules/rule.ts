/** Conditions besides its status for which a task can alert. */

import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import type { Task } from "../../tasks/task";
import type { TaskSession } from "../../tasks/use-cases/control";

/** The settings of `drs`; only package.json checks what is in them. */
export interface Settings {
  get(key: string): unknown;
}

/** A rule with the limits that the user wants. */
export interface ActiveRule {
  /** For how long it must hold before it is reported, in milliseconds. */
  readonly forMs: number;
  /** @param open whether it has been reported and is not resolved, so that it does not come and go. */
  holds(task: Task, open: boolean): boolean;
  /** How bad it is: while this falls clearly, the task recovers by itself, and the time starts over. */
  measure(task: Task): number;
}

export interface AlertRule {
  readonly level: "error" | "warning";
  /** @returns undefined while the user does not want this alert. */
  read(settings: Settings): ActiveRule | undefined;
  /** The notification. @param why what `why` says about the task. */
  text(task: Task, l10n: Localizer, why?: Shown): Shown;
  /** Asks what causes it; undefined: not known, or not in time. */
  why?(task: Task, session: TaskSession | undefined, l10n: Localizer): Promise<Shown | undefined>;
  recovered(task: Task, l10n: Localizer): Shown;
  /** The notification about several tasks, of which this is the worst. */
  many(tasks: number, worst: Task, l10n: Localizer): Shown;
}

/** A setting as a number; anything else counts as 0. */
export function atLeastZero(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, value) : 0;
}
