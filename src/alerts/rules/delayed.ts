import { isStreaming } from "../../status/statuses";
import { type AlertRule, atLeastZero } from "./rule";

/** A reported delay is over when it is this much below the threshold, so that it does not come and go. */
const recoveryRatio = 0.8;
/** The most that package.json allows for `drs.alerts.delayDuration`. */
const daySeconds = 86_400;

/** The target is further behind the source than the user wants. */
export const delayed: AlertRule = {
  level: "warning",
  icon: "watch",
  read: (settings) => {
    const thresholdMs = atLeastZero(settings.get("alerts.delayThreshold"));
    const forMs = Math.min(atLeastZero(settings.get("alerts.delayDuration")), daySeconds) * 1000;
    const holds: ReturnType<AlertRule["read"]> = {
      forMs,
      holds: ({ status, delayMs }, open) =>
        isStreaming(status) &&
        (delayMs === undefined ? open : delayMs > (open ? recoveryRatio * thresholdMs : thresholdMs)),
    };
    return thresholdMs === 0 ? undefined : holds;
  },
  text: ({ name, delayMs = 0 }, { t, duration }) =>
    t(
      'Synchronization task "{0}" is behind: its delay is {1}. Likely cause: a long transaction or load at the source, locks or load at the target, or the network. What to do: check these, and watch the delay on the details page.',
      name,
      duration(delayMs),
    ),
  recovered: ({ name, delayMs = 0 }, { t, duration }) =>
    t('Synchronization task "{0}" has caught up: its delay is {1}.', name, duration(delayMs)),
  count: (tasks, { t }) => t("{0} behind", tasks),
  detail: ({ delayMs = 0 }, { t, duration }) => t("delay {0}", duration(delayMs)),
};
