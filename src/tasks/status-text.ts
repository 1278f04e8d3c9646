import { beginningOf, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { freezeRow } from "../status/freezes";
import { rowOf } from "../status/statuses";
import type { Task } from "./task";

/** The name of a task's status, with the service's own word where the table does not know it. */
export function statusName(
  { status, apiStatus }: Pick<Task, "status" | "apiStatus">,
  l10n: Localizer,
): Shown {
  const { name, detail } = rowOf(status);
  return detail === "apiStatus" ? joined(": ", [l10n.localize(name), shown(apiStatus)]) : l10n.localize(name);
}

/** The meaning of a task's status; of a freeze, its cause. */
export function meaningOf(
  { status, freeze }: Pick<Task, "status" | "freeze">,
  { localize, t }: Localizer,
): Shown {
  if (status !== "frozen") {
    return localize(rowOf(status).meaning);
  }
  const { id, word } = freeze ?? { id: "arrears", word: undefined };
  const meaning = localize(freezeRow(id).meaning);
  return word !== undefined && (id === "other" || id === "refused")
    ? t("{0} ({1})", meaning, beginningOf(word, 200))
    : meaning;
}

/** The remedy of a frozen task. */
export function unfreezing({ freeze }: Pick<Task, "freeze">, { localize }: Localizer): Shown {
  return localize(freezeRow(freeze?.id ?? "arrears").remedy);
}

/** The error of a task in the service's words, code and text, not yet escaped; undefined: there is none. */
export function errorText({ error }: Pick<Task, "error">): string | undefined {
  return [error?.code, error?.message].filter(Boolean).join(": ") || undefined;
}
