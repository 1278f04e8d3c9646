import { html, render } from "lit/html.js";
import uPlot from "uplot";
import { type Localizer, localizerFor } from "../../l10n/localizer";
import type { ChartsView, ChartUnit, ChartView } from "../part-view";

/** The data of one chart. */
export interface ChartData {
  readonly chart: ChartView;
  readonly times: readonly number[];
  readonly marks: ChartsView["marks"];
  readonly texts: ChartsView["texts"];
  readonly language: string;
}

const height = 150;
/** Of a time on the axis, to the second; the last one may stand at the very end. */
const labelWidth = 72;
/** A mark so close to the pointer is named. */
const nearPixels = 8;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Steps of an axis of milliseconds that read well. */
const durationSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .concat([1, 2, 5, 10, 15, 30].map((value) => value * second))
  .concat([1, 2, 5, 10, 15, 30].map((value) => value * minute))
  .concat([1, 2, 3, 6, 12, 24, 48, 96, 192].map((value) => value * hour));
/** A scale that is never smaller than this. */
const least: Readonly<Record<ChartUnit, number>> = { duration: 100, number: 1, percent: 100 };

/** A value as the reader writes it. */
export function valueText(
  value: number | null | undefined,
  unit: ChartUnit,
  l10n: Localizer,
  unknown: string,
): string {
  if (value == null) {
    return unknown;
  }
  switch (unit) {
    case "duration":
      return l10n.duration(value);
    case "number":
      return l10n.number(value);
    case "percent":
      return l10n.percent(value);
  }
}

/** Numbers and times for a page whose words come from the host. */
export function pageFormats(language: string): Localizer {
  return localizerFor(language, (message) => message);
}

const charts = new Set<ChartElement>();

/**
 * `<drs-chart>`: a line over time. Dragging zooms, the pointer and the arrow keys show values, as a slider over the
 * points; all charts of the page zoom together. Colours are the theme's, redrawn when it changes.
 */
export class ChartElement extends HTMLElement {
  #data: ChartData | undefined;
  #plot: uPlot | undefined;
  /** Index of the point whose value is shown; undefined: the last one. */
  #at: number | undefined;
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #themed = new MutationObserver(() => this.#plot?.redraw());
  readonly #printed = matchMedia("print");
  readonly #redraw = () => this.#plot?.redraw();

  set data(data: ChartData) {
    const before = this.#data;
    this.#data = data;
    if (this.#plot !== undefined && before !== undefined) {
      const { min, max } = this.#plot.scales.x ?? {};
      const whole =
        min == null || max == null || (min <= (before.times[0] ?? 0) && max >= (before.times.at(-1) ?? 0));
      this.#plot.setData([[...data.times], [...data.chart.values]], whole);
      if (!whole) {
        this.#plot.redraw();
      }
    }
    this.#show();
  }

  connectedCallback(): void {
    charts.add(this);
    this.#show();
    this.#draw();
    this.#resized.observe(this);
    this.#themed.observe(document.documentElement, { attributes: true });
    this.#themed.observe(document.body, { attributes: true });
    this.#printed.addEventListener("change", this.#redraw);
  }

  disconnectedCallback(): void {
    charts.delete(this);
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#printed.removeEventListener("change", this.#redraw);
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** Shows a stretch of time; all of it without one. */
  zoom(range?: { readonly min: number; readonly max: number }): void {
    const times = this.#data?.times ?? [];
    this.#plot?.setScale("x", range ?? { min: times[0] ?? 0, max: times.at(-1) ?? 1 });
  }

  /** The words around the drawing. The place of the drawing itself is left alone. */
  #show(): void {
    if (this.#data === undefined || !this.isConnected) {
      return;
    }
    const { chart, times, texts, language, marks } = this.#data;
    const l10n = pageFormats(language);
    const at = Math.min(this.#at ?? times.length - 1, times.length - 1);
    const value = valueText(chart.values[at], chart.unit, l10n, texts.unknown);
    const time = l10n.time(times[at] ?? 0);
    const near = this.#at === undefined ? [] : this.#near(marks, times[at] ?? 0);
    render(
      html`
        <div class="chart-head">
          <span class="chart-label">${chart.label}</span>
          <span class="chart-value">${value}</span>
          <span class="note">${this.#at === undefined ? "" : [time, ...near].join(" · ")}</span>
        </div>
        <div
          class="plot"
          role="slider"
          tabindex="0"
          aria-label=${chart.label}
          aria-valuemin="0"
          aria-valuemax=${Math.max(times.length - 1, 0)}
          aria-valuenow=${at}
          aria-valuetext=${[`${time}: ${value}`, ...near].join(", ")}
          aria-describedby="chart-help"
          title=${texts.help}
          @keydown=${(event: KeyboardEvent) => this.#key(event)}
          @blur=${() => this.#point(undefined)}
        ></div>`,
      this,
    );
  }

  #draw(): void {
    const place = this.querySelector<HTMLElement>(".plot");
    if (place === null || this.#data === undefined) {
      return;
    }
    const { chart, times, texts, language } = this.#data;
    const l10n = pageFormats(language);
    const axis = { stroke: () => color("foreground"), grid: { stroke: () => color("grid"), width: 1 } };
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.#plot = new uPlot(
      {
        width: place.clientWidth || 300,
        height,
        ms: 1,
        legend: { show: false },
        padding: [null, labelWidth / 2, null, null],
        cursor: { sync: { key: "course" }, y: false, drag: { x: true, y: false } },
        scales: {
          y: {
            range: (_, __, max) => [
              0,
              chart.unit === "percent" ? 100 : Math.max((max ?? 0) * 1.1, least[chart.unit]),
            ],
          },
        },
        axes: [
          {
            ...axis,
            font,
            space: 90,
            size: 28,
            ticks: { show: false },
            values: (_, splits, __, ___, step) => splits.map((time) => clockText(time, step, language)),
          },
          {
            ...axis,
            font,
            size: 76,
            ticks: { show: false },
            ...(chart.unit === "duration" ? { incrs: durationSteps } : {}),
            values: (_, splits) => splits.map((value) => valueText(value, chart.unit, l10n, texts.unknown)),
          },
        ],
        series: [
          {},
          {
            label: chart.label,
            stroke: () => color("line"),
            width: 2,
            points: { size: 5, fill: () => color("line") },
          },
        ],
        hooks: {
          draw: [(plot) => this.#mark(plot)],
          setCursor: [(plot) => this.#pointed(plot.cursor.idx ?? undefined)],
          setScale: [(plot, scale) => scale === "x" && this.#zoomed(plot)],
        },
      },
      [[...times], [...chart.values]],
      place,
    );
  }

  /** Whether a part of the time is drawn, for the button that shows all of it. */
  #zoomed({ scales }: uPlot): void {
    const times = this.#data?.times ?? [];
    const { min, max } = scales.x ?? {};
    this.toggleAttribute(
      "zoomed",
      min != null && max != null && (min > (times[0] ?? min) || max < (times.at(-1) ?? max)),
    );
  }

  /** Draws a line at each time at which something happened. */
  #mark({ ctx, bbox, valToPos, scales }: uPlot): void {
    const { min, max } = scales.x ?? {};
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    for (const { at, tone } of this.#data?.marks ?? []) {
      if (min != null && max != null && at >= min && at <= max) {
        const left = Math.round(valToPos(at, "x", true));
        ctx.strokeStyle = color(tone === "plain" ? "mark" : tone);
        ctx.setLineDash(tone === "plain" ? [3 * devicePixelRatio, 3 * devicePixelRatio] : []);
        ctx.beginPath();
        ctx.moveTo(left, bbox.top);
        ctx.lineTo(left, bbox.top + bbox.height);
        ctx.stroke();
      }
    }
    ctx.restore();
  }

  /** What happened within a few pixels of a time. */
  #near(marks: ChartsView["marks"], time: number): readonly string[] {
    const { min, max } = this.#plot?.scales.x ?? {};
    const width = this.#plot?.width ?? 0;
    if (min == null || max == null || width === 0) {
      return [];
    }
    const reach = ((max - min) / width) * nearPixels;
    return marks.filter(({ at }) => Math.abs(at - time) <= reach).map(({ label }) => label);
  }

  #fit(): void {
    const width = this.querySelector<HTMLElement>(".plot")?.clientWidth ?? 0;
    if (width > 0 && this.#plot !== undefined && width !== this.#plot.width) {
      this.#plot.setSize({ width, height });
    }
  }

  #pointed(index: number | undefined): void {
    if (index !== this.#at) {
      this.#at = index;
      this.#show();
    }
  }

  /** Puts the cursor on a point, or takes it away. */
  #point(index: number | undefined): void {
    const plot = this.#plot;
    const time = index === undefined ? undefined : this.#data?.times[index];
    plot?.setCursor({
      left: time === undefined ? -10 : plot.valToPos(time, "x"),
      top: time === undefined ? -10 : 10,
    });
    this.#pointed(index);
  }

  #key(event: KeyboardEvent): void {
    const last = (this.#data?.times.length ?? 0) - 1;
    const at = this.#at ?? last;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (to !== undefined) {
      this.#point(Math.max(0, Math.min(last, to)));
    } else if (event.key === "+" || event.key === "=") {
      this.#zoomBy(0.5, at);
    } else if (event.key === "-") {
      this.#zoomBy(2, at);
    } else if (event.key === "0" || event.key === "Escape") {
      zoomAll();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Shows a part of the stretch, or more than it, around a point. */
  #zoomBy(factor: number, at: number): void {
    const times = this.#data?.times ?? [];
    const { min, max } = this.#plot?.scales.x ?? {};
    const [first, last, center] = [times[0], times.at(-1), times[at]];
    if (min == null || max == null || first === undefined || last === undefined || center === undefined) {
      return;
    }
    const half = ((max - min) * factor) / 2;
    zoomAll({ min: Math.max(first, center - half), max: Math.min(last, center + half) });
  }
}

/** Zooms all charts of the page; shows everything without a range. */
export function zoomAll(range?: { readonly min: number; readonly max: number }): void {
  for (const chart of charts) {
    chart.zoom(range);
  }
}

/** To the second when labels are closer than a minute. */
function clockText(time: number, step: number, language: string): string {
  const seconds = step < minute ? ({ second: "2-digit" } as const) : {};
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", ...seconds }).format(time);
}

/** A colour of the theme; on paper black. */
function color(part: "foreground" | "grid" | "line" | "mark" | "error" | "warning"): string {
  return getComputedStyle(document.body).getPropertyValue(`--chart-${part}`).trim() || "gray";
}

customElements.define("drs-chart", ChartElement);
