import type { Localizer } from "../l10n/localizer";
import type { Cell } from "./part-view";

/** The rows of a part and what is said when there are none. */
export interface PartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly count: number;
  readonly none: string;
  readonly notes?: readonly string[];
  readonly back?: string | undefined;
}

/** A time of the service; what is none is shown as it is. */
export function timeCell(text: string | null | undefined, { time }: Localizer): Cell {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? { text: text ?? "" } : { text: time(ms), time: new Date(ms).toISOString() };
}
