/** What a task can be followed for. */
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";

/** What the user waits for; `anything`: another status. */
export const goals = ["incremental", "complete", "caughtUp", "anything"] as const;
export type Goal = (typeof goals)[number];

/** What is waited for, in a few words. */
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
