/** The outcome of an action, in words. */
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import { actionRow } from "../status/actions";
import type { Attempt } from "./attempts";

/** When it was asked for, by whom if not by the user, and when it had its effect or not. */
export function attemptText(attempt: Attempt, l10n: Localizer): Shown {
  const text = outcomeText(attempt, l10n);
  return attempt.by === "agent" ? l10n.t("By an agent: {0}", text) : text;
}

function outcomeText({ action, at, outcome, count }: Attempt, { t, localize, clockTime }: Localizer): Shown {
  const [name, time] = [localize(actionRow(action).name), clockTime(at)];
  if (outcome === undefined) {
    return t("{0} requested at {1}. Waiting for the result…", name, time);
  }
  const end = clockTime(outcome.at);
  switch (outcome.kind) {
    case "reached":
      return t("{0} requested at {1}, done at {2}.", name, time, end);
    case "open":
      return t(
        "{0} requested at {1}. It had not taken effect at {2}; the status may still change.",
        name,
        time,
        end,
      );
    case "failed":
      return outcome.again === true
        ? t(
            "{0} requested at {1}. The task failed again at {2} with the same error (attempt {3}).",
            name,
            time,
            end,
            count,
          )
        : t("{0} requested at {1}. The task failed at {2}.", name, time, end);
  }
}
