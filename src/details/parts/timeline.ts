import { serviceTime } from "../../drs/service-time";
import type { V5 } from "../../drs/v5";
import type { Localizer, Translate } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import { actionOfCode } from "../../status/actions";
import { operationName } from "../../status/operation-names";
import { parseStatus } from "../../status/status";
import { rowOf } from "../../status/statuses";
import {
  type Cell,
  cellText,
  type PageFacts,
  type Part,
  type PartTable,
  pageSize,
  timeCell,
  type V5Answer,
} from "./part";

export type TimelineRow = V5Answer<"showTimeline">["timelines"][number];

interface Timeline {
  readonly count: number;
  readonly rows: readonly TimelineRow[];
  /** Of each row that failed, why, where the task's log says so. */
  readonly reasons?: readonly (string | undefined)[];
}

/** An entry of the log says why another one of the timeline failed when they are so close, in milliseconds. */
const togetherMs = 1_000;

/** What happened to the task, by whom. */
export const timeline: Part<Timeline> = {
  heading: (t) => t("Timeline"),
  around: (facts) => ({ absent: seenTimeline(facts) }),
  read: async ({ v5, id, query: { offset }, signal }) => {
    const answer = await v5.call("showTimeline", { job_id: id, offset, limit: pageSize }, { signal });
    const rows = answer?.timelines ?? [];
    const reasons = offset === 0 && rows.some(isFailed) ? await reasonsOf(rows, v5, id, signal) : [];
    return answer && { count: answer.count ?? rows.length, rows, reasons };
  },
  table: ({ count, rows, reasons = [] }, l10n) => {
    const { t } = l10n;
    return {
      columns: [t("Time"), t("What happened"), t("Outcome"), t("By")],
      count,
      rows: rows.map(({ name, status, operation_time, user_name }, index) => [
        timeCell(operation_time, l10n),
        { ...eventCell(name ?? "", l10n), detail: reasons[index] && cellText(reasons[index]) },
        outcome(name ?? "", status, l10n),
        { text: doer(user_name, t) },
      ]),
      none: t("Nothing has happened yet."),
    };
  },
};

/** Whether what was asked for failed, or a status was reached that is a failure. */
export function isFailed({ status }: TimelineRow): boolean {
  return status?.toLowerCase() === "failed";
}

/** Why rows failed: the newest entries of the log are of the same time. A timeline without reasons is better than none. */
async function reasonsOf(
  rows: readonly TimelineRow[],
  v5: V5,
  id: string,
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  const input = { job_id: id, type: "log", offset: 0, limit: 2 * pageSize };
  const answer = await v5.call("showJobDetail", input, { signal }).catch(() => undefined);
  const problems = (answer?.job.logs ?? []).filter(({ level }) => /^(warn|error)/i.test(level ?? ""));
  return rows.map((row) => {
    const at = serviceTime(row.operation_time) ?? Number.NaN;
    const isSame = ({ create_time }: { readonly create_time?: string | null | undefined }) =>
      Math.abs((serviceTime(create_time) ?? Number.NaN) - at) <= togetherMs;
    return isFailed(row) ? (problems.find(isSame)?.message ?? undefined) : undefined;
  });
}

/** Who did it: the local backend knows itself and its one user, the cloud the names of its users. */
function doer(name: string | null | undefined, t: Translate): Shown {
  return name === "system" ? t("Service") : name === "local" ? t("A user") : cellText(name);
}

/** Whether an entry is a warning about the task's stream. */
export function isWarning(name: string): boolean {
  return /^LW\d+$/.test(name);
}

/** What happened: a status in the service's term, an action by its name, anything else as the service calls it. */
function eventCell(name: string, l10n: Localizer): Cell {
  const operation = operationName(name);
  if (operation !== undefined) {
    return { text: l10n.localize(operation) };
  }
  const status = parseStatus(name) ?? "unknown";
  const { name: known, alert } = rowOf(status);
  if (isWarning(name)) {
    return { text: l10n.t("Warning {0}", name), tone: "warning" };
  }
  return rowOf(status).api.length === 0
    ? { text: cellText(name), code: true, ...(alert === "none" ? {} : { tone: alert }) }
    : { text: l10n.localize(known), tone: alert === "none" ? undefined : alert };
}

/**
 * What became of what was asked for. A status that was reached has no outcome, nor has a warning; and that a pre-check
 * was carried out says nothing of what it found.
 */
function outcome(name: string, status: string | null | undefined, { t }: Localizer): Cell {
  const asked = actionOfCode(name) !== undefined || parseStatus(name) === "unknown";
  if (!asked || isWarning(name)) {
    return { text: "" };
  }
  switch (status?.toLowerCase()) {
    case "success":
      return name === "PRE_CHECK" ? { text: "" } : { text: t("Done"), tone: "ok" };
    case "failed":
      return { text: t("Failed"), tone: "error" };
    default:
      return { text: cellText(status) };
  }
}

function seenTimeline({ seen, l10n }: PageFacts): PartTable {
  const { t, time, localize } = l10n;
  return {
    columns: [t("Time"), t("What happened")],
    count: seen.length,
    rows: seen
      .toReversed()
      .map(({ at, status }) => [
        { text: time(at), time: new Date(at).toISOString() },
        { text: localize(rowOf(status).name) },
      ]),
    none: t("Nothing has happened yet."),
    notes: [t("This service provides no timeline. These are the statuses seen while this page was open.")],
  };
}
