/** Whether the application at the source can still write once its tables are published, and the target can follow. */
import { message } from "../../../messages";
import { plainName } from "../../table-name";
import { qualified } from "../names";
import type { Column, Relation } from "../relations";
import { alarm, at, type Check, failed, type Problem, problemOf } from "./check";
import type { Facts } from "./context";

const nameOf = ({ part_schema, part_table }: Relation) =>
  plainName({ schema: part_schema, table: part_table });
const alter = (relation: Relation, what: string) =>
  at("source")(
    `ALTER TABLE ${qualified({ schema: relation.part_schema, table: relation.part_table })} ${what}`,
  );
const full = (relation: Relation) => alter(relation, "REPLICA IDENTITY FULL");
const byDefault = (relation: Relation) => alter(relation, "REPLICA IDENTITY DEFAULT");
/** Back to the primary key where there is one. */
const repaired = (relation: Relation) =>
  relation.primary_key === "usable" ? byDefault(relation) : full(relation);

/** Generated columns that rows of the relation would be identified by. */
export function generatedIdentity({ replident, identity, columns }: Relation): readonly string[] {
  const generated = columns.filter((column) => column.generated !== "").map(({ name }) => name);
  return replident === "f" ? generated : generated.filter((name) => identity?.includes(name) === true);
}

/** Why PostgreSQL refuses UPDATE and DELETE of a published relation; undefined when it does not. */
export type Refusal = "nothing" | "deferrable" | "lostIndex" | "noKey" | "generated";

/**
 * As CheckCmdReplicaIdentity decides it, for a publication of all operations and of no generated columns.
 *
 * @param version of the source.
 */
export function refusalOf(relation: Relation, version: number): Refusal | undefined {
  if (!relation.is_leaf) {
    return undefined;
  }
  if (version >= 18 && generatedIdentity(relation).length > 0) {
    return "generated";
  }
  if (relation.replident === "f" || relation.identity !== null) {
    return undefined;
  }
  switch (relation.replident) {
    case "n":
      return "nothing";
    case "i":
      return "lostIndex";
    case "d":
      return relation.primary_key === "deferrable" ? "deferrable" : "noKey";
  }
}

const refusals: Readonly<Record<Refusal, Parameters<typeof message>[0]>> = {
  nothing: "identityNothing",
  deferrable: "identityDeferrable",
  lostIndex: "identityLostIndex",
  noKey: "noPrimaryKey",
  generated: "identityGenerated",
};

export const primaryKeys: Check = {
  ...{ item: "source_primary_keys", group: "objects", ends: ["source"], ifUnknown: "FAILED" },
  evaluate: async ({ source }) => {
    const { version } = await source.server();
    const relations = await source.parts();
    const refused = relations.map((relation) => ({ relation, refusal: refusalOf(relation, version) }));
    const kinds = Object.keys(refusals) as readonly Refusal[];
    return [
      ...kinds.flatMap((kind) =>
        problemOf(
          refused.filter(({ refusal }) => refusal === kind).map(({ relation }) => relation),
          (table, remedies) => failed(message(refusals[kind], { table }), remedies),
          nameOf,
          kind === "generated" ? byDefault : repaired,
        ),
      ),
      ...unfollowable(relations, version),
      ...(await withoutEquality(source, relations)),
    ];
  },
};

/** Rows that can be changed, but not found at the target. */
function unfollowable(relations: readonly Relation[], version: number): readonly Problem[] {
  const roots = relations.filter(({ is_root, kind }) => is_root && kind === "p");
  const rootOf = new Map(roots.map((root) => [qualified(root), root]));
  const accepted = relations.filter(
    (relation) => relation.is_leaf && refusalOf(relation, version) === undefined,
  );
  return [
    // The target receives the identity of the table that is published, not of the partition.
    ...problemOf(
      roots.filter(({ replident, identity }) => replident !== "f" && identity === null),
      (table, remedies) => failed(message("identityOfRoot", { table }), remedies),
      nameOf,
      repaired,
    ),
    // It learns that rows come whole, and searches for what comes by the key only.
    ...problemOf(
      accepted.filter((leaf) => {
        const root = leaf.is_root ? undefined : rootOf.get(qualified(leaf));
        return root?.replident === "f" && root.key === null && leaf.replident !== "f";
      }),
      (table, remedies) => failed(message("identityOfPartition", { table }), remedies),
      nameOf,
      full,
    ),
    ...(version < 18
      ? problemOf(
          accepted.filter((relation) => relation.replident !== "f" && generatedIdentity(relation).length > 0),
          (table, remedies) => failed(message("identityGeneratedKey", { table }), remedies),
          nameOf,
          full,
        )
      : []),
  ];
}

// Columns of the relations whose type has no equality: json, xml, point and what is made of them (lookup_type_cache).
const unequalSql = `
  WITH RECURSIVE parts (relation, attribute, type) AS (
    SELECT a.attrelid, a.attname::text, a.atttypid FROM pg_attribute a
    WHERE a.attrelid::int8::float8 = ANY ($1::float8[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    UNION
    SELECT p.relation, p.attribute, below.type FROM parts p JOIN pg_type t ON t.oid = p.type
    CROSS JOIN LATERAL (
      SELECT t.typbasetype AS type WHERE t.typtype = 'd'
      UNION ALL SELECT t.typelem WHERE t.typelem <> 0 AND t.typcategory = 'A'
      UNION ALL SELECT a.atttypid FROM pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) below)
  SELECT DISTINCT p.relation::int8::float8 AS oid, p.attribute AS "column"
  FROM parts p JOIN pg_type t ON t.oid = p.type
  WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND NOT EXISTS (
    SELECT 1 FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname IN ('btree', 'hash')
    WHERE o.opcdefault AND (o.opcintype = t.oid OR EXISTS (
      SELECT 1 FROM pg_cast c WHERE c.castsource = t.oid AND c.casttarget = o.opcintype AND c.castmethod = 'b'
        AND c.castcontext = 'i')))
  ORDER BY 1, 2`;

/** A row that is identified by all columns is searched for with `=`, unless the target has a key. */
async function withoutEquality(source: Facts, relations: readonly Relation[]): Promise<readonly Problem[]> {
  const whole = relations.filter(
    ({ is_root, replident, key }) => is_root && replident === "f" && key === null,
  );
  const rows =
    whole.length === 0
      ? []
      : await source.ask<{ oid: number; column: Column["name"] }>(unequalSql, [whole.map(({ oid }) => oid)]);
  return problemOf(
    whole.filter(({ oid }) => rows.some((row) => row.oid === oid)),
    (table, remedies) => alarm(message("identityUnequal", { table }), remedies),
    (relation) => {
      const columns = rows.filter(({ oid }) => oid === relation.oid).map(({ column }) => column);
      return `${nameOf(relation)} (${columns.join(", ")})`;
    },
    (relation) => alter(relation, "ADD COLUMN drs_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
  );
}
