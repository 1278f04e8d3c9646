const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** How long ago `since` was, such as "2 minutes ago". Times in milliseconds since 1970; `language`: BCP 47 tag. */
export function ageText(since: number, now: number, language: string): string {
  const age = Math.max(0, now - since);
  const [unit, ms] = units.find(([, length]) => age >= length) ?? (["second", 1000] as const);
  return new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(-Math.floor(age / ms), unit);
}
