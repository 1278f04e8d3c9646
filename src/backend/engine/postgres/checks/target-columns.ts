/** Whether existing tables of the target take the source's rows. */
import { escapeIdentifier } from "pg";
import { message } from "../../../messages";
import { plainName } from "../../table-name";
import { qualified } from "../names";
import type { Column, Relation } from "../relations";
import { strictnessOf } from "../rules";
import { alarm, at, type Check, failed, type Problem, problemOf } from "./check";
import { holds } from "./column-types";
import type { CheckContext, Facts } from "./context";
import { generatedIdentity } from "./identity";

interface Pair {
  readonly from: Relation;
  readonly to: Relation;
}

/** The task's tables that are at both ends. */
async function pairs(source: Facts, target: Facts): Promise<readonly Pair[]> {
  const there = new Map((await target.tables()).map((table) => [qualified(table), table]));
  return (await source.tables()).flatMap((from) => {
    const to = there.get(qualified(from));
    return to === undefined ? [] : [{ from, to }];
  });
}

interface Misfit extends Pair {
  readonly column: Column;
  /** The column of the other end. */
  readonly other?: Column | undefined;
}

const columnName = ({ to, column }: Misfit) => `${plainName(to)}.${column.name}`;
const alter = (table: Relation, what: string) => at("target")(`ALTER TABLE ${qualified(table)} ${what}`);
const published = ({ columns }: Relation) => columns.filter(({ generated }) => generated === "");

export const targetColumns: Check = {
  ...{ item: "target_columns", group: "objects", ends: ["source", "target"], ifUnknown: "FAILED" },
  evaluate: async ({ task, source, target }) => {
    const both = await pairs(source, target);
    const matched = both.flatMap((pair) =>
      published(pair.from).map((column) => ({
        ...pair,
        column,
        other: pair.to.columns.find(({ name }) => name === column.name),
      })),
    );
    const extra = both.flatMap((pair) =>
      published(pair.to)
        .filter(({ name }) => !published(pair.from).some((column) => column.name === name))
        .map((column): Misfit => ({ ...pair, column })),
    );
    const present = matched.flatMap((misfit) =>
      misfit.other === undefined ? [] : [{ ...misfit, other: misfit.other }],
    );
    return [
      ...problemOf(
        matched.filter(({ other }) => other === undefined),
        (column, remedies) => failed(message("targetLacksColumns", { column }), remedies),
        columnName,
        ({ to, column }) => alter(to, `ADD COLUMN ${escapeIdentifier(column.name)} ${column.type}`),
      ),
      ...problemOf(
        present.filter(({ other }) => other.generated !== ""),
        (column, remedies) => failed(message("targetGenerates", { column }), remedies),
        columnName,
        ({ to, column, other }) =>
          other.generated === "s"
            ? alter(to, `ALTER COLUMN ${escapeIdentifier(column.name)} DROP EXPRESSION`)
            : undefined,
      ),
      ...problemOf(
        present.filter(
          ({ column, other }) => other.generated === "" && !holds(column.type, other.type, column.base),
        ),
        (column, remedies) => failed(message("targetType", { column }), remedies),
        ({ column, other, ...pair }) => `${columnName({ ...pair, column })} (${column.type} → ${other.type})`,
        ({ to, column }) => alter(to, `ALTER COLUMN ${escapeIdentifier(column.name)} TYPE ${column.type}`),
      ),
      ...problemOf(
        extra.filter(({ column }) => column.notNull && !column.hasDefault),
        (column, remedies) => failed(message("targetNeedsColumn", { column }), remedies),
        columnName,
        dropNotNull,
      ),
      ...problemOf(
        present.filter(({ column, other }) => other.notNull && !column.notNull),
        (column, remedies) => alarm(message("targetNotNull", { column }), remedies),
        columnName,
        dropNotNull,
      ),
      ...keyProblems(both, await target.parts()),
      ...problemOf(
        await stricterRules({ task, source, target }, both),
        (table) => alarm(message("targetStricterRules", { table })),
        (rule) => rule,
      ),
    ];
  },
};

/** Checks, unique indexes and exclusion constraints of the target that the source has not. */
async function stricterRules(
  { task, source, target }: CheckContext,
  both: readonly Pair[],
): Promise<readonly string[]> {
  const parts = await target.parts();
  const tables = both.map(({ from, to }) => ({
    ...{ name: from, source: from.oid },
    target: parts
      .filter((part) => qualified(part) === qualified(to))
      .map(({ oid, part_schema, part_table }) => ({
        oid,
        name: plainName({ schema: part_schema, table: part_table }),
      })),
  }));
  const found = await strictnessOf({ source: source.asked, target: target.asked }, task, tables, true);
  return [...found].flatMap(([table, { rules }]) =>
    rules.filter((rule) => !rule.startsWith("NOT NULL ")).map((rule) => `${table} ${rule}`),
  );
}

function dropNotNull({ to, column }: Misfit) {
  return alter(to, `ALTER COLUMN ${escapeIdentifier(column.name)} DROP NOT NULL`);
}

/** Columns by which the source says which row it means; undefined: all of them. */
function sentKey(from: Relation): readonly string[] | undefined {
  return from.replident === "f" ? undefined : (from.identity ?? []);
}

const columnList = (columns: readonly string[]) => columns.map(escapeIdentifier).join(", ");

/** As check_relation_updatable decides it, for the table and its partitions. */
function keyProblems(both: readonly Pair[], relations: readonly Relation[]): readonly Problem[] {
  const parts = both.flatMap(({ from, to }) =>
    relations
      .filter((part) => qualified(part) === qualified(to))
      .map((part) => ({ from, to: part, sent: sentKey(from) })),
  );
  const nameOf = ({ to }: Pair) => plainName({ schema: to.part_schema, table: to.part_table });
  const add = ({ from, to }: Pair) => {
    const name = qualified({ schema: to.part_schema, table: to.part_table });
    return from.identity === null || from.identity.length === 0
      ? undefined
      : at("target")(`ALTER TABLE ${name} ADD PRIMARY KEY (${columnList(from.identity)})`);
  };
  return [
    ...problemOf(
      parts.filter(({ to, sent }) => to.key === null && sent !== undefined && to.is_root),
      (table, remedies) => failed(message("targetNoKey", { table }), remedies),
      nameOf,
      (pair) => replicaIdentity(pair) ?? add(pair),
    ),
    ...problemOf(
      parts.filter(({ from, to, sent }) => {
        const known = new Set(sent ?? published(from).map(({ name }) => name));
        const generated = new Set(generatedIdentity(from));
        return to.key?.some((column) => !known.has(column) || generated.has(column)) === true;
      }),
      (table, remedies) => failed(message("targetOtherKey", { table }), remedies),
      ({ from, to, sent }) =>
        `${nameOf({ from, to })} (${(sent ?? ["*"]).join(", ")} → ${(to.key ?? []).join(", ")})`,
      ({ from }) => at("source")(`ALTER TABLE ${qualified(from)} REPLICA IDENTITY FULL`),
    ),
    ...problemOf(
      parts.filter(({ to, sent }) => to.is_root && isPart(to.key ?? undefined, sent)),
      (table) => alarm(message("targetNarrowKey", { table })),
      ({ from, to, sent }) =>
        `${nameOf({ from, to })} (${(sent ?? []).join(", ")} → ${(to.key ?? []).join(", ")})`,
    ),
  ];
}

/** Whether the key has some of the columns that are sent, and no others. */
function isPart(key: readonly string[] = [], sent: readonly string[] = []): boolean {
  return key.length > 0 && key.length < sent.length && key.every((column) => sent.includes(column));
}

/** The unique index of the source's identity, where the target has its like, made the identity there, too. */
function replicaIdentity({ from, to }: Pair) {
  if (from.replident !== "i" || from.identity === null) {
    return undefined;
  }
  const name = escapeIdentifier(`${to.part_table}_drs_identity`.slice(-63));
  const table = qualified({ schema: to.part_schema, table: to.part_table });
  return at("target")(
    `CREATE UNIQUE INDEX ${name} ON ${table} (${columnList(from.identity)});
ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${name}`,
  );
}
