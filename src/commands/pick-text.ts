import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { rowOf } from "../status/statuses";
import type { Thresholds } from "../tasks/attention";
import type { Task } from "../tasks/task";
import { descriptionOf } from "../tree/rows";

/** A task that may be picked, and the name of its connection. */
interface Pickable {
  readonly task: Task;
  readonly connection: string;
}

/**
 * The grey texts behind the names in a list of tasks, which cuts their ends off. First comes what tells tasks of the same
 * name apart, where that is needed; what all have in common only takes room.
 */
export function pickTexts(
  found: readonly Pickable[],
  l10n: Localizer,
  thresholds: Thresholds,
): readonly Shown[] {
  const differ = (of: (one: Pickable) => string | undefined) => new Set(found.map(of)).size > 1;
  const [withConnection, withEngine] = [differ((one) => one.connection), differ(({ task }) => task.engine)];
  return found.map(({ task, connection }) =>
    joined(" · ", [
      withConnection ? shown(connection) : "",
      l10n.localize(rowOf(task.status).name),
      descriptionOf(task, l10n, thresholds, withEngine),
    ]),
  );
}
