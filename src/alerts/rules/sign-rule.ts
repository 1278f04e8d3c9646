/** Signs of a task: warnings and forecasts. Each is reported once while it lasts, whatever else the task alerts for. */

import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import type { Task } from "../../tasks/task";
import type { Settings } from "./rule";

export interface Sign {
  /** Stays the same while the sign lasts. */
  readonly id: string;
  message(l10n: Localizer): Shown;
}

export const noSigns: readonly Sign[] = [];

export interface SignRule {
  /** The name of its records. */
  readonly key: string;
  /** Whether the user wants this alert. */
  isWanted(settings: Settings): boolean;
  /** @param now milliseconds since 1970. */
  signs(task: Task, now: number): readonly Sign[];
  /** When the signs will change although the task does not, milliseconds since 1970. */
  nextAt(task: Task, now: number): number | undefined;
  /** The notification. @param what the new signs, in words. */
  text(task: Task, what: string, l10n: Localizer): Shown;
  /** The same of several tasks. */
  many(tasks: number, l10n: Localizer): Shown;
}
