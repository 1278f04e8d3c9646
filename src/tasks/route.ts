import type { Localizer, Translate } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { endsOf } from "./address";
import type { Task } from "./task";

/** From where to where a task leads, and how. */
export interface Route {
  /** Absent where the service names no ends. */
  readonly ends?: { readonly source: Shown; readonly target: Shown } | undefined;
  /** Mode and number of tables. */
  readonly facts: Shown;
}

/** The route of a task; undefined when nothing of it is known. */
export function routeOf(task: Task, { t, number }: Localizer): Route | undefined {
  const { objects = [], taskType } = task;
  const tables = objects.filter(({ type }) => type.toLowerCase() === "table").length;
  const facts = joined(" · ", [
    taskType === undefined ? "" : taskTypeLabel(taskType, t),
    tables === 0 ? "" : tables === 1 ? t("1 table") : t("{0} tables", number(tables)),
  ]);
  const ends = endsOf(task);
  return ends === undefined && facts === "" ? undefined : { ends, facts };
}

/** The name of a synchronization mode. @param taskType as the API has it. */
export function taskTypeLabel(taskType: string, t: Translate): Shown {
  switch (taskType) {
    case "FULL_TRANS":
      return t("Full");
    case "FULL_INCR_TRANS":
      return t("Full + incremental");
    case "INCR_TRANS":
      return t("Incremental");
    default:
      return shown(taskType);
  }
}
