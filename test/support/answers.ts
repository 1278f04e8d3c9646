/** Answers that the service could give, drawn from the names and types of its own models, and broken one leaf at a time. */
import { served, table } from "../../src/drs/all-operations";
import type { Operation } from "../../src/drs/operation";
import type { Random } from "./random";
import { kindOf, modelOf, serviceOperation, type Version, valuesOf } from "./service-models";

/** Reading operations that the models know. */
export const knownOperations: readonly string[] = served.filter(
  (name) => table[name].reads && serviceOperation(table[name]) !== undefined,
);
/** The statuses of the models, but for that of a deleted task. */
export const modelStatuses = (valuesOf("v3", "JobInfo", "status") ?? []).filter(
  (status) => status !== "DELETED",
);

const odd: readonly unknown[] = [
  ...[null, true, false, 0, 5, -1, 1e308, 8_640_000_000_000_001, "", "odd", "Infinity", "1e999", "-5"],
  ...[
    "9".repeat(300),
    "x".repeat(2_000),
    "<b>[x](command:y)</b>",
    "constructor",
    [],
    [null],
    {},
    { id: 1 },
    [[]],
  ],
];

/** A valid answer of an operation. Numbers and times that the service has as text are such texts. */
export function validAnswer(name: string, random: Random): Record<string, unknown> {
  const operation = served.find((one) => one === name);
  const { version, response } = (operation && serviceOperation(table[operation])) ?? {};
  return version === undefined || response === undefined ? {} : objectOf(version, response, random, 0);
}

/** A valid value of a model of v3. */
export function validModel(model: string, random: Random): Record<string, unknown> {
  return objectOf("v3", model, random, 0);
}

function objectOf(version: Version, model: string, random: Random, depth: number): Record<string, unknown> {
  const fields = modelOf(version, model)?.fields ?? {};
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, type]) =>
      // What is optional may be missing or null.
      depth > 0 && random.below(6) === 0 ? [] : [[key, drawn(version, type, key, random, depth + 1)]],
    ),
  );
}

function drawn(version: Version, type: string, key: string, random: Random, depth: number): unknown {
  const kind = kindOf(version, type);
  switch (kind.is) {
    case "list":
      return Array.from({ length: depth > 6 ? 0 : 1 + random.below(3) }, () =>
        drawn(version, kind.of, key, random, depth + 1),
      );
    case "dict": {
      const names = [["data"], ["struct", "index"], ["constructor"], []][random.below(4)] ?? [];
      return Object.fromEntries(names.map((name) => [name, drawn(version, kind.of, key, random, depth + 1)]));
    }
    case "model":
      return depth > 6 ? null : objectOf(version, kind.name, random, depth);
    case "str":
      return textOf(key, random);
    case "int":
      return random.below(100);
    case "float":
      return random.below(1_000) / 10;
    case "bool":
      return random.below(2) === 0;
    default:
      return {};
  }
}

function textOf(key: string, random: Random): string {
  if (/status/.test(key)) {
    return random.pick(["success", "failed", "", "RUNNING"]);
  }
  if (/time/.test(key)) {
    return random.pick(["1764000000000", "2026-11-24T03:00:00Z", "2026-11-24 03:00:00", "", "0"]);
  }
  return random.pick(["a", "12", "some words", "", "-1", "100%"]);
}

/** Where a leaf or a part of an answer is. */
export type LeafPath = readonly (string | number)[];

/** Replaces one leaf of an answer, in place. @returns where it was; undefined when there is none. */
export function breakOne(answer: Record<string, unknown>, random: Random): LeafPath | undefined {
  const leaves: LeafPath[] = [];
  const walk = (value: unknown, path: LeafPath) => {
    const inner: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
      ? value.map((item, index) => [index, item])
      : typeof value === "object" && value !== null
        ? Object.entries(value)
        : [];
    // The list itself is no leaf: without it the answer is none.
    if (path.length > 1 || (path.length === 1 && inner.length === 0)) {
      leaves.push(path);
    }
    for (const [key, item] of inner) {
      walk(item, [...path, key]);
    }
  };
  walk(answer, []);
  const path = leaves[random.below(Math.max(1, leaves.length))];
  const last = path?.at(-1);
  if (path === undefined || last === undefined) {
    return undefined;
  }
  let holder: unknown = answer;
  for (const key of path.slice(0, -1)) {
    holder = Reflect.get(Object(holder), String(key));
  }
  Reflect.set(Object(holder), String(last), odd[random.below(odd.length)]);
  return path;
}

/** An answer as the transport hands it over. */
export function incoming(body: unknown) {
  return { status: 200, header: () => undefined, bytes: Buffer.from(JSON.stringify(body)) };
}

/** The list of an operation's answer; empty for one that answers an object. */
export function itemsOf(
  { items = "" }: Pick<Operation, "items">,
  answer: Record<string, unknown>,
): unknown[] {
  const list = answer[items];
  return Array.isArray(list) ? list : [];
}
