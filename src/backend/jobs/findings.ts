/** Findings about the streams of tasks: each is kept with its task, and written into the task's log. */
import type { EngineState } from "../engine/engine-state";
import type { StreamFinding } from "../engine/stream-finding";
import { plainName, type TableName } from "../engine/table-name";
import { message } from "../messages";
import { isChanging, type Job, type KnownFinding, without } from "./job";
import type { JobStore } from "./store";

/** Stores the memory and the findings of a poll; returns the task as it is then. */
export async function noteFindings(
  store: JobStore,
  job: Job,
  engine: EngineState | undefined,
  now: number,
): Promise<Job> {
  const before = job.findings;
  const noted = await store.update(job.id, (latest) => withNews(latest, engine, now));
  const after = noted?.findings ?? [];
  if (noted === undefined || after === before) {
    return noted ?? job;
  }
  for (const { code, message: text } of warningsOf(after).filter(notAmong(before))) {
    await store.history.warning(job.id, code, text);
  }
  for (const { code, table } of warningsOf(before).filter(notAmong(after))) {
    const about = table === undefined ? job.name : plainName(table);
    await store.history.log(job.id, "Warn", message("warningOver", { code, about }));
  }
  return noted;
}

/** Returns the same object if nothing changed. */
function withNews(job: Job, engine: EngineState | undefined, now: number): Job {
  if (!job.prepared || job.released) {
    return job.findings.length === 0 && job.stream === null ? job : { ...job, findings: [], stream: null };
  }
  if (engine?.kind === "unreachable") {
    return remembering(job, engine.remember);
  }
  if (engine?.kind !== "present") {
    return job;
  }
  const known = new Map(job.findings.map((one) => [one.id, one]));
  const findings = engine.isWatched ? engine.findings : withEarlier(engine.findings, job.findings);
  const changed =
    findings.length !== known.size ||
    findings.some(({ id, level }) => known.get(id)?.level !== level || known.get(id)?.number === undefined);
  return remembering(changed ? numbered(job, findings, now) : job, engine.remember);
}

/** Keeps each known finding's first time, number, and whether its alarm was cleared. */
function numbered(job: Job, findings: readonly (StreamFinding | KnownFinding)[], now: number): Job {
  const known = new Map(job.findings.map((one) => [one.id, one]));
  let { lastFinding } = job;
  const kept = findings.map((one) => {
    const { since = now, number, clearedAt } = known.get(one.id) ?? {};
    return { ...stored(one, since), number: number ?? ++lastFinding, ...(clearedAt && { clearedAt }) };
  });
  return { ...job, findings: kept, lastFinding };
}

/** Clears the alarm of a finding. Its problem still holds: the warning stays. */
export async function clearAlarm(store: JobStore, id: string, number: number): Promise<void> {
  const clearedAt = Date.now();
  await store.update(id, (job) => ({
    ...job,
    findings: job.findings.map((one) => (one.number === number ? { clearedAt, ...one } : one)),
  }));
}

/** The new findings, and those of earlier polls that this one did not check. */
function withEarlier(
  now: readonly StreamFinding[],
  before: readonly KnownFinding[],
): readonly (StreamFinding | KnownFinding)[] {
  const ids = new Set(now.map(({ id }) => id));
  return [...now, ...before.filter(({ id }) => !ids.has(id))];
}

/** A memory that was replaced meanwhile is not of this poll. */
function remembering(job: Job, remember: Extract<EngineState, { kind: "present" }>["remember"]): Job {
  return remember?.from === job.stream && remember !== undefined ? { ...job, stream: remember.to } : job;
}

function stored(
  { id, level, side, table, code, message: text }: StreamFinding | KnownFinding,
  since: number,
): KnownFinding {
  return {
    ...{ id, level, side, code, since, message: { id: text.id, values: { ...text.values } } },
    ...(table === undefined ? {} : { table: { ...table } }),
  };
}

/**
 * The loss for which a task cannot continue: of its own tables, and while its objects are being changed only of those that
 * it is to keep.
 */
export function lossOf(job: Job, engine: EngineState | undefined): StreamFinding | undefined {
  return engine?.kind === "present" ? countedLoss(job, engine.findings) : undefined;
}

/**
 * The loss for which a task must not be resumed, as far as it is known. A task that has lost its log says so when it is
 * resumed, and is copied again when it is resumed once more.
 */
export function lossThatStays(job: Tables & Pick<Job, "findings">): KnownFinding | undefined {
  return countedLoss(
    job,
    job.findings.filter(({ message: { id } }) => id !== "logLost"),
  );
}

type Tables = Pick<Job, "tables" | "change" | "copyAgain">;

function countedLoss<F extends KnownFinding | StreamFinding>(
  job: Tables,
  findings: readonly F[],
): F | undefined {
  const change = job.change !== null && isChanging(job) && !job.change.withdrawn ? job.change : undefined;
  if (change?.tables.length === 0) {
    // Which tables it is to keep is about to be found out.
    return undefined;
  }
  // Tables to be copied again are not lost.
  const again = job.copyAgain?.begun === false ? job.copyAgain.tables : [];
  if (again.length > 0 && without(job.tables, again).length === 0) {
    return undefined;
  }
  const kept = new Set(change?.tables.map(plainName));
  const counted = new Set(
    without(job.tables, again)
      .map(plainName)
      .filter((name) => change === undefined || kept.has(name)),
  );
  return findings.find(
    ({ level, table }) => level === "failure" && (table === undefined || counted.has(plainName(table))),
  );
}

/** Those of the task's tables that have lost rows. */
export function lostTables(job: Job, engine: EngineState | undefined): readonly TableName[] {
  const findings = engine?.kind === "present" ? engine.findings : [];
  const lost = findings.flatMap(({ level, table }) =>
    level === "failure" && table !== undefined ? [plainName(table)] : [],
  );
  return job.tables.filter((table) => lost.includes(plainName(table)));
}

/** The findings about a task's stream now, in the words of the last poll. */
export function findingsOf(job: Job, engine: EngineState | undefined): readonly KnownFinding[] {
  const fresh = new Map(
    engine?.kind === "present" ? engine.findings.map((one) => [one.id, one.message]) : [],
  );
  return job.findings.map((one) => {
    const { id, values } = fresh.get(one.id) ?? one.message;
    return { ...one, message: { id, values: { ...values } } };
  });
}

function warningsOf(findings: readonly KnownFinding[]): readonly KnownFinding[] {
  return findings.filter(({ level }) => level === "warning");
}

function notAmong(others: readonly KnownFinding[]): (one: KnownFinding) => boolean {
  const ids = new Set(others.map(({ id }) => id));
  return ({ id }) => !ids.has(id);
}
