/** Whether what is typed is what was asked for. */

import type { Localizer } from "../l10n/localizer";
import { type Shown, shown } from "../l10n/shown";

/**
 * The objection to a text so far; undefined while it can still become the expected one.
 *
 * @param complete whether the user is done typing.
 */
export function typingObjection(
  text: string,
  expected: string,
  complete: boolean,
  { t }: Pick<Localizer, "t">,
): Shown | undefined {
  const typed = text.trim();
  const wanted = expected.trim();
  // A name that has characters which cannot be seen may be typed as it is shown.
  const fits = [wanted, shown(wanted)].some((name) => (complete ? typed === name : name.startsWith(typed)));
  return fits ? undefined : t('Type "{0}" to continue, or press Escape to cancel.', wanted);
}
