const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** How long ago `at` was, or how soon it will be, such as "2 minutes ago". Times in milliseconds since 1970; `language`: BCP 47 tag. */
export function ageText(at: number, now: number, language: string): string {
  const ms = Math.abs(now - at);
  const [unit, length] = units.find((one) => ms >= one[1]) ?? (["second", 1000] as const);
  const count = Math.floor(ms / length);
  return new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(at > now ? count : -count, unit);
}

/** The same of what has happened: it does not lie ahead, although the clock that told its time may be ahead of this one. */
export function pastAgeText(at: number, now: number, language: string): string {
  return ageText(Math.min(at, now), now, language);
}
