/** The text of the status bar, as data. */

import { beginningOf, type Localizer } from "../l10n/localizer";
import { type IconText, iconText, inert, joined, joinedIcons, type Shown, shown } from "../l10n/shown";
import {
  type Attention,
  type AttentionCounts,
  type AttentionList,
  attentionRows,
  attentions,
  attentionText,
  merged,
  sumOf,
} from "../tasks/attention";
import { errorName } from "../tasks/error-name";
import { dueForecasts, forecastText } from "../tasks/forecast";
import { statusName } from "../tasks/status-text";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";

/** A connection as the status bar sees it. */
export interface Seen {
  readonly id: string;
  readonly name: string;
  /** How many tasks need a look, without muted ones. */
  readonly counts: AttentionCounts;
  /** Those tasks, at least the first `named` of them. */
  readonly attention: AttentionList;
  /** Whether its tasks cannot be read. */
  readonly unread: boolean;
}

/** A line of the hover: a task, and what is to say of it. */
export interface SummaryLine {
  readonly connection: string;
  readonly id: string;
  readonly name: Shown;
  /** A codicon. */
  readonly icon: string;
  readonly text: Shown;
}

export interface Summary {
  readonly text: IconText;
  /** The text for a screen reader. */
  readonly label: Shown;
  /** The first tasks, and how many more there are. */
  readonly lines: readonly SummaryLine[];
  readonly more: number;
  readonly look: "error" | "warning" | "calm";
}

/** A condition that was reported of a task. */
interface Reported {
  readonly condition: string;
  readonly at: number;
}

/** At most this many tasks are named in the hover. */
export const named = 12;

/**
 * The text and look of the status bar.
 *
 * @param snoozedUntil milliseconds since 1970; 0: nothing is held back.
 * @param reportedOf what was last reported of a task, and when, milliseconds since 1970; undefined: nothing.
 */
export function summaryOf(
  seen: readonly Seen[],
  snoozedUntil: number,
  reportedOf: (connection: string, task: Task) => Reported | undefined,
  l10n: Localizer,
): Summary {
  const { t, shortTime } = l10n;
  const counts = merged(seen.map((one) => one.counts));
  const unread = seen.filter((one) => one.unread).map(({ name }) => name);
  const counted = attentions.flatMap((id) => {
    const count = counts.get(id) ?? 0;
    return count === 0 ? [] : [{ icon: attentionRows[id].icon, level: attentionRows[id].level, count }];
  });
  const parts = [
    ...counted.map(({ icon, count }) => iconText(icon, shown(String(count)))),
    ...(unread.length > 0 ? [iconText("debug-disconnect")] : []),
  ];
  const mutes = snoozedUntil > 0 ? iconText("bell-slash") : "";
  const label = [
    attentionText(counts, l10n),
    ...(unread.length > 0 ? [t("The tasks of {0} cannot be read at the moment.", unread.join(", "))] : []),
    ...(mutes === "" ? [] : [t("Notifications are snoozed until {0}.", shortTime(snoozedUntil))]),
  ];
  const lines = attentions.flatMap((id) =>
    seen.flatMap((one) => (one.attention.get(id) ?? []).map((task) => ({ id, task, connection: one.id }))),
  );
  return {
    text: joinedIcons(
      parts.length === 0 ? [iconText("pass", shown("DRS")), mutes] : [inert(shown("DRS")), ...parts, mutes],
    ),
    label: joined(". ", label),
    lines: lines.slice(0, named).map(({ id, task, connection }) => ({
      ...{ connection, id: task.id, name: shown(task.name), icon: attentionRows[id].icon },
      text: lineText(id, task, sinceOf(id, task, reportedOf(connection, task)), l10n),
    })),
    more: Math.max(sumOf(counts) - named, 0),
    look: counted.some(({ level }) => level === "error") ? "error" : parts.length > 0 ? "warning" : "calm",
  };
}

/** Since when a task needs a look; what was there before anybody looked, as far as the service says. */
function sinceOf(attention: Attention, task: Task, reported: Reported | undefined): number | undefined {
  switch (attention) {
    case "warned":
      return warningsOf(task)[0]?.since;
    case "ahead":
      return undefined;
    case "delayed":
      return reported?.condition === attention ? reported.at : undefined;
    case "frozen":
      return reported?.condition === task.status ? reported.at : undefined;
    case "failed":
    case "recovering":
      return reported?.condition === task.status ? reported.at : task.updatedAt;
  }
}

function lineText(attention: Attention, task: Task, since: number | undefined, l10n: Localizer): Shown {
  const { t, shortTime } = l10n;
  return joined(" · ", [
    shown(beginningOf(reasonOf(attention, task, l10n), 160)),
    since === undefined ? "" : t("since {0}", shortTime(since)),
  ]);
}

function reasonOf(attention: Attention, task: Task, l10n: Localizer): string {
  switch (attention) {
    case "failed":
    case "frozen":
    case "recovering":
      return [statusName(task, l10n), errorName(task.error?.code, l10n)].filter(Boolean).join(" · ");
    case "delayed":
      return l10n.t("delay {0}", l10n.duration(task.delayMs ?? 0));
    case "warned":
      return warningsOf(task)[0]?.message ?? "";
    case "ahead":
      return dueForecasts(task, Date.now())
        .map((forecast) => forecastText(forecast, l10n))
        .join(" ");
  }
}
