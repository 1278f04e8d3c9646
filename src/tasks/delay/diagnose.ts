/** Why a task is behind, and when it will catch up: a pure function of what is known. What is not known stays so. */
import type { Activity, DelayEvidence, DelayFacts, PastDelay } from "./facts";

/** A task that is less behind keeps up. */
export const behindMs = 3_000;
/** A transaction that is applied for so long is a large one. */
const largeMs = 2_000;
/** A transaction of the source that is open for so long is named. */
const openMs = 20_000;
/** A limit is reached from this part of it on: what is carried is measured over seconds. */
const reachedShare = 0.7;
/** A processor is busy from this share on, in percent. */
const busyPercent = 90;
/** Of what arrives: with less left over, a task does not catch up in any time that could be given. */
const leastShare = 0.02;
/** A table of fewer rows is read in no time. */
const manyRows = 1_000;
/** A trend is seen over this time at least, in milliseconds. */
const trendMs = 20_000;
/** Older values say nothing about the trend, in milliseconds. */
const recentMs = 10 * 60_000;

export type DelayCause =
  | { readonly id: "notRead" }
  | { readonly id: "lock"; readonly table: string | undefined; readonly holders: readonly string[] }
  | { readonly id: "unindexed"; readonly table: string; readonly rows: number }
  | { readonly id: "largeTransaction"; readonly ms: number; readonly tables: readonly string[] }
  | { readonly id: "speedLimit"; readonly limit: number }
  | { readonly id: "network"; readonly carries: number | undefined }
  | { readonly id: "sourceReading"; readonly event: string }
  | { readonly id: "targetDisk"; readonly event: string }
  | { readonly id: "targetProcessor" }
  | { readonly id: "targetWait"; readonly event: string }
  | { readonly id: "openTransaction"; readonly holder: string; readonly ms: number }
  | { readonly id: "sourceLost" | "targetLost" | "captureStopped" | "applyStopped" }
  | { readonly id: "instanceBusy"; readonly percent: number };

/** Parts of a delay, in milliseconds; undefined: not known. */
export interface DelayStages {
  /** Until the source has read its log and sent it. */
  readonly reading: number | undefined;
  /** Until that has arrived. */
  readonly way: number | undefined;
  /** Both together. */
  readonly arriving: number | undefined;
  /** Until the target has applied it. */
  readonly applying: number | undefined;
}

/**
 * `in`: at this rate after this many milliseconds. `blocked`: not before the cause is removed. `never`: at this rate it falls
 * further behind.
 */
export type CatchUp =
  | { readonly kind: "in"; readonly ms: number }
  | { readonly kind: "blocked" | "never" | "unknown" };

export interface DelayDiagnosis {
  readonly delayMs: number | undefined;
  readonly isBehind: boolean;
  readonly stages: DelayStages;
  /** Undefined: nothing is wrong, or it cannot be known. */
  readonly cause: DelayCause | undefined;
  /** Undefined while the task keeps up. */
  readonly catchUp: CatchUp | undefined;
}

/** @param past earlier delays of the same task, the oldest first; they tell where it leads where nothing else does. */
export function diagnoseDelay(facts: DelayFacts, past: readonly PastDelay[] = []): DelayDiagnosis {
  const { delayMs } = facts;
  const isStopped = facts.flows === false;
  const isBehind = isStopped || (delayMs ?? 0) >= behindMs;
  const cause = isBehind ? causeOf(facts) : openTransactionOf(facts.evidence);
  return {
    delayMs,
    isBehind,
    stages: stagesOf(facts),
    cause,
    catchUp: isBehind ? catchUpOf(facts, cause, past) : undefined,
  };
}

/**
 * By the positions that each part has reached. Where the sessions at both ends were watched, they decide: one that waits
 * for the next part also stands still, but is not what takes the time.
 */
function stagesOf({ delayMs, sentMs, receivedMs, evidence }: DelayFacts): DelayStages {
  if (evidence?.worker !== undefined && delayMs !== undefined) {
    const sending = shareOf(evidence.sender?.activities ?? [], isSending);
    const waiting = shareOf(evidence.worker.activities, isIdle);
    const reading = sentMs === undefined ? undefined : Math.min(sentMs * (1 - sending), delayMs);
    const rest = delayMs - (reading ?? 0);
    const way = reading === undefined ? undefined : rest * waiting;
    return { reading, way, arriving: (reading ?? 0) + rest * waiting, applying: rest * (1 - waiting) };
  }
  const between = (later: number | undefined, earlier: number | undefined) =>
    later === undefined || earlier === undefined ? undefined : Math.max(later - earlier, 0);
  return {
    reading: sentMs,
    way: between(receivedMs, sentMs),
    arriving: receivedMs,
    applying: between(delayMs, receivedMs),
  };
}

function shareOf(activities: readonly Activity[], which: (activity: Activity) => boolean): number {
  return activities.filter(which).reduce((sum, { share }) => sum + share, 0);
}

/** Whether a session waits for something to do. */
function isIdle({ kind, event }: Activity): boolean {
  return kind === "Activity" || event.toLowerCase() === "walsenderwaitforwal";
}

/** Whether a session waits until what it sends is taken. */
function isSending({ event }: Activity): boolean {
  return ["walsenderwritedata", "clientwrite"].includes(event.toLowerCase());
}

function causeOf(facts: DelayFacts): DelayCause | undefined {
  const { flows, evidence, instance } = facts;
  if (instance !== undefined) {
    const { reachesSource, reachesTarget, captures, applies, cpuPercent } = instance;
    if (reachesSource === false || reachesTarget === false) {
      return { id: reachesSource === false ? "sourceLost" : "targetLost" };
    }
    if (captures === false || applies === false) {
      return { id: captures === false ? "captureStopped" : "applyStopped" };
    }
    if (cpuPercent !== undefined && cpuPercent >= busyPercent) {
      return { id: "instanceBusy", percent: cpuPercent };
    }
  }
  if (flows === false) {
    return { id: "notRead" };
  }
  return evidence?.worker === undefined
    ? undefined
    : (ofWorker(evidence, evidence.worker, facts) ?? openTransactionOf(evidence));
}

/** The worker applies what arrives: while it waits for more, the cause is before it. */
function ofWorker(
  evidence: DelayEvidence,
  { activities, transactionMs = 0, tables }: NonNullable<DelayEvidence["worker"]>,
  facts: DelayFacts,
): DelayCause | undefined {
  const doing = heaviest(activities, (activity) =>
    activity.kind === "Lock"
      ? "lock"
      : isIdle(activity)
        ? "idle"
        : activity.kind === ""
          ? "processor"
          : isDisk(activity)
            ? "disk"
            : "other",
  );
  if (doing === undefined) {
    return undefined;
  }
  if (doing.what === "lock" && evidence.lock !== undefined) {
    return { id: "lock", table: evidence.lock.table, holders: evidence.lock.holders };
  }
  if (doing.what === "idle") {
    return beforeWorker(evidence, facts);
  }
  const [scanned] = evidence.unindexed
    .filter(({ rows }) => rows >= manyRows)
    .toSorted((a, b) => b.rows - a.rows);
  if (scanned !== undefined) {
    return { id: "unindexed", ...scanned };
  }
  if (transactionMs >= largeMs) {
    return { id: "largeTransaction", ms: transactionMs, tables };
  }
  switch (doing.what) {
    case "disk":
      return { id: "targetDisk", event: doing.event };
    case "processor":
      return { id: "targetProcessor" };
    default:
      return { id: "targetWait", event: doing.event };
  }
}

function beforeWorker(
  { sender }: DelayEvidence,
  { link, sentMs, receivedMs }: DelayFacts,
): DelayCause | undefined {
  const { limit, carries } = link ?? {};
  if (limit !== undefined && carries !== undefined && carries >= limit * reachedShare) {
    return { id: "speedLimit", limit };
  }
  const doing = heaviest(sender?.activities ?? [], (activity) =>
    isSending(activity) ? "sending" : isIdle(activity) ? "idle" : "reading",
  );
  switch (doing?.what) {
    case "sending":
      return { id: "network", carries };
    case "reading":
      return { id: "sourceReading", event: doing.event };
    default:
      // Everything is sent, and has not arrived.
      return sentMs !== undefined && sentMs < behindMs && receivedMs !== undefined && receivedMs >= behindMs
        ? { id: "network", carries }
        : undefined;
  }
}

function openTransactionOf(evidence: DelayEvidence | undefined): DelayCause | undefined {
  const open = evidence?.openTransaction;
  return open === undefined || open.ms < openMs ? undefined : { id: "openTransaction", ...open };
}

/** Waits for reading, writing or syncing files, and for those who do that. */
function isDisk({ kind, event }: Activity): boolean {
  return kind === "IO" || kind === "BufferPin" || /^(WAL|Buffer)/i.test(event);
}

/** What a session did at most of the looks, and the event of that; undefined: it is not known. */
function heaviest<What extends string>(
  activities: readonly Activity[],
  whatOf: (activity: Activity) => What,
): { readonly what: What; readonly event: string } | undefined {
  const shares = new Map<What, number>();
  for (const activity of activities) {
    const what = whatOf(activity);
    shares.set(what, (shares.get(what) ?? 0) + activity.share);
  }
  const [first] = [...shares].toSorted((a, b) => b[1] - a[1]);
  if (first === undefined) {
    return undefined;
  }
  const [what] = first;
  return { what, event: activities.find((activity) => whatOf(activity) === what)?.event ?? "" };
}

function catchUpOf(facts: DelayFacts, cause: DelayCause | undefined, past: readonly PastDelay[]): CatchUp {
  switch (cause?.id) {
    case "notRead":
    case "lock":
    case "sourceLost":
    case "targetLost":
    case "captureStopped":
    case "applyStopped":
      return { kind: "blocked" };
  }
  const { log, evidence } = facts;
  if (log === undefined) {
    return trendOf(facts, past);
  }
  // What a large transaction has left does not show in the position, which moves when it ends.
  if ((evidence?.worker?.transactionMs ?? 0) >= largeMs || log.open === 0) {
    return { kind: "unknown" };
  }
  const left = log.reads - log.grows;
  return log.reads > 0 && left > log.reads * leastShare
    ? { kind: "in", ms: (log.open / left) * 1_000 }
    : { kind: "never" };
}

/** From how the delay has changed lately. */
function trendOf({ delayMs }: DelayFacts, past: readonly PastDelay[]): CatchUp {
  const last = past.at(-1);
  const first = past.find(({ at }) => at >= (last?.at ?? 0) - recentMs);
  if (delayMs === undefined || first === undefined || last === undefined || last.at - first.at < trendMs) {
    return { kind: "unknown" };
  }
  const fallen = (first.delayMs - last.delayMs) / (last.at - first.at);
  return fallen > leastShare ? { kind: "in", ms: delayMs / fallen } : { kind: "never" };
}
