/** Makes what a service really sends fit its schema: only the leaf that is odd is touched. */
import * as v from "valibot";

type Path = readonly [Step, ...Step[]];
interface Step {
  readonly key: unknown;
}

/** Repairs nest no deeper than answers do. */
const rounds = 32;

/**
 * The value as its schema has it. A number where a text belongs becomes a text, digits become a number; any other leaf
 * of a wrong type is left out, and what cannot be without it goes with it.
 *
 * @param report receives a line about each leaf that did not fit: where (without the numbers of list items), what was
 * expected and what kind of value came. The value itself is never in it.
 * @returns undefined when nothing usable is left.
 */
export function repaired<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  report: (what: string) => void,
): { readonly output: v.InferOutput<S> } | undefined {
  let result = v.safeParse(schema, value);
  if (result.success) {
    return { output: result.output };
  }
  const copy: unknown = structuredClone(value);
  for (let round = 0; round < rounds && !result.success; round++) {
    const removed: Removal[] = [];
    for (const issue of result.issues) {
      const path = pathOf(issue);
      if (path === undefined) {
        report(issueText(issue));
        return undefined;
      }
      const removal = mend(copy, path, issue, report);
      if (removal === "everything") {
        return undefined;
      }
      removed.push(...removal);
    }
    remove(removed);
    result = v.safeParse(schema, copy);
  }
  return result.success ? { output: result.output } : undefined;
}

/** What does not fit, without the value, which may be a secret. */
function issueText(issue: v.BaseIssue<unknown>): string {
  return `${placeOf(issue)}: expected ${issue.expected ?? "another value"}, received ${kindOf(issue.input)}`;
}

interface Removal {
  readonly from: object;
  readonly key: unknown;
}

/** Mends one leaf in place. @returns what is to be removed for it. */
function mend(
  root: unknown,
  path: Path,
  issue: v.BaseIssue<unknown>,
  report: (what: string) => void,
): readonly Removal[] | "everything" {
  const parents = parentsOf(root, path);
  const [holder, last] = [parents.at(-1), path.at(-1)];
  if (holder === undefined || last === undefined) {
    return [];
  }
  if (!Object.hasOwn(holder, String(last.key))) {
    // What cannot be without it goes, too.
    const above = parents.at(-2);
    report(`${issueText(issue)}, left out with what holds it`);
    return above === undefined ? "everything" : [{ from: above, key: path.at(-2)?.key }];
  }
  const fitting = coerced(issue.input, issue.expected);
  if (fitting === undefined) {
    report(`${issueText(issue)}, left out`);
    return [{ from: holder, key: last.key }];
  }
  report(`${issueText(issue)}, taken as ${issue.expected}`);
  Reflect.set(holder, String(last.key), fitting);
  return [];
}

/** The objects on the way to a leaf, the outermost first; none when the way was repaired meanwhile. */
function parentsOf(root: unknown, path: Path): readonly object[] {
  const parents: object[] = [];
  let at = root;
  for (const { key } of path) {
    if (typeof at !== "object" || at === null) {
      return [];
    }
    parents.push(at);
    at = Reflect.get(at, String(key));
  }
  return parents;
}

/** List items last to first, so that their numbers hold. */
function remove(removals: readonly Removal[]): void {
  const keys = new Map<object, Set<unknown>>();
  for (const { from, key } of removals) {
    keys.set(from, (keys.get(from) ?? new Set()).add(key));
  }
  for (const [from, gone] of keys) {
    if (Array.isArray(from)) {
      from.splice(0, from.length, ...from.filter((_, index) => !gone.has(index)));
    } else {
      for (const key of gone) {
        Reflect.deleteProperty(from, String(key));
      }
    }
  }
}

function coerced(value: unknown, expected: string | null): string | number | boolean | undefined {
  switch (expected) {
    case "string":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
    case "number":
      return typeof value === "string" && /^\s*-?\d{1,15}(\.\d{1,15})?\s*$/.test(value)
        ? Number(value)
        : undefined;
    case "boolean":
      return typeof value === "string" && /^(true|false)$/i.test(value) ? /^t/i.test(value) : undefined;
    default:
      return undefined;
  }
}

function pathOf({ path }: v.BaseIssue<unknown>): Path | undefined {
  const [first, ...rest] = path ?? [];
  return first === undefined ? undefined : [first, ...rest];
}

/** `jobs[].children[].id` */
function placeOf(issue: v.BaseIssue<unknown>): string {
  const steps = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? "[]" : `.${String(key)}`));
  return steps.join("").replace(/^\./, "") || "body";
}

function kindOf(value: unknown): string {
  return value === undefined
    ? "nothing"
    : value === null
      ? "null"
      : Array.isArray(value)
        ? "list"
        : typeof value;
}
