/** Whether a column's type takes every value of another's without changing it. */

interface Type {
  readonly name: string;
  /** Such as length, or precision and scale. */
  readonly modifiers: readonly number[];
}

/** Reads what format_type writes: `numeric(10,2)`, `timestamp(3) without time zone`, `character varying(20)`. */
function parse(text: string): Type {
  const [, before = "", modifiers, after = ""] = /^(.*?)\(([\d,-]+)\)(.*)$/.exec(text) ?? ["", text];
  return {
    name: `${before}${after}`,
    modifiers: modifiers === undefined ? [] : modifiers.split(",").map(Number),
  };
}

const integers = ["smallint", "integer", "bigint"];
const texts = ["character varying", "text"];
/** The greatest number of decimal digits. */
const digits: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };

/**
 * Whether the target's type takes all values of the source's as they are.
 *
 * @param from and `to` as `format_type` writes them.
 * @param base of a domain at the source: the type below it.
 */
export function holds(from: string, to: string, base: string | null): boolean {
  return from === to || isWider(parse(from), parse(to)) || (base !== null && holds(base, to, null));
}

function isWider(from: Type, to: Type): boolean {
  if (integers.includes(from.name)) {
    const own = digits[from.name] ?? 0;
    return (
      (integers.includes(to.name) && integers.indexOf(to.name) >= integers.indexOf(from.name)) ||
      (to.name === "numeric" && fitsNumeric(own, 0, to)) ||
      (to.name === "double precision" && from.name !== "bigint")
    );
  }
  if (from.name === "numeric" && to.name === "numeric") {
    const [precision, scale = 0] = from.modifiers;
    return (
      to.modifiers.length === 0 || (precision !== undefined && fitsNumeric(precision - scale, scale, to))
    );
  }
  if (from.name === "real") {
    return to.name === "double precision";
  }
  if (texts.includes(from.name) && texts.includes(to.name)) {
    return atLeast(from, to);
  }
  if (from.name === to.name && /^(bit varying|interval|time|timestamp) ?/.test(from.name)) {
    return atLeast(from, to);
  }
  return false;
}

/** Whether a numeric type has room for so many digits before and after the point. */
function fitsNumeric(before: number, after: number, { modifiers: [precision, scale = 0] }: Type): boolean {
  return precision === undefined || (scale >= after && precision - scale >= before);
}

/** Whether the only modifier is not smaller; none is the largest. */
function atLeast({ modifiers: [from] }: Type, { modifiers: [to] }: Type): boolean {
  return to === undefined || (from !== undefined && to >= from);
}
