import { html, type TemplateResult } from "lit/html.js";
import { ageText } from "../../l10n/age";
import type { Moment } from "../part-view";

/** How long ago something was; the exact time shows on hover and on paper. @param now milliseconds since 1970. */
export function timeElement({ text, time }: Moment, now: number, language: string): TemplateResult {
  return html`<time datetime=${time} title=${text}>${ageText(Date.parse(time), now, language)}</time>`;
}
