/** A part of the page: how it is read while it is open, and its table. */

import type { TablesCaller } from "../../drs/client";
import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { serviceTime } from "../../drs/service-time";
import type { V5 } from "../../drs/v5";
import type { StepId } from "../../failures/steps";
import { beginningOf, type Localizer, type Translate } from "../../l10n/localizer";
import { type Shown, shownLines } from "../../l10n/shown";
import type { StatusId } from "../../status/statuses";
import type { PastDelay } from "../../tasks/delay/facts";
import type { ComparisonType } from "../../tasks/use-cases/compare-ends";
import type { DelaySource } from "../../tasks/use-cases/explain-delay";

/** The response of an operation of v5. */
export type V5Answer<N extends keyof OperationsV5> = ResponseIn<OperationsV5, N>;

export interface Cell {
  readonly text: Shown;
  /** Below the text. */
  readonly detail?: Shown | undefined;
  readonly tone?: "error" | "warning" | "ok" | undefined;
  /** Names and statements, in the editor's font. */
  readonly code?: boolean | undefined;
  /** Statements to copy, below the rest. */
  readonly sql?: Shown | undefined;
  /** Written at the end of its column. */
  readonly number?: boolean | undefined;
  /** The text as an ISO 8601 time. */
  readonly time?: string | undefined;
  /** 0 to 100: drawn as a bar. */
  readonly percent?: number | undefined;
  /** Makes the text a button that filters the part by this value. */
  readonly leadsTo?: string | undefined;
}

/** Where in a long list the rows are; the offsets of the neighbours, where there are some. */
export interface Pager {
  readonly text: Shown;
  readonly previous?: number | undefined;
  readonly next?: number | undefined;
  readonly labels: { readonly previous: Shown; readonly next: Shown };
}

/** A choice among values, or free text when there are no options. */
export interface Filter {
  readonly label: Shown;
  readonly value: string;
  readonly options?: readonly { readonly value: string; readonly label: Shown }[] | undefined;
}

/** The page of a part that is looked at. `filter` is the text, level, phase or comparison that was chosen. */
export interface Query {
  readonly offset: number;
  readonly filter: string;
}

/** Rows of a page. */
export const pageSize = 50;
/** What a part is read with. */
export interface Asked {
  readonly client: TablesCaller;
  readonly session: DelaySource;
  /** Delays of the task that were read before, the oldest first. */
  past(): readonly PastDelay[];
  readonly v5: V5;
  readonly id: string;
  readonly query: Query;
  readonly signal: AbortSignal;
}

/** The rows of a part and what is said when there are none. */
export interface PartTable {
  readonly columns: readonly Shown[];
  readonly rows: readonly (readonly Cell[])[];
  readonly count: number;
  /** Whether the count says something; it does unless told. */
  readonly isCounted?: boolean;
  /** Said behind the heading in place of the count. */
  readonly summary?: Shown | undefined;
  readonly none: Shown;
  readonly notes?: readonly Shown[];
  readonly back?: Shown | undefined;
}

/** A status that this window has seen the task come into. */
export interface SeenStatus {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: StatusId;
}

/** A button that begins a comparison, or takes a step of a remedy. */
export type PartButton =
  | { readonly compare: ComparisonType; readonly label: Shown }
  | { readonly step: StepId; readonly label: Shown };

/** What else the page knows, for what a part shows besides its table. */
export interface PageFacts {
  readonly l10n: Localizer;
  readonly local: boolean;
  /** Undefined: not known. */
  readonly status: StatusId | undefined;
  /** Statuses that were seen, the oldest first: the timeline for a service that does not provide one. */
  readonly seen: readonly SeenStatus[];
  /** Whether a pre-check may be run now. */
  readonly mayPrecheck: boolean;
  /** Whether a comparison may be begun now. */
  readonly mayCompare: boolean;
  /** Why the last request to compare failed. */
  readonly problem: unknown;
}

/** The elements around the table of a part. */
export interface Surroundings {
  readonly buttons?: readonly PartButton[];
  readonly notes?: readonly Shown[];
  /** What is shown where the service does not provide the value. */
  readonly absent?: PartTable;
}

/** A part of the page; `Value` is what the service answers. */
export interface Part<Value> {
  heading(t: Translate): Shown;
  /** Whether it has something to say of a task in this status; absent: of every task. */
  suits?(status: StatusId): boolean;
  filter?(t: Translate): Omit<Filter, "value">;
  /** Whether the filter leads to another table, such as the results of one comparison. */
  readonly leadsOn?: true;
  /** @returns undefined where the service has no v5. */
  read(asked: Asked): Promise<Value | undefined>;
  table(value: Value, l10n: Localizer, query: Query): PartTable;
  around?(facts: PageFacts): Surroundings;
}

/** So much of a cell's text is drawn; a service may send hundreds of kilobytes. */
const longestCell = 2_000;

/** A text of the service in a cell, with its lines. */
export function cellText(text: string | null | undefined): Shown {
  return shownLines(beginningOf(text ?? "", longestCell));
}

/** A time of the service; anything else is shown as it is. */
export function timeCell(text: string | null | undefined, { time }: Localizer): Cell {
  const ms = serviceTime(text);
  return ms === undefined ? { text: cellText(text) } : { text: time(ms), time: new Date(ms).toISOString() };
}
