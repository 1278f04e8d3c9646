/** What was read of a task → the parts of its page. */
import { explain } from "../drs/error-text";
import type { Localizer } from "../l10n/localizer";
import type { PartReading, Readings } from "./part-reader";
import type { PartView } from "./part-view";
import { type PageFacts, type Pager, type Part, type PartTable, pageSize, type Query } from "./parts/part";
import { type PartId, type PartValues, partIds, parts } from "./parts/parts";

export interface PartFacts extends PageFacts {
  readonly readings: Readings;
  isOpen(part: PartId): boolean;
  query(part: PartId): Query;
}

/** The parts in the order of the page. */
export function partsOf(facts: PartFacts): readonly PartView[] {
  const { status } = facts;
  return partIds
    .filter((id) => status === undefined || parts[id].suits?.(status) !== false)
    .map((id) => viewOf(id, facts));
}

function viewOf<P extends PartId>(id: P, facts: PartFacts): PartView {
  const { l10n, local } = facts;
  const { t, time, number } = l10n;
  const part: Part<PartValues[P]> = parts[id];
  const { buttons = [], notes = [], absent } = part.around?.(facts) ?? {};
  const reading: PartReading<PartValues[P]> = facts.readings[id] ?? {};
  const query = facts.query(id);
  const table =
    reading.value === undefined
      ? reading.absent
        ? absent
        : undefined
      : part.table(reading.value, l10n, query);
  const failed = reading.problem === undefined ? undefined : explain(reading.problem, l10n, local);
  const state =
    table !== undefined
      ? table.rows.length === 0
        ? {
            kind: "none" as const,
            text: query.filter === "" || part.leadsOn ? table.none : t("Nothing matches."),
          }
        : undefined
      : reading.absent
        ? { kind: "none" as const, text: t("Not provided by this service.") }
        : failed !== undefined
          ? { kind: "error" as const, text: failed }
          : { kind: "loading" as const, text: t("Reading…") };
  const stale =
    failed !== undefined && table !== undefined && reading.asOf !== undefined
      ? [t("As of {0}. {1}", time(reading.asOf), failed)]
      : [];
  return {
    id,
    heading: part.heading(t),
    open: facts.isOpen(id),
    count:
      table === undefined || table.isCounted === false || (reading.absent && table.count === 0)
        ? undefined
        : (table.summary ?? number(table.count)),
    state,
    notes: [...notes, ...stale, ...(table?.notes ?? [])],
    columns: table?.columns ?? [],
    rows: table?.rows ?? [],
    filter:
      part.filter === undefined || reading.absent ? undefined : { ...part.filter(t), value: query.filter },
    pager: table && pagerOf(table, query, l10n),
    back: table?.back,
    buttons: reading.absent || table?.back !== undefined ? [] : buttons,
  };
}

function pagerOf({ count, rows }: PartTable, { offset }: Query, { t, number }: Localizer): Pager | undefined {
  const end = offset + rows.length;
  if (offset === 0 && end >= count) {
    return undefined;
  }
  return {
    text: t("{0} to {1} of {2}", number(offset + 1), number(end), number(count)),
    previous: offset === 0 ? undefined : Math.max(0, offset - pageSize),
    next: end >= count ? undefined : end,
    labels: { previous: t("Previous"), next: t("Next") },
  };
}
