import type { Shown } from "./shown";

declare const mark: unique symbol;

/** Markdown whose markup is ours. */
export type Markup = string & { readonly [mark]: "markup" };

/**
 * A text as Markdown that shows exactly that text: no markup, link or HTML comes of it. Line breaks become blanks.
 * (`MarkdownString.appendText` does so too, but with blanks at which lines do not break.)
 */
export function escapeMarkdown(text: Shown): Markup {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[!-/:-@[-`{-~]/g, "\\$&") as Markup;
}

/** Markdown that we write, with texts in it that are escaped. */
export function markup(own: TemplateStringsArray, ...texts: readonly Markup[]): Markup {
  return String.raw({ raw: own }, ...texts) as Markup;
}

/**
 * Markdown in which only our icons are icons. VS Code makes them of what the Markdown shows, so that the backslashes of
 * escaped texts are gone by then.
 */
export function withOwnIcons(text: Markup): Markup {
  return text.replaceAll("\\$\\(", "\\$\u200b\\(") as Markup;
}

/** One of VS Code's icons, for Markdown that has them. */
export function iconMarkup(codicon: string): Markup {
  return `$(${codicon})` as Markup;
}

/** A link to an address of ours, in which nothing ends the link. */
export function linkMarkup(text: Shown, address: string): Markup {
  return `[${escapeMarkdown(text)}](${address.replaceAll("(", "%28").replaceAll(")", "%29")})` as Markup;
}

/** Pieces of Markdown beside or below each other, without the empty ones. */
export function joinedMarkup(separator: string, parts: readonly Markup[]): Markup {
  return parts.filter(Boolean).join(separator) as Markup;
}
