/** Makes what a service really sends fit its schema: only the leaf that is odd is touched. */
import * as v from "valibot";

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
  const asItIs = v.safeParse(schema, value);
  if (asItIs.success) {
    return { output: asItIs.output };
  }
  // Mended in place: the paths of issues lead through the copy itself.
  const copy: unknown = structuredClone(value);
  let result = v.safeParse(schema, copy);
  for (let round = 0; round < rounds && !result.success; round++) {
    const removed: Place[] = [];
    for (const issue of result.issues) {
      const removal = mend(issue, report);
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

/** A field or an item, by what it is in. */
interface Place {
  readonly from: object;
  readonly key: unknown;
}

/** Mends one leaf in place. @returns what is to be removed for it. */
function mend(issue: v.BaseIssue<unknown>, report: (what: string) => void): readonly Place[] | "everything" {
  const leaf = placeIn(issue, -1);
  if (leaf === undefined) {
    report(issueText(issue));
    return "everything";
  }
  if (!Object.hasOwn(leaf.from, String(leaf.key))) {
    // What cannot be without it goes, too.
    const holder = placeIn(issue, -2);
    report(`${issueText(issue)}, left out with what holds it`);
    return holder === undefined ? "everything" : [holder];
  }
  const fitting = coerced(issue.input, issue.expected);
  if (fitting === undefined) {
    report(`${issueText(issue)}, left out`);
    return [leaf];
  }
  report(`${issueText(issue)}, taken as ${issue.expected}`);
  Reflect.set(leaf.from, String(leaf.key), fitting);
  return [];
}

/** A step of an issue's path; undefined where the path is shorter. */
function placeIn({ path }: v.BaseIssue<unknown>, step: -1 | -2): Place | undefined {
  const { input, key } = path?.at(step) ?? {};
  return typeof input === "object" && input !== null ? { from: input, key } : undefined;
}

/** List items last to first, so that their numbers hold. */
function remove(removals: readonly Place[]): void {
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
