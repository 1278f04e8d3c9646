/** Random rows, random changes at the target, random settings of both logins: the verdict against plain SQL. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Side } from "../../src/backend/engine/side";
import { EnginePair } from "../support/engine-pair";

/** Columns by their type: `key` of those that a primary key may have. All values of a type differ. */
const kinds = [
  { type: "char(4)", key: true, values: ["a", "ab", "abcd", "b c", "é", "'\"", "\\"] },
  { type: "bit(3)", key: true, values: ["000", "001", "010", "100", "111"] },
  { type: "numeric", key: true, values: ["1", "-1.5", "NaN", "1e30", "0"] },
  { type: "interval", key: true, values: ["1 day", "-1 mon", "25:00:00.000001", "1 year 2 days"] },
  {
    type: "timestamptz",
    key: true,
    values: ["2024-03-31 01:30Z", "infinity", "0044-03-15 BC", "1999-12-31 23:59:59.999999Z"],
  },
  { type: "date", key: true, values: ["2024-01-02", "2024-02-01", "0001-01-01 BC", "infinity"] },
  { type: "float8", key: true, values: ["0.1", "-0", "NaN", "Infinity", "1e-300", "0.30000000000000004"] },
  { type: "bytea", key: true, values: ["\\x", "\\x00", "\\xff5c", "\\x6162"] },
  { type: "mood", key: true, values: ["glad", "it's sad", "a,b"] },
  { type: "code[]", key: true, values: ["{}", "{ab}", "{NULL,cd}", '{"x,y"}', "{{ab},{cd}}"] },
  { type: "place", key: true, values: ["(1,ab)", "(,)", '(2,"a b")', "(1,)"] },
  { type: "jsonb", key: true, values: ["{}", "null", '{"a": [1, "\\u00e9"]}', '"x"'] },
  { type: "money", key: true, values: ["1.5", "-2", "1000000"] },
  { type: "text", key: true, values: ["", "NULL", "a", "A", "a ", "(,)", "ü\n"] },
  { type: "int4range", key: true, values: ["empty", "[1,3)", "(,5)", "[4,]"] },
  { type: "point", key: false, values: ["(1,2)", "(0.1,-0)", "(NaN,1e300)"] },
  { type: "xml", key: false, values: ["<a/>", "<a></a>", "text", ""] },
  { type: "json", key: false, values: ["{}", "{ }", "1.0", "1"] },
] as const;

const settings: readonly (readonly [string, readonly string[]])[] = [
  ["datestyle", ["German, DMY", "SQL, MDY", "Postgres, YMD"]],
  ["intervalstyle", ["iso_8601", "sql_standard", "postgres_verbose"]],
  ["extra_float_digits", ["-15", "0", "1"]],
  ["bytea_output", ["escape"]],
  ["timezone", ["Asia/Shanghai", "America/St_Johns"]],
  ["search_path", ["public", "nowhere", "public, pg_catalog"]],
  ["xmloption", ["document"]],
  ["quote_all_identifiers", ["on"]],
  ["row_security", ["on"]],
  ["standard_conforming_strings", ["off"]],
  ["default_transaction_isolation", ["serializable"]],
  ["enable_indexscan", ["off"]],
  ["client_encoding", ["LATIN1"]],
];

/** Numbers that pick a value; the test takes them modulo what there is. */
const number = fc.nat({ max: 1_000 });
const scene = fc.record({
  columns: fc.array(fc.nat({ max: kinds.length - 1 }), { minLength: 1, maxLength: 4 }),
  keys: fc.nat({ max: 2 }),
  rows: fc.array(fc.array(fc.option(number, { freq: 4 }), { minLength: 4, maxLength: 4 }), { maxLength: 12 }),
  changes: fc.array(
    fc.record({
      how: fc.constantFrom("update", "delete", "insert", "none"),
      row: number,
      column: number,
      values: fc.array(fc.option(number, { freq: 4 }), { minLength: 4, maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
  settings: fc.record({
    source: fc.array(fc.tuple(number, number), { maxLength: 4 }),
    target: fc.array(fc.tuple(number, number), { maxLength: 4 }),
  }),
});

describe("comparisons of random tables", () => {
  let pair: EnginePair;

  before(async () => {
    pair = await EnginePair.start();
    for (const side of ["source", "target"] as const) {
      await pair.backend.sql(side, "postgres", "CREATE ROLE odd LOGIN PASSWORD 'odd'");
    }
  });

  after(async () => await pair.dispose());

  it("find what plain SQL finds, whatever the settings of the logins are", async () => {
    const login = { user: "odd", password: "odd" };
    const types = `CREATE TYPE mood AS ENUM ('glad', 'it''s sad', 'a,b'); CREATE DOMAIN code AS char(3);
                   CREATE TYPE place AS (n int, c char(3)); GRANT USAGE ON SCHEMA public TO odd`;
    const task = await pair.task({
      source: types,
      target: types,
      logins: { source: login, target: login },
      tables: ["t"],
    });
    /** The rows of one end, read without any of the engine's ways. */
    const plain = async (side: Side, columns: readonly string[]) => {
      const cells = columns.map((name) => `quote_nullable(${name}::text)`).join(", ");
      const found = await pair.sql(task, side, `SELECT ARRAY[${cells}]::text[] AS cells FROM t`);
      return found.map(({ cells: texts }) => JSON.stringify(texts)).toSorted();
    };

    const property = fc.asyncProperty(
      scene,
      async ({ columns: picked, keys, rows, changes, settings: chosen }) => {
        const columns = picked.map((at, n) => ({ ...(kinds[at] ?? kinds[0]), name: `"C ${n}"` }));
        const keyed = columns.filter(({ key }) => key).slice(0, keys);
        const literal = (n: number, value: number | null): string => {
          const column = columns[n] ?? columns[0];
          const isKey = keyed.includes(column as (typeof keyed)[number]);
          if (column === undefined || (value === null && !isKey)) {
            return "NULL";
          }
          const { type, values } = column;
          return `'${(values[(value ?? 0) % values.length] ?? "").replaceAll("'", "''")}'::${type}`;
        };
        const valuesOf = (row: readonly (number | null)[]) =>
          columns.map((_, n) => literal(n, row[n] ?? null)).join(", ");
        const primary = keyed.length > 0 ? `, PRIMARY KEY (${keyed.map(({ name }) => name).join(", ")})` : "";
        const table = `SET xmloption = content; DROP TABLE IF EXISTS t; CREATE TABLE t (${columns
          .map(({ name, type }) => `${name} ${type}`)
          .join(", ")}${primary}); GRANT SELECT ON t TO odd`;
        const filled = rows.map((row) => `INSERT INTO t VALUES (${valuesOf(row)}) ON CONFLICT DO NOTHING`);
        const changed = changes.map(({ how, row, column, values }) => {
          const place = `ctid = (SELECT ctid FROM t OFFSET ${row} % greatest((SELECT count(*) FROM t), 1) LIMIT 1)`;
          const n = column % columns.length;
          switch (how) {
            case "update":
              // A key that another row has already stays as it is.
              return `DO $do$ BEGIN UPDATE t SET ${columns[n]?.name} = ${literal(n, values[n] ?? null)} WHERE ${place};
                    EXCEPTION WHEN unique_violation THEN NULL; END $do$`;
            case "delete":
              return `DELETE FROM t WHERE ${place}`;
            case "insert":
              return `INSERT INTO t VALUES (${valuesOf(values)}) ON CONFLICT DO NOTHING`;
            default:
              return "SELECT 1";
          }
        });
        await pair.sql(task, "source", [table, ...filled].join(";\n"));
        await pair.sql(task, "target", [table, ...filled, ...changed].join(";\n"));
        for (const side of ["source", "target"] as const) {
          const set = chosen[side].map(([which, value]) => {
            const [name, values] = settings[which % settings.length] ?? ["work_mem", ["4MB"]];
            return `ALTER ROLE odd SET ${name} = ${name === "search_path" || name === "datestyle" ? values[value % values.length] : `'${values[value % values.length]}'`}`;
          });
          await pair.sql(task, side, ["ALTER ROLE odd RESET ALL", ...set].join("; "));
        }
        const names = columns.map(({ name }) => name);
        const [left, right] = [await plain("source", names), await plain("target", names)];
        const { t: one } = await pair.compared(task);
        assert.notEqual(one?.verdict, "impossible", JSON.stringify(one));
        assert.equal(one?.verdict === "equal", JSON.stringify(left) === JSON.stringify(right));
        assert.deepEqual([one?.sourceRows, one?.targetRows], [left.length, right.length]);
        const { t: counted } = await pair.compared(task, false);
        assert.equal(counted?.verdict === "equal", left.length === right.length);
        if (keyed.length > 0) {
          const keyOf = (row: string) =>
            JSON.stringify(keyed.map(({ name }) => JSON.parse(row)[names.indexOf(name)]));
          const [here, there] = [left, right].map((all) => new Map(all.map((row) => [keyOf(row), row])));
          const only = (mine = new Map<string, string>(), other = new Map<string, string>()) =>
            [...mine.keys()].filter((key) => !other.has(key)).length;
          const both = [...(here ?? [])].filter(
            ([key, row]) => there?.has(key) && there.get(key) !== row,
          ).length;
          assert.deepEqual(
            [one?.onlySource, one?.onlyTarget, one?.changed],
            [only(here, there), only(there, here), both],
          );
        }
      },
    );
    await fc.assert(property, { numRuns: process.env.DRS_SOAK === "1" ? 1_000 : 30 });
  });
});
