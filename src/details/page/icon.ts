import { html, type TemplateResult } from "lit/html.js";

/** A codicon, which is only ever beside its meaning in words. */
export function icon(name: string): TemplateResult {
  return html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;
}
