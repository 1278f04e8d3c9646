/** Whether what is typed is what was asked for. */
import type { Localizer } from "../l10n/localizer";

/**
 * What is wrong with a text so far; undefined while it can still become what is expected.
 *
 * @param complete whether the user is done typing.
 */
export function typingObjection(
  text: string,
  expected: string,
  complete: boolean,
  { t }: Pick<Localizer, "t">,
): string | undefined {
  const typed = text.trim();
  const wanted = expected.trim();
  const fits = complete ? typed === wanted : wanted.startsWith(typed);
  return fits ? undefined : t('Type "{0}" to continue, or press Escape to cancel.', wanted);
}
