/** The parts of the page that are read when they are open, and its charts: plain data in the reader's language. */
import type { CopyButton } from "./page-view";

export const partIds = ["timeline", "tables", "precheck", "compare", "dirty", "log"] as const;
export type PartId = (typeof partIds)[number];

export interface Cell {
  readonly text: string;
  /** Below the text. */
  readonly detail?: string | undefined;
  readonly tone?: "error" | "warning" | "ok" | undefined;
  /** Names and statements, in the editor's font. */
  readonly code?: boolean | undefined;
  /** The text as an ISO 8601 time. */
  readonly time?: string | undefined;
  /** 0 to 100: drawn as a bar. */
  readonly percent?: number | undefined;
  /** Makes the text a button that filters the part by this value. */
  readonly leadsTo?: string | undefined;
}

/** Where in a long list the rows are; the offsets of the neighbours, where there are some. */
export interface Pager {
  readonly text: string;
  readonly previous?: number | undefined;
  readonly next?: number | undefined;
  readonly labels: { readonly previous: string; readonly next: string };
}

/** A choice among values, or free text when there are no options. */
export interface Filter {
  readonly label: string;
  readonly value: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[] | undefined;
}

/** A table that is read when its part is open. */
export interface PartView {
  readonly id: PartId;
  readonly heading: string;
  readonly open: boolean;
  /** How many there are in all. */
  readonly count?: string | undefined;
  /** Said in place of rows. */
  readonly state?: { readonly kind: "loading" | "none" | "error"; readonly text: string } | undefined;
  /** Said above the rows, such as that they are old. */
  readonly notes: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly filter?: Filter | undefined;
  readonly pager?: Pager | undefined;
  /** Leads from a row's details back to the list. */
  readonly back?: string | undefined;
  readonly buttons: readonly { readonly compare: "lines" | "contents"; readonly label: string }[];
}

export type ChartUnit = "duration" | "number" | "percent";

export interface ChartView {
  readonly id: "delay" | "rows" | "progress";
  readonly label: string;
  readonly unit: ChartUnit;
  /** One for each time; null where it was not known. Milliseconds, rows per second, percent. */
  readonly values: readonly (number | null)[];
}

export interface ChartsView {
  readonly heading: string;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly charts: readonly ChartView[];
  readonly notes: readonly string[];
  readonly texts: {
    readonly table: string;
    readonly time: string;
    readonly help: string;
    readonly reset: string;
    readonly unknown: string;
  };
}

export interface MoreView {
  readonly charts: ChartsView;
  readonly parts: readonly PartView[];
  /** Buttons that copy all of the page. */
  readonly copyAll: readonly CopyButton[];
}
