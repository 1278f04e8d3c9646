import { html, type TemplateResult } from "lit/html.js";
import { pastAgeText } from "../../l10n/age";
import type { Moment } from "../part-view";

/** How long ago something was; the exact time shows on hover and on paper. @param now milliseconds since 1970. @param age says so of what may lie ahead, too. */
export function timeElement(
  { text, time }: Moment,
  now: number,
  language: string,
  age = pastAgeText,
): TemplateResult {
  return html`<time datetime=${time} title=${text}>${age(Date.parse(time), now, language)}</time>`;
}
