/** How numbers, times and names are written in the user's language. */
import type { Bilingual } from "./bilingual";
import { type Shown, shown } from "./shown";

/** Translates an English sentence with `{0}` places, in which others' texts become `Shown`. */
export type Translate = (message: string, ...args: (string | number)[]) => Shown;

export interface Localizer {
  /** BCP 47 tag of the user's language. */
  readonly language: string;
  readonly t: Translate;
  /** A point in time (milliseconds since 1970) to the second, with its zone: the reader may sit in another one. */
  time(ms: number): Shown;
  /** The same to the minute, for where space is short. */
  shortTime(ms: number): Shown;
  /** As short as it can be: the time of the day on the day of `now`, with the weekday within a week, else the date, or the month of another year. */
  nearTime(ms: number, now: number): Shown;
  /** The time of the day to the second, for what has just happened. */
  clockTime(ms: number): Shown;
  /** 0 to 100 → `41.6%`; never 100% before it is 100. */
  percent(value: number): Shown;
  number(value: number): Shown;
  /** Milliseconds in their two largest units: `120 ms`, `12.3 sec`, `5 min 12 sec`, `2 days 3 hr`. */
  duration(ms: number): Shown;
  /** The text in the user's language. */
  localize(text: Bilingual): Shown;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * @param language as `vscode.env.language` has it; everything that is not Chinese is served in English.
 * @param translate fills `{0}` places as well; `vscode.l10n.t` is one.
 */
export function localizerFor(
  language: string,
  translate: (message: string, ...args: (string | number)[]) => string,
): Localizer {
  const chinese = language.toLowerCase() === "zh-cn";
  // The first formatter of a kind takes milliseconds to make, which activation does not have.
  const times = onFirstUse(
    () =>
      // Swedish writes a time as Chinese software does: 2026-11-27 18:05:09 GMT+8.
      new Intl.DateTimeFormat(chinese ? "sv-SE" : language, {
        year: "numeric",
        month: chinese ? "2-digit" : "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        timeZoneName: "short",
      }),
  );
  const shortTimes = onFirstUse(
    () => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }),
  );
  const minutes = onFirstUse(() => new Intl.DateTimeFormat(language, { timeStyle: "short" }));
  const weekdays = onFirstUse(
    () => new Intl.DateTimeFormat(language, { weekday: "short", hour: "numeric", minute: "2-digit" }),
  );
  const days = onFirstUse(() => new Intl.DateTimeFormat(language, { month: "short", day: "numeric" }));
  const years = onFirstUse(() => new Intl.DateTimeFormat(language, { year: "numeric", month: "short" }));
  const clockTimes = onFirstUse(() => new Intl.DateTimeFormat(language, { timeStyle: "medium" }));
  const percents = onFirstUse(
    () => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }),
  );
  const numbers = onFirstUse(() => new Intl.NumberFormat(language));
  const units = new Map<string, Intl.NumberFormat>();
  const unit: UnitText = (value, name, digits = 0) => {
    const key = `${name} ${digits}`;
    const format =
      units.get(key) ??
      new Intl.NumberFormat(language, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      });
    units.set(key, format);
    return format.format(value);
  };
  return {
    language,
    t: (message, ...args) =>
      // The words are ours, and what is filled in has passed the door.
      translate(message, ...args.map((arg) => (typeof arg === "string" ? shown(arg) : arg))) as Shown,
    time: (ms) => shown(times().format(ms)),
    shortTime: (ms) => shown(shortTimes().format(ms)),
    nearTime: (ms, now) => {
      if (new Date(ms).toDateString() === new Date(now).toDateString()) {
        return shown(minutes().format(ms));
      }
      const away = Math.abs(ms - now);
      return shown((away < 6 * day ? weekdays() : away < 300 * day ? days() : years()).format(ms));
    },
    clockTime: (ms) => shown(clockTimes().format(ms)),
    percent: (value) => shown(percents().format(Math.floor(value * 10) / 1000)),
    number: (value) => shown(numbers().format(value)),
    duration: (ms) => shown(durationText(ms, unit)),
    localize: (text) => shown(chinese ? text.zh : text.en),
  };
}

/** A delay for a list: coarse, so that a row stays still while its hover is looked up and read, which a redrawn row closes. */
export function coarseDelay(ms: number, { t, duration }: Localizer): Shown {
  const step = ms < 10 * second ? second : ms < minute ? 10 * second : ms < hour ? minute : 10 * minute;
  return ms < second ? t("< 1 s") : duration(Math.floor(ms / step) * step);
}

/** The remaining part of a full synchronization. The API says no unit: a bare number is seconds, as of its delays; else its own words. */
export function remainingText(remaining: string, { duration }: Localizer): Shown {
  const ms = secondsIn(remaining);
  return ms === undefined ? shown(remaining) : duration(ms);
}

/** The same for a list: to the minute, so that the row stays still; undefined where the value is not a number. */
export function coarseRemaining(remaining: string, { t, duration }: Localizer): Shown | undefined {
  const ms = secondsIn(remaining);
  if (ms === undefined) {
    return undefined;
  }
  return ms < minute ? t("< 1 min left") : t("{0} left", duration(Math.ceil(ms / minute) * minute));
}

/** Milliseconds. */
function secondsIn(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) * second : undefined;
}

/** A text of a service or database for where space is short: its beginning, when it is longer than `most` characters. */
export function beginningOf(text: string, most = 400): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A number with its unit, as `Intl` names it. */
type UnitText = (value: number, name: string, digits?: number) => string;

function durationText(ms: number, unit: UnitText): string {
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
