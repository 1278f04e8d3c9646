/**
 * Cases of trouble: schemas, logins, tables that the target has already, and what happens at both ends while a task
 * runs. A case is plain data, so that a seed repeats it and fast-check shrinks it; `sql.ts` turns it into statements.
 */
import fc from "fast-check";

/** Column types with a value for row number `g`. Types of the case's own schema are created by `setUpSql`. */
export const columnTypes = {
  int: "g % 1000",
  bigint: "g::bigint * 10000000000",
  text: "md5(g::text)",
  "varchar(40)": "md5(g::text)",
  "char(3)": "chr(65 + g % 26) || 'x'",
  "bit(4)": "(g % 16)::bit(4)",
  "numeric(12,4)": "g + 0.1234",
  float8: "g / 3.0",
  real: "g / 3.0",
  timestamptz: "timestamptz '2026-01-01 00:00:00+00' + g * interval '1 hour'",
  timestamp: "timestamp '2026-01-01' + g * interval '1.5 second'",
  date: "date '2026-01-01' + g % 300",
  interval: "g * interval '1 day 1 second'",
  uuid: "md5(g::text)::uuid",
  bytea: "decode(md5(g::text), 'hex')",
  jsonb: "jsonb_build_object('g', g)",
  json: "json_build_object('g', g)",
  "int[]": "ARRAY[g, g + 1]",
  bool: "g % 2 = 0",
  inet: "'10.0.0.0'::inet + g",
  point: "point(g, g)",
  mood: "(ARRAY['glad','so so','sad'])[1 + g % 3]::mood",
  positive: "g + 1",
} as const;
export type ColumnType = keyof typeof columnTypes;

export const tableNames = ["plain", "With Space", 'quo"te', "constructor", "表", "select"] as const;

/** A table; all have a column `id int`, `v text`, and further ones `c0`, `c1`, … */
export interface TableSpec {
  readonly columns: readonly ColumnType[];
  readonly kind: "plain" | "partitioned" | "inherited" | "unlogged";
  readonly key:
    | "primary"
    | "composite"
    | "deferrable"
    | "uniqueIndex"
    | "droppedIndex"
    | "full"
    | "nothing"
    | "none";
  readonly generated: "none" | "stored" | "identity" | "serial" | "descending";
  readonly rowSecurity: boolean;
  readonly rows: number;
  /** What the target has under this name before the task begins. */
  readonly existing: "none" | "same" | "narrower" | "extraNotNull" | "noKey" | "rowSecurity" | "rows";
}

/** What happens while changes flow; `table` is the index of a table, taken modulo their number. */
export interface Happening {
  readonly what: (typeof happenings)[number];
  readonly table: number;
}

/** After these a task that was healthy must still be healthy. */
export const harmless = [
  "insert",
  "update",
  "delete",
  "vacuumSource",
  "vacuumTarget",
  "indexSource",
  "indexTarget",
  "pauseAndResume",
  "endWalSender",
  "endWorker",
] as const;

export const happenings = [
  ...harmless,
  "truncate",
  "recreateSource",
  "swapSource",
  "renameSource",
  "addColumn",
  "dropColumn",
  "renameColumn",
  "changeType",
  "dropKey",
  "identityNothing",
  "dropPublication",
  "takeOutOfPublication",
  "attachLeaf",
  "rowSecuritySource",
  "deleteAtTarget",
  "conflictAtTarget",
  "recreateTarget",
  "dropTarget",
  "notNullTarget",
  "checkTarget",
  "rowSecurityTarget",
  "disableSubscription",
  "statementTimeout",
] as const;

export interface TroubleCase {
  readonly tables: readonly TableSpec[];
  /** Whether the tables are named, or the whole database is selected. */
  readonly named: boolean;
  readonly sourceLogin: "superuser" | "owner";
  readonly targetLogin: "superuser" | "owner";
  /** Settings of the roles and databases at both ends. */
  readonly settings: readonly (typeof roleSettings)[number][];
  readonly happenings: readonly Happening[];
}

export const roleSettings = [
  "DateStyle = 'German, DMY'",
  "IntervalStyle = 'sql_standard'",
  "extra_float_digits = -5",
  "bytea_output = 'escape'",
  "TimeZone = 'Asia/Kathmandu'",
  "search_path = ''",
  "lock_timeout = '900ms'",
  "statement_timeout = '2s'",
  "row_security = off",
  "default_transaction_isolation = 'serializable'",
] as const;

const often = <T>(usual: T, weight: number, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...rare) },
  );

const types = Object.keys(columnTypes).filter((type): type is ColumnType => type in columnTypes);

const table: fc.Arbitrary<TableSpec> = fc.record({
  columns: fc.array(fc.constantFrom(...types), { maxLength: 4 }),
  kind: often<TableSpec["kind"]>("plain", 4, "partitioned", "inherited", "unlogged"),
  key: often<TableSpec["key"]>(
    ...([
      "primary",
      2,
      "composite",
      "deferrable",
      "uniqueIndex",
      "droppedIndex",
      "full",
      "nothing",
      "none",
    ] as const),
  ),
  generated: often<TableSpec["generated"]>("none", 3, "stored", "identity", "serial", "descending"),
  rowSecurity: often(false, 30, true),
  rows: fc.constantFrom(20, 0, 1, 400),
  existing: often<TableSpec["existing"]>(
    ...(["none", 9, "same", "narrower", "extraNotNull", "noKey", "rowSecurity", "rows"] as const),
  ),
});

const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...harmless) },
    { weight: 1, arbitrary: fc.constantFrom(...happenings) },
  ),
  table: fc.nat({ max: 3 }),
});

export const troubleCase: fc.Arbitrary<TroubleCase> = fc.record({
  tables: fc.array(table, { minLength: 1, maxLength: 3 }),
  named: fc.boolean(),
  sourceLogin: fc.constantFrom("superuser", "owner"),
  targetLogin: fc.constantFrom("superuser", "owner"),
  settings: fc.uniqueArray(fc.constantFrom(...roleSettings), { maxLength: 2 }),
  happenings: fc.array(happening, { maxLength: 4 }),
});
