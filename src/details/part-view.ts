/** The parts of the page that are read when they are open, and its charts: plain data in the reader's language. */
import type { Shown } from "../l10n/shown";
import type { Cell, Filter, Pager, PartButton } from "./parts/part";
import type { PartId } from "./parts/parts";

/** A point in time: as a text to the second with its zone, and as an ISO 8601 time. The page shows how long ago that was. */
export interface Moment {
  readonly text: Shown;
  readonly time: string;
}

/** A table that is read when its part is open. */
export interface PartView {
  readonly id: PartId;
  readonly heading: Shown;
  readonly open: boolean;
  /** How many there are in all. */
  readonly count?: Shown | undefined;
  /** Said in place of rows. */
  readonly state?: { readonly kind: "loading" | "none" | "error"; readonly text: Shown } | undefined;
  /** Said above the rows, such as that they are old. */
  readonly notes: readonly Shown[];
  readonly columns: readonly Shown[];
  readonly rows: readonly (readonly Cell[])[];
  readonly filter?: Filter | undefined;
  readonly pager?: Pager | undefined;
  /** Leads from a row's details back to the list. */
  readonly back?: Shown | undefined;
  readonly buttons: readonly PartButton[];
}

export type ChartUnit = "duration" | "number" | "percent";

export interface ChartView {
  readonly id: "delay" | "rows" | "progress";
  readonly label: Shown;
  readonly unit: ChartUnit;
  /** One for each time; null where it was not known. Milliseconds, rows per second, percent. */
  readonly values: readonly (number | null)[];
}

/** Something that happened to the task, at a time in milliseconds since 1970. */
export interface ChartMark {
  readonly at: number;
  readonly label: Shown;
  readonly tone: "error" | "warning" | "plain";
}

export interface ChartsView {
  readonly heading: Shown;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly charts: readonly ChartView[];
  /** The oldest first. */
  readonly marks: readonly ChartMark[];
  readonly notes: readonly Shown[];
  readonly texts: {
    readonly table: Shown;
    readonly time: Shown;
    readonly event: Shown;
    readonly help: Shown;
    readonly reset: Shown;
    readonly unknown: Shown;
  };
}
