/** One notification for many tasks: grouped by condition and cause, with the remedy. */

import type { Diagnosis } from "../failures/known-case";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { freezeRow } from "../status/freezes";
import { rowOf } from "../status/statuses";
import { errorText, meaningOf, statusName } from "../tasks/status-text";
import type { PlacedNotice } from "./alert-engine-host";
import { isRule, isSignRule, rules, signRules } from "./rules/rules";
import { noticeText, reasonText } from "./texts";

/** Looks the known case of an error up: null where there is none, undefined where there is no error. */
export type Diagnose = (task: PlacedNotice["task"]) => Promise<Diagnosis | null | undefined>;

/** The most groups in a notification, and the most tasks named in each. */
const [mostGroups, namedTasks] = [3, 3];
/** The known cases of so many different errors are looked up. */
const diagnosed = 20;

interface Burst {
  readonly members: readonly [PlacedNotice, ...PlacedNotice[]];
  readonly diagnosis: Diagnosis | null | undefined;
}

/**
 * A sentence or two for each group, the largest first.
 *
 * @param nameOf a task's name, with its connection where there are several.
 */
export async function burstText(
  notices: readonly PlacedNotice[],
  nameOf: (notice: PlacedNotice) => string,
  diagnose: Diagnose,
  l10n: Localizer,
): Promise<Shown> {
  const bursts = (await groupsOf(notices, diagnose)).toSorted((a, b) => b.members.length - a.members.length);
  const shownBursts = bursts.slice(0, mostGroups);
  const rest = bursts.slice(mostGroups).reduce((sum, { members }) => sum + members.length, 0);
  return joined(" ", [
    ...shownBursts.map((burst) => textOf(burst, nameOf, l10n)),
    rest === 0 ? "" : rest === 1 ? l10n.t("Also: 1 more task.") : l10n.t("Also: {0} more tasks.", rest),
  ]);
}

/** Errors that differ only in names and numbers are looked up once. */
async function groupsOf(notices: readonly PlacedNotice[], diagnose: Diagnose): Promise<readonly Burst[]> {
  const alike = new Map<string, [PlacedNotice, ...PlacedNotice[]]>();
  for (const notice of notices) {
    const key = keyOf(notice);
    const members = alike.get(key);
    if (members === undefined) {
      alike.set(key, [notice]);
    } else {
      members.push(notice);
    }
  }
  const bursts = new Map<string, Burst>();
  let lookups = 0;
  for (const [key, members] of alike) {
    const [first] = members;
    const diagnosis =
      isFailure(first) && first.task.error !== undefined && lookups++ < diagnosed
        ? await diagnose(first.task)
        : undefined;
    const cause = diagnosis == null ? key : `${flapKey(first)} case ${diagnosis.id}`;
    const known = bursts.get(cause);
    bursts.set(cause, {
      members: known === undefined ? members : [...known.members, ...members],
      diagnosis,
    });
  }
  return [...bursts.values()];
}

function keyOf(notice: PlacedNotice): string {
  const { level, condition, task } = notice;
  if (level === "recovered") {
    return level;
  }
  if (!isFailure(notice)) {
    return condition === "frozen" ? `frozen ${task.freeze?.id}` : condition;
  }
  const words = (task.error?.message ?? "")
    .slice(0, 200)
    .replaceAll(/"[^"]*"|'[^']*'|[\w.-]*\d[\w.-]*/g, "#");
  return [flapKey(notice), condition, task.error?.code, task.engine, words].join(" ");
}

/** Tasks that fail and recover again and again are not among those that failed once. */
function flapKey({ flaps }: PlacedNotice): string {
  return flaps === undefined ? "" : "flaps";
}

/** Whether a task has failed, for a cause that may be known. */
function isFailure({ condition, level }: PlacedNotice): boolean {
  return level !== "recovered" && condition !== "frozen" && !isRule(condition) && !isSignRule(condition);
}

function textOf(
  { members, diagnosis }: Burst,
  nameOf: (notice: PlacedNotice) => string,
  l10n: Localizer,
): Shown {
  const [first] = members;
  if (members.length === 1) {
    return noticeText(first, diagnosis, l10n);
  }
  const names = members.slice(0, namedTasks).map((member) => shown(nameOf(member)));
  const listed = joined(", ", [...names, members.length > namedTasks ? shown("…") : ""]);
  return l10n.t("{0} ({1})", sentence(members, diagnosis, l10n), listed);
}

function sentence(
  members: readonly [PlacedNotice, ...PlacedNotice[]],
  diagnosis: Burst["diagnosis"],
  l10n: Localizer,
): Shown {
  const { t, localize } = l10n;
  const { length } = members;
  const [{ level, condition, task, flaps }] = members;
  if (level === "recovered") {
    return t("{0} tasks recovered.", length);
  }
  if (flaps !== undefined) {
    return joined(" ", [
      t("{0} tasks fail and recover again and again.", length),
      diagnosis == null ? "" : reasonText(diagnosis, l10n),
    ]);
  }
  if (isRule(condition)) {
    const worst = members
      .map((member) => member.task)
      .toSorted((a, b) => (b.delayMs ?? 0) - (a.delayMs ?? 0));
    return rules[condition].many(length, worst[0] ?? task, l10n);
  }
  if (isSignRule(condition)) {
    return signRules[condition].many(length, l10n);
  }
  if (condition === "frozen") {
    const { cause, remedy } = freezeRow(task.freeze?.id ?? "arrears");
    return joined(" ", [t("{0} tasks are frozen: {1}.", length, localize(cause)), localize(remedy)]);
  }
  if (rowOf(condition).alert === "warning") {
    const meaning = t("{0} tasks: {1}. {2}", length, statusName(task, l10n), meaningOf(task, l10n));
    return joined(" ", [meaning, diagnosis == null ? "" : reasonText(diagnosis, l10n)]);
  }
  const why =
    diagnosis == null
      ? beginningOf(errorText(task) ?? meaningOf(task, l10n), 200)
      : reasonText(diagnosis, l10n);
  return t("{0} tasks failed. {1}", length, why);
}
