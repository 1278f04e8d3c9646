import { isStreaming } from "../../status/statuses";
import { isDelayed, recoveryRatio, thresholdsIn } from "../../tasks/attention";
import { delayText } from "../../tasks/use-cases/delay-text";
import { type AlertRule, atLeastZero } from "./rule";

/** The most that package.json allows for `drs.alerts.delayDuration`. */
const daySeconds = 86_400;

/** The target is further behind the source than the user wants, and is not catching up. */
export const delayed: AlertRule = {
  level: "warning",
  read: (settings) => {
    const thresholds = thresholdsIn(settings);
    const overMs = recoveryRatio * (thresholds.delayMs ?? 0);
    const active: ReturnType<AlertRule["read"]> = {
      forMs: Math.min(atLeastZero(settings.get("alerts.delayDuration")), daySeconds) * 1000,
      holds: (task, open) =>
        open
          ? isStreaming(task.status) && (task.delayMs ?? Number.POSITIVE_INFINITY) > overMs
          : isDelayed(task, thresholds),
      measure: ({ delayMs = 0 }) => delayMs,
    };
    return thresholds.delayMs === undefined ? undefined : active;
  },
  why: async (task, session, l10n) => await delayText(session, task, l10n),
  text: ({ name, delayMs = 0 }, { t, duration }, why) =>
    why !== undefined
      ? t('Synchronization task "{0}" is behind: its delay is {1}. {2}', name, duration(delayMs), why)
      : t(
          'Synchronization task "{0}" is behind: its delay is {1}. Likely cause: a long transaction or load at the source, locks or load at the target, or the network. What to do: check these, and watch the delay on the details page.',
          name,
          duration(delayMs),
        ),
  recovered: ({ name, delayMs = 0 }, { t, duration }) =>
    t('Synchronization task "{0}" has caught up: its delay is {1}.', name, duration(delayMs)),
  many: (tasks, { delayMs = 0 }, { t, duration }) =>
    t(
      "{0} tasks are behind by up to {1}. Likely cause: load, locks or a long transaction at a database that they share, or the network.",
      tasks,
      duration(delayMs),
    ),
};
