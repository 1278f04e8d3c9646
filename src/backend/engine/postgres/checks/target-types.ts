/** Whether types that the target has already are those of the source. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { message } from "../../../messages";
import type { Remedy } from "../../remedy";
import type { Side } from "../../side";
import type { Row } from "../databases";
import { alarm, at, type Check, failed, type Problem, problemOf } from "./check";

interface UserType extends Row {
  readonly schema: string;
  readonly name: string;
  /** `typtype`. */
  readonly kind: string;
  /** Of an enumeration, in their order. */
  readonly labels: readonly string[];
  /** Of a composite type, in their order; with their types. */
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
  readonly base: string | null;
  readonly not_null: boolean;
  readonly checks: readonly { readonly name: string; readonly definition: string }[];
  readonly collation: string | null;
}

/** The parts of a type `t`. */
const shapeSql = `
  n.nspname::text AS schema, t.typname::text AS name, t.typtype::text AS kind,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
  coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                            ORDER BY a.attnum)
            FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0
              AND NOT a.attisdropped), '[]') AS attributes,
  CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base, t.typnotnull AS not_null,
  coalesce((SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
                            ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '[]') AS checks,
  CASE WHEN t.typcollation NOT IN (0, 100) THEN t.typcollation::regcollation::text END AS collation`;

// Types of the tables' columns and those that they are made of; types of extensions and row types of tables apart.
const sourceSql = `
  WITH RECURSIVE used (oid) AS (
    SELECT atttypid FROM pg_attribute
    WHERE attrelid::int8::float8 = ANY ($1::float8[]) AND attnum > 0 AND NOT attisdropped
    UNION
    SELECT below.oid FROM used JOIN pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (
      SELECT t.typelem AS oid WHERE t.typelem <> 0
      UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
      UNION ALL SELECT a.atttypid FROM pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) below)
  SELECT ${shapeSql}
  FROM used JOIN pg_type t ON t.oid = used.oid JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND (t.typtype IN ('e', 'd')
         OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_class c WHERE c.oid = t.typrelid) = 'c')
    AND NOT EXISTS (SELECT 1 FROM pg_depend x
                    WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
  ORDER BY 1, 2`;

const targetSql = `
  SELECT ${shapeSql}
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN unnest($1::text[], $2::text[]) w (schema, name) ON w.schema = n.nspname AND w.name = t.typname`;

export const targetTypes: Check = {
  ...{ item: "target_types", group: "objects", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ source, target }) => {
    const oids = (await source.tables()).map(({ oid }) => oid);
    const types = await comparedTypes(
      { source: source.ask.bind(source), target: target.ask.bind(target) },
      oids,
    );
    return types.flatMap(({ problems }) => problems);
  },
};

type Ask = <R extends Row>(sql: string, values: readonly unknown[]) => Promise<readonly R[]>;

/** The types that columns of the source's tables have and the target has, too, each with what differs. */
export async function comparedTypes(
  { source, target }: Readonly<Record<Side, Ask>>,
  oids: readonly number[],
): Promise<readonly { readonly type: string; readonly problems: readonly Problem[] }[]> {
  const types = await source<UserType>(sourceSql, [oids]);
  const found =
    types.length === 0
      ? []
      : await target<UserType>(targetSql, [types.map(({ schema }) => schema), types.map(({ name }) => name)]);
  const there = new Map(found.map((type) => [typeName(type), type]));
  return types.flatMap((type) => {
    const other = there.get(typeName(type));
    return other === undefined
      ? []
      : [{ type: `${type.schema}.${type.name}`, problems: differencesOf(type, other) }];
  });
}

function typeName({ schema, name }: Pick<UserType, "schema" | "name">): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** Problems of the target's type with values of the source's. */
function differencesOf(from: UserType, to: UserType): readonly Problem[] {
  const type = `${from.schema}.${from.name}`;
  if (from.kind !== to.kind) {
    return [failed(message("typeKind", { type }))];
  }
  const differs = (what: string, remedies: readonly Remedy[], result = failed) =>
    what === "" ? [] : [result(message("targetTypeDiffers", { type, what }), remedies)];
  const alter = (what: string) => at("target")(`ALTER TYPE ${typeName(from)} ${what}`);
  const change = (what: string) => at("target")(`ALTER DOMAIN ${typeName(from)} ${what}`);
  switch (from.kind) {
    case "e": {
      const missing = from.labels.filter((label) => !to.labels.includes(label));
      const shared = to.labels.filter((label) => from.labels.includes(label));
      const order = from.labels.filter((label) => to.labels.includes(label));
      return [
        ...differs(
          missing.map((label) => `'${label}'`).join(", "),
          missing.map((label) =>
            alter(`ADD VALUE ${escapeLiteral(label)}${placeOf(label, from.labels, to.labels)}`),
          ),
        ),
        ...(shared.join("\n") === order.join("\n")
          ? []
          : [alarm(message("typeOrder", { type, order: order.join(", ") }))]),
      ];
    }
    case "c": {
      const same = JSON.stringify(from.attributes) === JSON.stringify(to.attributes);
      const missing = from.attributes.filter(({ name }) => !to.attributes.some((one) => one.name === name));
      const extra = to.attributes.filter(({ name }) => !from.attributes.some((one) => one.name === name));
      const changed = from.attributes.filter((attribute) =>
        to.attributes.some((one) => one.name === attribute.name && one.type !== attribute.type),
      );
      const list = (attributes: UserType["attributes"]) =>
        `(${attributes.map(({ name, type }) => `${name} ${type}`).join(", ")})`;
      return same
        ? []
        : differs(`${list(from.attributes)} → ${list(to.attributes)}`, [
            ...missing.map(({ name, type }) =>
              alter(`ADD ATTRIBUTE ${escapeIdentifier(name)} ${type} CASCADE`),
            ),
            ...extra.map(({ name }) => alter(`DROP ATTRIBUTE ${escapeIdentifier(name)} CASCADE`)),
            ...changed.map(({ name, type }) =>
              alter(`ALTER ATTRIBUTE ${escapeIdentifier(name)} TYPE ${type} CASCADE`),
            ),
          ]);
    }
    default: {
      const own = new Set(from.checks.map(({ definition }) => definition));
      const stricter = to.checks.filter(({ definition }) => !own.has(definition));
      return [
        ...(from.base === to.base
          ? []
          : [failed(message("targetTypeDiffers", { type, what: `${from.base} → ${to.base}` }))]),
        ...problemOf(
          stricter,
          (what, remedies) => failed(message("typeStricter", { type, what }), remedies),
          ({ definition }) => definition,
          ({ name }) => change(`DROP CONSTRAINT ${escapeIdentifier(name)}`),
        ),
        ...(to.not_null && !from.not_null
          ? [failed(message("typeStricter", { type, what: "NOT NULL" }), [change("DROP NOT NULL")])]
          : []),
        ...(from.collation === to.collation
          ? []
          : differs(`COLLATE ${from.collation ?? '"default"'} → ${to.collation ?? '"default"'}`, [], alarm)),
      ];
    }
  }
}

/** After the label before it at the source, which is there or is added first; else before the next that is there. */
function placeOf(label: string, labels: readonly string[], there: readonly string[]): string {
  const place = labels.indexOf(label);
  const before = labels[place - 1];
  const after = labels.slice(place + 1).find((next) => there.includes(next));
  return before !== undefined
    ? ` AFTER ${escapeLiteral(before)}`
    : after !== undefined
      ? ` BEFORE ${escapeLiteral(after)}`
      : "";
}
