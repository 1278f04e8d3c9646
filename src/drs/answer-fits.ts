/** A quick look whether an answer is just as its schema has it, which most are: then nothing is copied or repaired. */
import type * as v from "valibot";

type Check = (value: unknown) => boolean;

/** What a schema knows of itself, as far as it matters here; valibot's own fields. */
interface Facts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Facts>>;
  readonly item?: Facts;
  readonly wrapped?: Facts;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
  readonly pipe?: readonly unknown[];
}

const known = new WeakMap<object, Check>();

/** Whether a value fits as it is. False where that cannot be decided quickly; such values are parsed. */
export function fitsAsItIs(schema: v.GenericSchema, value: unknown): boolean {
  // valibot types each kind of schema on its own; what is read here, all of them have or lack.
  return checkOf(schema as unknown as Facts)(value);
}

function checkOf(schema: Facts): Check {
  const check = known.get(schema) ?? made(schema);
  known.set(schema, check);
  return check;
}

function made(schema: Facts): Check {
  const { type, entries, item, wrapped, options, pipe } = schema;
  if (pipe !== undefined || schema.default !== undefined) {
    return () => false;
  }
  switch (type) {
    case "string":
    case "boolean":
      return (value) => typeof value === type;
    case "number":
      return (value) => typeof value === "number" && !Number.isNaN(value);
    case "nullish":
    case "optional":
    case "nullable": {
      const inner: Check = wrapped === undefined ? () => false : checkOf(wrapped);
      const mayBe: readonly unknown[] =
        type === "nullish" ? [undefined, null] : type === "optional" ? [undefined] : [null];
      return (value) => (value == null ? mayBe.includes(value) : inner(value));
    }
    case "picklist":
      return (value) => options?.includes(value) === true;
    case "array": {
      const inner: Check = item === undefined ? () => false : checkOf(item);
      return (value) => Array.isArray(value) && value.every(inner);
    }
    case "loose_object": {
      const fields = Object.entries(entries ?? {}).map(([key, field]) => ({ key, check: checkOf(field) }));
      return (value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value) || hasOddKeys(value)) {
          return false;
        }
        for (const { key, check } of fields) {
          if (!check(Reflect.get(value, key))) {
            return false;
          }
        }
        return true;
      };
    }
    default:
      return () => false;
  }
}

/** Keys that valibot leaves out. */
function hasOddKeys(value: object): boolean {
  return ["__proto__", "constructor", "prototype"].some((key) => Object.hasOwn(value, key));
}
