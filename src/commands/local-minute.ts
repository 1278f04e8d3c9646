/** A moment to the minute as a person types it. */

/** `2026-11-24 09:05` in this machine's zone. */
export function minuteText(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/**
 * Milliseconds since 1970; undefined for anything that is not a moment, such as the 31st of February, or a time in the hour
 * that summer time leaves out.
 *
 * @param proposed what the text was before: left as it is, it means that moment, also in an hour that comes twice.
 */
export function parseMinute(text: string, proposed?: Date): number | undefined {
  const moment = text.trim().replace("T", " ");
  if (proposed !== undefined && moment === minuteText(proposed)) {
    return proposed.getTime();
  }
  const date = new Date(moment.replace(" ", "T"));
  return !Number.isNaN(date.getTime()) && minuteText(date) === moment ? date.getTime() : undefined;
}
