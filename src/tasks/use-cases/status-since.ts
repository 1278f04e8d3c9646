import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { serviceTime } from "../../drs/service-time";
import { v5Of } from "../../drs/v5";
import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import { actionOfCode } from "../../status/actions";
import { parseStatus } from "../../status/status";
import { rowOf, type StatusId } from "../../status/statuses";
import type { Task } from "../task";
import type { TaskSession } from "./control";

type TimelineRow = ResponseIn<OperationsV5, "showTimeline">["timelines"][number];

/** When a task came into its status, and how often it did so lately. */
export interface Since {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How many times within the day before now, with the last one. */
  readonly times: number;
}

const dayMs = 24 * 3_600_000;
/** Rows of the timeline in which the status is looked for. */
const lookedAt = 20;
/** Nobody waits longer for it, in milliseconds. */
const patienceMs = 2_000;

/**
 * Since when a task has a status; undefined where the timeline does not say so: it may know nothing of a freeze, and its
 * first rows may be older than the status.
 *
 * @param rows of the timeline, the newest first.
 * @param now milliseconds since 1970.
 */
export function sinceIn(rows: readonly TimelineRow[], status: StatusId, now: number): Since | undefined {
  const reached = rows.flatMap(({ name, operation_time }) => {
    const id = actionOfCode(name ?? "") === undefined ? parseStatus(name ?? "") : undefined;
    const at = serviceTime(operation_time);
    return id === undefined || rowOf(id).api.length === 0 || at === undefined ? [] : [{ id, at }];
  });
  const [last] = reached;
  return last?.id === status
    ? { at: last.at, times: reached.filter(({ id, at }) => id === status && now - at < dayMs).length }
    : undefined;
}

/**
 * Since when a task has its status, as the service's timeline says; undefined where nothing is known in time. It never
 * fails, because what is shown with it is better than nothing.
 */
export async function statusSince(
  session: Pick<TaskSession, "client"> | undefined,
  { id, status }: Pick<Task, "id" | "status">,
): Promise<Since | undefined> {
  if (session === undefined) {
    return undefined;
  }
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const input = { job_id: id, offset: 0, limit: lookedAt };
    const answer = await v5Of(session.client).call("showTimeline", input, { signal });
    return answer && sinceIn(answer.timelines, status, Date.now());
  } catch {
    return undefined;
  }
}

/** "3 times in 24 hours"; undefined for once. */
export function oftenText({ times }: Since, { t, number }: Localizer): Shown | undefined {
  return times < 2 ? undefined : t("{0} times in 24 hours", number(times));
}
