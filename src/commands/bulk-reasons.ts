import { firstOf, joined, type Shown } from "../l10n/shown";

/** The message lists this many reasons at most, and this many tasks for each. */
const most = 3;

/** Why an action failed for several tasks: each reason once, after the names of its tasks. */
export function reasonsOf(failed: readonly { readonly name: Shown; readonly why: Shown }[]): Shown {
  const names = new Map<Shown, Shown[]>();
  for (const { name, why } of failed) {
    const others = names.get(why);
    others === undefined ? names.set(why, [name]) : others.push(name);
  }
  const reasons = [...names].map(([why, its]) => joined(": ", [joined(", ", firstOf(its, most)), why]));
  return joined(" ", firstOf(reasons, most));
}
