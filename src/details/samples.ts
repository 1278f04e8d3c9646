/** What was measured of a task while its page is open. */

import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import type { ChartsView, ChartUnit } from "./part-view";

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds. */
  readonly delay: number | null;
  /** Rows per second that the target takes. */
  readonly rows: number | null;
  /** Of the full synchronization, 0 to 100. */
  readonly progress: number | null;
}

/** An hour at one every five seconds. */
const kept = 720;

/** The last samples, the oldest first. A pause in measuring shows as a gap, not as a straight line. */
export class Samples {
  #all: readonly Sample[] = [];

  get all(): readonly Sample[] {
    return this.#all;
  }

  /** @param pace how far apart samples are meant to be, in milliseconds. */
  add(sample: Sample, pace: number): void {
    const last = this.#all.at(-1);
    const gap =
      last !== undefined && sample.at - last.at > 3 * pace
        ? [{ at: last.at + pace, delay: null, rows: null, progress: null }]
        : [];
    this.#all = [...this.#all, ...gap, sample].slice(-kept);
  }

  clear(): void {
    this.#all = [];
  }
}

/** @param told whether the service provides speeds at all; undefined while that is not known. */
export function chartsOf(
  samples: readonly Sample[],
  told: boolean | undefined,
  { t }: Localizer,
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
  return {
    heading: t("Over time"),
    times: samples.map(({ at }) => at),
    charts: measured.length < 2 ? [] : charts,
    notes: [
      ...(told === false ? [t("This service does not report how many rows it writes per second.")] : []),
      ...(measured.length < 2 || charts.length === 0
        ? [t("The chart records values while this page is open, and appears once there are two.")]
        : []),
    ],
    texts: {
      table: t("Show as a table"),
      time: t("Time"),
      help: t(
        "Arrow keys move, + and - zoom, 0 shows everything. With the mouse: drag to zoom, double-click to see everything.",
      ),
      reset: t("Show everything"),
      unknown: t("Not known"),
    },
  };
}
