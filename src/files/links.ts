/** The service's links as they concern a task file. */
import type { Link } from "../tasks/use-cases/links";
import { endTypes, usualEngine } from "./engines";
import { type TaskFile, taskTypes } from "./model";

/** A field that no link of the service fits, with what the fields before it leave possible. */
export interface LinkObjection {
  readonly field: "engine" | "direction" | "network" | "type";
  readonly value: string;
  readonly possible: readonly string[];
}

/** The engines of the links, as `engine` names them. */
export function enginesOf(links: readonly Link[]): readonly string[] {
  return [...new Set(links.flatMap(({ engine_type }) => engine_type || []))].toSorted();
}

/** Links name the engine of both ends in either way. */
function isSameEngine(one: string | null | undefined, other: string): boolean {
  return endTypes(one ?? "").join() === endTypes(other).join();
}

/** The first field of a file for which the service has no link; undefined: it has one. */
export function linkObjection(file: TaskFile, links: readonly Link[]): LinkObjection | undefined {
  const { engine = usualEngine, direction = "non-dbs", network = "eip", type } = file;
  const modes = Object.fromEntries(Object.entries(taskTypes).map(([name, mode]) => [mode, name]));
  const steps: readonly (readonly [LinkObjection["field"], string, (link: Link) => readonly string[]])[] = [
    ["engine", engine, ({ engine_type }) => (engine_type ? [engine_type] : [])],
    ["direction", direction, ({ job_direction }) => (job_direction ? [job_direction] : [])],
    ["network", network, ({ net_type }) => (net_type ? [net_type] : [])],
    ["type", type, ({ task_modes }) => (task_modes ?? []).flatMap((mode) => modes[mode] ?? [])],
  ];
  let left = links;
  for (const [field, value, valuesOf] of steps) {
    const fits = (one: string) => (field === "engine" ? isSameEngine(one, value) : one === value);
    const fitting = left.filter((link) => valuesOf(link).some(fits));
    if (fitting.length === 0) {
      return { field, value, possible: [...new Set(left.flatMap(valuesOf))].toSorted() };
    }
    left = fitting;
  }
  return undefined;
}
