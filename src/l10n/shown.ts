/**
 * The one door through which text that others wrote reaches the screen: names, errors, rows and descriptions of
 * services, databases, files and links. What draws takes `Shown` only, so that a text that has not passed does not compile.
 */

declare const mark: unique symbol;

/** A text that may be drawn: no part of it turns the direction of its neighbors, hides, or begins a line of its own. */
export type Shown = (string & { readonly [mark]: "shown" }) | "";

/** A text for where VS Code makes links and icons of a text: this one has none. */
export type Inert = (string & { readonly [mark]: "inert" }) | "";

/** A text whose icons are ours. */
export type IconText = (string & { readonly [mark]: "icons" }) | "";

/**
 * What an isolated text is searched for: isolates; what cannot be seen, or changes how others are seen (controls and
 * formats, blanks that are letters, joiners but within emoji and the scripts that need them); letters from right to left.
 */
const special = new RegExp(
  [
    String.raw`(?<open>\u2068)|(?<close>\u2069)`,
    String.raw`(?<unseen>\r\n|[\p{Cc}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5`,
    String.raw`(?![\u200c\u200d\u0600-\u0605\u06dd\u070f])\p{Cf}`,
    String.raw`(?<![\u0600-\u0dff\u1000-\u109f\u1780-\u17ff\ufe0f\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d])`,
    String.raw`(?<turned>[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])`,
  ].join("|"),
  "gu",
);
/** So that most texts are looked at once: printable ASCII, Latin and Chinese pass as they are. */
const plain =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2190-\u23ff\u2600-\u27bf\u3000-\u3163\u3165-\ud7a3\uff01-\uff9f]*$/;

const [firstStrongIsolate, popIsolate] = ["\u2068", "\u2069"];

/** A text that others wrote, on one line. What passed before stays as it is. */
export function shown(text: string): Shown {
  return (plain.test(text) ? text : isolated(text)) as Shown;
}

/** The same where lines are kept. */
export function shownLines(text: string): Shown {
  return text
    .split(/\r\n|[\r\n]/)
    .map(shown)
    .join("\n") as Shown;
}

/** Texts beside each other, without the empty ones. */
export function joined(separator: string, parts: readonly (Shown | undefined)[]): Shown {
  return parts.filter(Boolean).join(separator) as Shown;
}

/** The first of many texts, and how many more there are. */
export function firstOf(texts: readonly Shown[], most: number): readonly Shown[] {
  const more = texts.length - most;
  return more > 0 ? [...texts.slice(0, most), shown(`… (+${more})`)] : texts;
}

/** For where VS Code makes `[label](command:…)` a link that runs commands, and `$(name)` an icon. */
export function inert(text: Shown): Inert {
  return text.replaceAll("](", "]\u200b(").replaceAll("$(", "$\u200b(") as Inert;
}

/** An icon, and a text behind it. */
export function iconText(codicon: string, text: Shown = ""): IconText {
  return `$(${codicon}) ${inert(text)}`.trimEnd() as IconText;
}

/** Texts with and without icons beside each other. */
export function joinedIcons(parts: readonly (IconText | Inert)[]): IconText {
  return parts.filter(Boolean).join(" ") as IconText;
}

/** Makes visible what is not, ends isolates that are open, and isolates what is written from right to left. */
function isolated(text: string): string {
  let depth = 0;
  let turns = false;
  const result = text.replaceAll(special, (char, open?: string, close?: string, unseen?: string) => {
    if (open !== undefined) {
      depth++;
      return char;
    }
    if (close !== undefined && depth > 0) {
      depth--;
      return char;
    }
    if (close !== undefined || unseen !== undefined) {
      return visible(char);
    }
    turns ||= depth === 0;
    return char;
  });
  const closed = result + popIsolate.repeat(depth);
  return turns ? `${firstStrongIsolate}${closed}${popIsolate}` : closed;
}

/** A line's end as an arrow, control characters as their pictures, others by number. */
function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (/^(\r\n|[\r\n\u0085\u2028\u2029])$/.test(char)) {
    return "↵";
  }
  if (code === 9) {
    return " ";
  }
  if (code < 0x20 || code === 0x7f) {
    return String.fromCodePoint(code === 0x7f ? 0x2421 : 0x2400 + code);
  }
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
