/**
 * A text as Markdown that shows exactly that text: no markup, link or HTML comes of it. Line breaks become blanks.
 * (`MarkdownString.appendText` does so too, but with blanks at which lines do not break.)
 */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[!-/:-@[-`{-~]/g, "\\$&");
}
