/** What was measured of a task: while its page is open, and before. */

import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import type { PastValue } from "../tasks/past-values";
import type { ChartMark, ChartsView, ChartUnit } from "./part-view";

/** Values at a time; rows are those per second that the target takes. */
export type Sample = PastValue;

/** An hour at one every five seconds. */
const kept = 720;
/** Values from before the page was open are a minute apart; older ones than this are thinned out. Milliseconds. */
const pastPaceMs = 60_000;
const recentMs = 2 * 3_600_000;
/** What is further apart than this, the page has not measured itself. */
const holeMs = 30_000;
/** Of so many old values the one with the longest delay stays. */
const thinnedTo = 5;

/** The last samples, the oldest first. A pause in measuring shows as a gap, not as a straight line. */
export class Samples {
  #past: readonly Sample[] = [];
  #all: readonly Sample[] = [];

  get all(): readonly Sample[] {
    const first = this.#all[0];
    const past = first === undefined ? this.#past : this.#past.filter(({ at }) => at < first.at);
    const last = past.at(-1);
    return last !== undefined && first !== undefined && first.at - last.at > 3 * pastPaceMs
      ? [...past, gapAfter(last, pastPaceMs), ...this.#filled]
      : [...past, ...this.#filled];
  }

  /** The page's own, and what it has missed while it was hidden. */
  get #filled(): readonly Sample[] {
    return this.#all.flatMap((sample, index) => {
      const end = this.#all[index + 1]?.at ?? 0;
      const missed =
        end - sample.at > holeMs ? this.#past.filter(({ at }) => at > sample.at && at < end) : [];
      return [sample, ...missed];
    });
  }

  /** Takes what was measured before the page was open. @param now milliseconds since 1970. */
  begin(known: readonly PastValue[], now: number): void {
    // Values of the future were measured before the clock was set back.
    const past = known.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at);
    const old = past.filter(({ at }) => at < now - recentMs);
    const thinned: PastValue[] = [];
    for (let index = 0; index < old.length; index += thinnedTo) {
      const some = old.slice(index, index + thinnedTo);
      thinned.push(some.reduce((worst, one) => ((one.delay ?? 0) > (worst.delay ?? 0) ? one : worst)));
    }
    this.#past = [
      ...withGaps(thinned, pastPaceMs * thinnedTo),
      ...withGaps(past.slice(old.length), pastPaceMs),
    ];
  }

  /** @param pace how far apart samples are meant to be, in milliseconds. */
  add(sample: Sample, pace: number): void {
    if ((this.#all.at(-1)?.at ?? 0) > sample.at) {
      this.#all = this.#all.filter(({ at }) => at < sample.at);
    }
    const last = this.#all.at(-1);
    const before = last === undefined ? [] : [last];
    this.#all = [...this.#all, ...withGaps([...before, sample], pace).slice(before.length)].slice(-kept);
  }
}

function withGaps(samples: readonly Sample[], pace: number): readonly Sample[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    return before !== undefined && sample.at - before.at > 3 * pace
      ? [gapAfter(before, pace), sample]
      : [sample];
  });
}

function gapAfter({ at }: Sample, pace: number): Sample {
  return { at: at + pace, delay: null, rows: null, progress: null };
}

/**
 * @param reportsSpeeds whether the service provides speeds at all; undefined while that is not known.
 * @param marks what happened to the task.
 */
export function chartsOf(
  samples: readonly Sample[],
  reportsSpeeds: boolean | undefined,
  { t }: Localizer,
  marks: readonly ChartMark[] = [],
): ChartsView {
  const chart = (id: "delay" | "rows" | "progress", label: Shown, unit: ChartUnit) => ({
    id,
    label,
    unit,
    values: samples.map((sample) => sample[id]),
  });
  const measured = samples.filter((sample) =>
    Object.values(sample).some((value) => value !== sample.at && value !== null),
  );
  const charts = [
    chart("delay", t("Delay"), "duration"),
    chart("rows", t("Rows per second"), "number"),
    chart("progress", t("Full synchronization"), "percent"),
  ].filter(
    ({ id, values }) =>
      values.some((value) => value !== null) &&
      // A copy that is complete is a line that says nothing.
      (id !== "progress" || values.some((value) => value !== null && value < 100)),
  );
  const from = samples[0]?.at ?? 0;
  return {
    heading: t("Over time"),
    times: samples.map(({ at }) => at),
    charts: measured.length < 2 ? [] : charts,
    marks: marks.filter(({ at }) => at >= from),
    notes:
      reportsSpeeds === false && charts.every(({ id }) => id !== "rows")
        ? [t("This service does not report how many rows it writes per second.")]
        : [],
    texts: {
      table: t("Show as a table"),
      time: t("Time"),
      event: t("What happened"),
      help: t(
        "Arrow keys move, + and - zoom, 0 shows everything. With the mouse: drag to zoom, double-click to see everything.",
      ),
      reset: t("Show everything"),
      unknown: t("Not known"),
    },
  };
}
