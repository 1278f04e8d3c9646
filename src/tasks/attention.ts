/** Which tasks need a look, and how that is counted: in the status bar, at the view's icon, and in the groups alike. */

import type { Localizer } from "../l10n/localizer";
import { joined, type Shown } from "../l10n/shown";
import { isStreaming, rowOf, statusOrder } from "../status/statuses";
import { hasDueForecast } from "./forecast";
import { warningsOf } from "./stream-health";
import type { Task } from "./task";

/** From where on something is too much, as the user wants it. */
export interface Thresholds {
  /** A longer delay is too long, in milliseconds; undefined: none is. */
  readonly delayMs: number | undefined;
}

/** A delay that was too long is over when it is this much below the threshold, so that it does not come and go. */
export const recoveryRatio = 0.8;

export const noThresholds: Thresholds = { delayMs: undefined };

interface AttentionRow {
  /** A codicon, for the status bar. */
  readonly icon: string;
  readonly level: "error" | "warning";
  count(tasks: number, l10n: Localizer): Shown;
}

/** By weight: a task counts for the first one that holds, and for no other. */
const table = {
  failed: { icon: "error", level: "error", count: (n, { t }) => t("{0} failed", n) },
  frozen: { icon: "lock", level: "error", count: (n, { t }) => t("{0} frozen", n) },
  recovering: { icon: "tools", level: "warning", count: (n, { t }) => t("{0} in fault rectification", n) },
  delayed: { icon: "watch", level: "warning", count: (n, { t }) => t("{0} behind", n) },
  warned: { icon: "warning", level: "warning", count: (n, { t }) => t("{0} with warnings", n) },
  ahead: { icon: "calendar", level: "warning", count: (n, { t }) => t("{0} ending soon", n) },
} as const satisfies Record<string, AttentionRow>;

export type Attention = keyof typeof table;
export const attentionRows: Readonly<Record<Attention, AttentionRow>> = table;
export const attentions = Object.keys(table) as readonly Attention[];

/** Why a task needs attention; undefined: it needs none. @param now milliseconds since 1970. */
export function attentionOf(task: Task, thresholds: Thresholds, now: number): Attention | undefined {
  const { alert } = rowOf(task.status);
  if (alert !== "none") {
    return task.status === "frozen" ? "frozen" : alert === "error" ? "failed" : "recovering";
  }
  if (isDelayed(task, thresholds)) {
    return "delayed";
  }
  if (task.warnings !== undefined && warningsOf(task).length > 0) {
    return "warned";
  }
  return hasDueForecast(task, now) ? "ahead" : undefined;
}

/** Whether the target is further behind than the user wants. */
export function isDelayed({ status, delayMs }: Task, thresholds: Thresholds): boolean {
  return (
    delayMs !== undefined &&
    thresholds.delayMs !== undefined &&
    delayMs > thresholds.delayMs &&
    isStreaming(status)
  );
}

/** The tasks that need a look, by what for, in the order of the list. */
export type AttentionList = ReadonlyMap<Attention, readonly Task[]>;

/** How many tasks need a look, by what for. */
export type AttentionCounts = ReadonlyMap<Attention, number>;

/** `2 failed, 1 behind`; empty: none needs a look. */
export function countsText(counts: AttentionCounts, l10n: Localizer): Shown {
  const texts = attentions.map((id) => {
    const count = counts.get(id) ?? 0;
    return count === 0 ? "" : attentionRows[id].count(count, l10n);
  });
  return joined(", ", texts);
}

/** The same as a sentence. */
export function attentionText(counts: AttentionCounts, l10n: Localizer): Shown {
  const text = countsText(counts, l10n);
  return text === ""
    ? l10n.t("No synchronization task needs attention")
    : l10n.t("Synchronization tasks: {0}", text);
}

/** The counts of several connections as one. */
export function merged(all: readonly AttentionCounts[]): AttentionCounts {
  return new Map(attentions.map((id) => [id, all.reduce((sum, counts) => sum + (counts.get(id) ?? 0), 0)]));
}

/** How many tasks need a look. */
export function sumOf(counts: AttentionCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Where a task stands by urgency: what needs a look before what does not, each by the table of statuses. */
export function urgencyOf(task: Task, thresholds: Thresholds, now: number): number {
  return urgencyBy(task, attentionOf(task, thresholds, now));
}

/** The same where it is known what a task needs a look for. */
export function urgencyBy(task: Task, attention: Attention | undefined): number {
  const weight = attention === undefined ? attentions.length : attentions.indexOf(attention);
  // Failures stand in the order of their statuses, which is also that of the groups.
  const first = weight <= attentions.indexOf("recovering") ? 0 : weight;
  return first * statusOrder.length + statusOrder.indexOf(task.status);
}

/** The thresholds in the settings of `drs`. */
export function thresholdsIn(settings: { get(key: string): unknown }): Thresholds {
  const value = settings.get("alerts.delayThreshold");
  return { delayMs: typeof value === "number" && value > 0 ? value : undefined };
}
