/** Numbers, times and addresses as a reader of the given language writes them. `language`: a BCP 47 tag. */
import type { TaskEndpoint } from "../tasks/task";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `ms` since 1970 as date and time with its zone: the reader may sit in another one than this process. */
export function dateTimeText(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(ms);
}

/** `percent` 0 to 100, with at most one digit after the point; never 100% before it is 100. */
export function percentText(percent: number, language: string): string {
  const shown = Math.floor(percent * 10) / 1000;
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(shown);
}

/** A length of time in its two largest units: `120 ms`, `12.3 sec`, `5 min 12 sec`, `2 days 3 hr`. */
export function durationText(ms: number, language: string): string {
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  const pair = (large: string, largeMs: number, small: string, smallMs: number) => {
    const whole = Math.floor(ms / largeMs);
    const rest = Math.floor((ms - whole * largeMs) / smallMs);
    return rest === 0 ? unit(whole, large) : `${unit(whole, large)} ${unit(rest, small)}`;
  };
  if (ms < second) {
    return unit(Math.floor(ms), "millisecond");
  }
  if (ms < minute) {
    return unit(Math.floor(ms / 100) / 10, "second", 1);
  }
  if (ms < hour) {
    return pair("minute", minute, "second", second);
  }
  return ms < day ? pair("hour", hour, "minute", minute) : pair("day", day, "hour", hour);
}

/** `host:port/database` with as much of it as is known; undefined when neither host nor database is. */
export function addressText({ host, port, database }: TaskEndpoint): string | undefined {
  if (host === undefined) {
    return database;
  }
  const literal = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const server = port === undefined ? literal : `${literal}:${port}`;
  return database === undefined ? server : `${server}/${database}`;
}
