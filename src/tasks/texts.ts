/** How numbers, times and names are written in the user's language. Knows nothing of VS Code. */
import type { Bilingual } from "../status/statuses";

/** Translates an English sentence with `{0}` places; `vscode.l10n.t` is one. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

export interface Formats {
  readonly t: Translate;
  /** A point in time (milliseconds since 1970), to the minute, in the machine's zone. */
  time(ms: number): string;
  /** 0 to 100 → `42%`. */
  percent(value: number): string;
  /** A number with up to one decimal. */
  number(value: number): string;
  /** The text in the user's language. */
  pick(text: Bilingual): string;
}

/** @param language as `vscode.env.language` has it; everything that is not Chinese is served in English. */
export function formatsFor(language: string, t: Translate): Formats {
  const chinese = language.toLowerCase().startsWith("zh");
  const locale = chinese ? "zh-CN" : language;
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    t,
    time: (ms) => times.format(ms),
    percent: (value) => percents.format(value / 100),
    number: (value) => numbers.format(value),
    pick: (text) => (chinese ? text.zh : text.en),
  };
}

/** A delay for a list: coarse, so that a healthy task's row stays still. */
export function formatDelay(ms: number, { t, number }: Formats): string {
  if (ms < 1000) {
    return t("< 1 s");
  }
  return ms < 120_000
    ? t("{0} s", number(Math.round(ms / 1000)))
    : t("{0} min", number(Math.round(ms / 60_000)));
}
