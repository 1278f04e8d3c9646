/** The goals for which a task can be followed. */
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";

/** The goals; `anything`: another status. */
export const goals = ["incremental", "complete", "caughtUp", "anything"] as const;
export type Goal = (typeof goals)[number];

/** The name of a goal. */
export function goalName(goal: Goal, { t }: Localizer): Shown {
  switch (goal) {
    case "incremental":
      return t("it synchronizes incrementally");
    case "complete":
      return t("it is complete");
    case "caughtUp":
      return t("it has caught up");
    case "anything":
      return t("anything happens");
  }
}
