/** The times of the API: milliseconds since 1970, ISO 8601, and dates without a zone, which are taken as UTC. */

/** No task is older than the service, and none is planned so far ahead. */
const [earliestMs, latestMs] = [Date.UTC(2015, 0, 1), Date.UTC(2200, 0, 1)];

/** Milliseconds since 1970; undefined for 0, an empty text, and for what is no time of a task. */
export function serviceTime(text: string | null | undefined): number | undefined {
  const written = (text ?? "").trim();
  const ms = /^\d{1,15}(\.\d{1,15})?$/.test(written) ? Number(written) : millisecondsOf(written);
  return ms >= earliestMs && ms < latestMs ? ms : undefined;
}

function millisecondsOf(written: string): number {
  if (!/^\d{4}-\d\d-\d\d/.test(written)) {
    return Number.NaN;
  }
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(written.slice("2026-11-24".length));
  return Date.parse(hasZone ? written : `${written.replace(" ", "T")}Z`);
}
