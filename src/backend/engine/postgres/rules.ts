/**
 * The rules of tables for rows, and the columns by which rows are found. A target that rejects a row that its source
 * permits stops its task there.
 */
import type { EndLogin } from "../database-login";
import type { Side } from "../side";
import { plainName, type TableName } from "../table-name";
import type { Row } from "./databases";
import type { Asked } from "./per-table";
import type { MemberFacts } from "./stream-facts";

/** Of a table or a partition. */
interface Rule extends Row {
  readonly oid: number;
  /** `column`: it is there, and `required` says that NULL is rejected; `key`: by which columns rows are found. */
  readonly kind: "column" | "check" | "unique" | "exclude" | "key";
  readonly name: string;
  readonly required: boolean;
  /** Of an index; null where expressions or only some rows count. Of a key null: there is none, or it is all columns. */
  readonly columns: readonly string[] | null;
  /** Of a check, where it is asked for: PostgreSQL locks the table to write it. */
  readonly definition: string | null;
}

/** How a table of the target differs from its source in what it takes. */
export interface Strictness {
  /** Rules that reject rows of the source, as PostgreSQL writes them. */
  readonly rules: readonly string[];
  /** Columns by which rows are found, where the source does not send them all. */
  readonly keys: { readonly sent: string; readonly needed: string } | undefined;
}

/** A table as both ends have it: the target's with its partitions. */
export interface RuledTable {
  readonly name: TableName;
  readonly source: number;
  readonly target: readonly Pick<MemberFacts, "oid" | "name">[];
}

const indexColumns = `(
  SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts)`;

// As check_relation_updatable finds the key at the target; the source sends that of its replica identity.
const rulesSql = `
  SELECT a.attrelid::int8::float8 AS oid, 'column' AS kind, a.attname::text AS name,
         a.attnotnull AND a.attgenerated = '' AS required, NULL::text[] AS columns, NULL AS definition
  FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT k.conrelid::int8::float8, 'check', k.conname::text, true, NULL, CASE WHEN $3 THEN pg_get_constraintdef(k.oid) END FROM pg_constraint k
  WHERE k.conrelid = ANY ($1::oid[]) AND k.contype = 'c' AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'
  UNION ALL
  SELECT i.indrelid::int8::float8, CASE WHEN i.indisunique THEN 'unique' ELSE 'exclude' END, c.relname::text, true,
         CASE WHEN i.indpred IS NULL AND i.indexprs IS NULL AND coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'false'
              THEN ${indexColumns} END, NULL
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = ANY ($1::oid[]) AND (i.indisunique OR i.indisexclusion) AND i.indislive
  UNION ALL
  SELECT c.oid::int8::float8, 'key', '', true, CASE WHEN $2 OR c.relreplident IN ('d', 'i') THEN ${indexColumns} END, NULL
  FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indislive AND i.indisunique
    AND CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END
  WHERE c.oid = ANY ($1::oid[])`;

/**
 * Compares the rules of tables at both ends, by `schema.table`.
 *
 * @param defined whether checks of other names may be the same.
 * @throws EngineError
 */
export async function strictnessOf(
  asked: Readonly<Record<Side, Asked>>,
  ends: Readonly<Record<Side, EndLogin>>,
  tables: readonly RuledTable[],
  defined: boolean,
): Promise<ReadonlyMap<string, Strictness>> {
  const rulesOf = async (side: Side, oids: readonly number[]) => {
    const rules = await asked[side].query<Rule>(ends[side], rulesSql, [oids, side === "target", defined]);
    const byTable = new Map<number, Rule[]>();
    for (const rule of rules) {
      byTable.set(rule.oid, [...(byTable.get(rule.oid) ?? []), rule]);
    }
    return byTable;
  };
  const [atSource, atTarget] = await Promise.all([
    rulesOf(
      "source",
      tables.map(({ source }) => source),
    ),
    rulesOf(
      "target",
      tables.flatMap(({ target }) => target.map(({ oid }) => oid)),
    ),
  ]);
  return new Map(
    tables.map(({ name, source, target }) => {
      const permitted = atSource.get(source) ?? [];
      const parts = target.map((part) => ({ part, rules: atTarget.get(part.oid) ?? [] }));
      const rules = parts.flatMap(({ part, rules: own }) =>
        own
          .filter((rule) => isStricter(rule, permitted))
          .map((rule) => `${inWords(rule)}${part === target[0] ? "" : ` (${part.name})`}`),
      );
      const keys = parts.flatMap(({ rules: own }) => differingKeys(permitted, own) ?? []);
      return [plainName(name), { rules, keys: keys[0] }] as const;
    }),
  );
}

function isStricter(rule: Rule, permitted: readonly Rule[]): boolean {
  const alike = permitted.filter(({ kind }) => kind === rule.kind);
  const named = alike.find(({ name }) => name === rule.name);
  const { columns } = rule;
  switch (rule.kind) {
    case "key":
      return false;
    case "column":
      // A column that the source lacks gets its default.
      return rule.required && named?.required === false;
    case "unique":
      // Rows that differ in some columns differ in more of them, too.
      return columns === null
        ? named === undefined
        : !alike.some((one) => one.columns?.every((column) => columns.includes(column)) === true);
    case "check":
      return !alike.some(
        ({ name, definition }) =>
          name === rule.name || (definition !== null && definition === rule.definition),
      );
    case "exclude":
      return named === undefined;
  }
}

function inWords({ kind, name, columns }: Rule): string {
  const what = kind === "column" ? "NOT NULL" : kind.toUpperCase();
  return columns === null ? `${what} ${name}` : `${what} ${name} (${columns.join(", ")})`;
}

function differingKeys(source: readonly Rule[], target: readonly Rule[]): Strictness["keys"] {
  const [sent, needed] = [source, target].map((rules) => rules.find(({ kind }) => kind === "key")?.columns);
  return sent == null || needed == null || needed.every((column) => sent.includes(column))
    ? undefined
    : { sent: sent.join(", "), needed: needed.join(", ") };
}
