/**
 * Tasks that fail and recover again and again are reported as such, once, instead of each time. An error, which waits for
 * somebody, is not counted with the faults from which the service recovers by itself: it is reported among them at once.
 */
import type { AlertRecord, Decision, FlapRecord, Flaps, Observation } from "./decision";

/** This many failures within `windowMs` milliseconds are flapping; fewer, as while somebody tries remedies, are each reported. */
const leastFailures = 4;
const windowMs = 30 * 60_000;
/** Flapping is over when a task has kept its status for this long, in milliseconds. */
export const calmMs = 15 * 60_000;

/** Replaces the decision for a task that flaps. @param decision what follows without looking at its past. */
export function withFlaps(
  decision: Decision,
  record: AlertRecord | undefined,
  observation: Observation,
): Decision {
  const flaps = isFirstError(decision, record) ? undefined : record?.flaps;
  if (record !== undefined && flaps?.count !== undefined && flaps.since !== undefined) {
    return whileFlapping(decision, record, { ...flaps, count: flaps.count, since: flaps.since }, observation);
  }
  const { notice } = decision;
  if (decision.record === record || decision.record === undefined) {
    return decision;
  }
  const recent = (flaps?.times ?? []).filter((time) => Math.abs(observation.at - time) < windowMs);
  if (notice === undefined || notice.level === "recovered") {
    return recent.length === 0
      ? decision
      : { ...decision, record: { ...decision.record, flaps: { ...flaps, times: recent } } };
  }
  const times = [...recent, observation.at];
  const [since = observation.at] = times;
  const errors = notice.level === "error" || flaps?.errors === true ? ({ errors: true } as const) : {};
  if (times.length < leastFailures || notice.condition === "frozen") {
    return { ...decision, record: { ...decision.record, flaps: { times, ...errors } } };
  }
  const found = { count: times.length, since };
  return {
    record: { ...decision.record, flaps: { times, ...errors, ...found } },
    notice: { ...notice, flaps: found },
    reviewAt: observation.at + calmMs,
  };
}

/** Whether a task has an error after nothing but faults. */
function isFirstError({ notice }: Decision, record: AlertRecord | undefined): boolean {
  return notice?.level === "error" && record?.flaps?.errors !== true;
}

function whileFlapping(
  decision: Decision,
  record: AlertRecord,
  flaps: FlapRecord & Flaps,
  { at }: Observation,
): Decision {
  const { flaps: _, ...calm } = record;
  const { notice } = decision;
  if (decision.record === record) {
    return Math.abs(at - record.at) < calmMs
      ? { record, reviewAt: record.at + calmMs }
      : { record: calm, settled: { count: flaps.count, since: flaps.since } };
  }
  if (decision.record === undefined || notice?.condition === "frozen") {
    return decision;
  }
  if (notice === undefined && decision.record.phase === "resolved") {
    // Somebody paused or ended it.
    return decision;
  }
  const begins = notice !== undefined && notice.level !== "recovered";
  return {
    record: { ...decision.record, flaps: { ...flaps, count: flaps.count + (begins ? 1 : 0) } },
    reviewAt: at + calmMs,
  };
}

/** Whether an entry is still needed to count what happens next. @param now milliseconds since 1970. */
export function isCounting({ flaps }: AlertRecord, now: number): boolean {
  const last = flaps?.times.at(-1);
  return flaps?.count !== undefined || (last !== undefined && Math.abs(now - last) < windowMs);
}
