/** The problems of both ends of a task file before its task exists, as findings of a pre-check. */
import type { EndsAnswer } from "../backend-client/ends";
import type { Localizer } from "../l10n/localizer";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import type { TaskFile } from "./model";
import { tableObjections } from "./new-task-draft";

/** The problems of a file's ends and tables, as findings of a pre-check. */
export function endFindings(
  { objects, type }: TaskFile,
  problems: EndsAnswer["problems"],
  tables: EndsAnswer["tables"],
  l10n: Localizer,
): readonly PrecheckFinding[] {
  const ends = (["source", "target"] as const).flatMap((side): readonly PrecheckFinding[] => {
    const reason = problems[side];
    return reason === undefined ? [] : [{ item: side, result: "FAILED", reason }];
  });
  if (tables === undefined || objects === "all") {
    return ends;
  }
  const known = new Map(tables.map((table) => [table.name, table]));
  const copies = type !== "incremental";
  const named = (objects.tables ?? []).flatMap((name): readonly PrecheckFinding[] => {
    const table = known.get(name);
    if (table === undefined) {
      return [{ item: name, result: "FAILED", reason: l10n.t("The source has no table {0}.", name) }];
    }
    // Rows at the target are in the way of a copy only.
    return tableObjections({ ...table, filled: table.filled && copies }, l10n).map((reason) => ({
      ...{ item: name, reason: l10n.t("{0}: {1}", name, reason) },
      result: table.unlogged ? "FAILED" : "ALARM",
    }));
  });
  return [...ends, ...named];
}
