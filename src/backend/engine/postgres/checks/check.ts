/** Items of the pre-check. */
import type { Message } from "../../../messages";
import type { CheckItem } from "../../check-item";
import type { Remedy } from "../../remedy";
import type { Side } from "../../side";
import type { CheckContext } from "./context";

/** A reason why a task fails, or may. */
export interface Problem {
  readonly result: "ALARM" | "FAILED";
  readonly reason: Message;
  /** Statements to copy. */
  readonly remedies?: readonly Remedy[] | undefined;
  /** The database's own words. */
  readonly raw?: string | undefined;
}

/** An item of the pre-check. */
export interface Check {
  /** Its name in the API. */
  readonly item: string;
  readonly group: "network" | "version" | "parameters" | "privileges" | "objects";
  /** The ends that are checked; the item is left out where one of them cannot be reached. */
  readonly ends: readonly Side[];
  /** The result when it cannot be found out; a start needs the certainty of some items. */
  readonly ifUnknown: "ALARM" | "FAILED";
  /**
   * Checks the databases; no problem means that it passed.
   *
   * @throws EngineError when a database does not answer the question.
   */
  evaluate(context: CheckContext): Promise<readonly Problem[]>;
}

/** An item's result: the worst of its problems. */
export function itemOf(
  { item, group }: Pick<Check, "item" | "group">,
  problems: readonly Problem[],
): CheckItem {
  const failed = problems.some(({ result }) => result === "FAILED");
  return {
    ...{ item, group },
    result: failed ? "FAILED" : problems.length > 0 ? "ALARM" : "PASSED",
    reasons: problems.map(({ reason }) => reason),
    remedies: problems.flatMap(({ remedies }) => remedies ?? []),
    raw: problems.find(({ raw }) => raw !== undefined)?.raw,
  };
}

/** A problem that keeps the task from starting. @param raw the database's own words. */
export function failed(reason: Message, remedies: readonly Remedy[] = [], raw?: string): Problem {
  return { result: "FAILED", reason, remedies, raw };
}

/** A problem that does not keep the task from starting. @param raw the database's own words. */
export function alarm(reason: Message, remedies: readonly Remedy[] = [], raw?: string): Problem {
  return { result: "ALARM", reason, remedies, raw };
}

/** A statement for one of the ends. */
export function at(side: Side): (sql: string) => Remedy {
  return (sql) => ({ side, sql });
}

/** Statements shown for one problem; a thousand tables would have a thousand. */
const mostRemedies = 20;

/** One problem for all things of a kind; none for none. */
export function problemOf<T>(
  things: readonly T[],
  make: (names: string, remedies: readonly Remedy[]) => Problem,
  nameOf: (thing: T) => string,
  remedyOf: (thing: T) => Remedy | undefined = () => undefined,
): readonly Problem[] {
  if (things.length === 0) {
    return [];
  }
  const remedies = things.flatMap((thing) => remedyOf(thing) ?? []);
  const distinct = [...new Map(remedies.map((remedy) => [`${remedy.side} ${remedy.sql}`, remedy])).values()];
  return [make(listed(things.map(nameOf)), distinct.slice(0, mostRemedies))];
}

/** The first of the names. */
export function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const shown = distinct.slice(0, 5).join(", ");
  return distinct.length > 5 ? `${shown} … (${distinct.length})` : shown;
}
