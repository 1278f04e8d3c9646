/** Whether the selected tables can be published whole. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { message } from "../../../messages";
import { plainName } from "../../table-name";
import { qualified } from "../names";
import type { Relation } from "../relations";
import { alarm, at, type Check, failed, type Problem, problemOf } from "./check";
import type { CheckedTask, Facts } from "./context";

const nameOf = ({ part_schema, part_table }: Relation) =>
  plainName({ schema: part_schema, table: part_table });
const partQualified = ({ part_schema, part_table }: Relation) =>
  qualified({ schema: part_schema, table: part_table });

export const sourceObjects: Check = {
  ...{ item: "source_objects", group: "objects", ends: ["source"], ifUnknown: "FAILED" },
  evaluate: async ({ task, source }) => {
    if (task.tables.length === 0) {
      return [failed(message("noObjects")), ...(await leftOut(source, task))];
    }
    const relations = await source.relations();
    const there = new Set(relations.map(qualified));
    const roots = relations.filter(({ is_root }) => is_root);
    const outermost = new Set(roots.filter(({ kind }) => kind === "p").map(({ oid }) => oid));
    return [
      ...problemOf(
        task.tables.filter((table) => !there.has(qualified(table))),
        (table) => failed(message("noTable", { table })),
        plainName,
      ),
      ...problemOf(
        roots.filter(({ kind, system }) => system || kind === "v" || kind === "m"),
        (table) => failed(message("notATable", { table })),
        nameOf,
      ),
      ...problemOf(
        relations.filter(({ kind, persistence }) => kind !== "f" && persistence === "u"),
        (table, remedies) => failed(message("unlogged", { table }), remedies),
        nameOf,
        (relation) => at("source")(`ALTER TABLE ${partQualified(relation)} SET LOGGED`),
      ),
      ...problemOf(
        relations.filter(({ persistence }) => persistence === "t"),
        (table) => failed(message("notATable", { table })),
        nameOf,
      ),
      ...problemOf(
        relations.filter(({ kind }) => kind === "f"),
        (table, remedies) => failed(message("foreignTable", { table }), remedies),
        nameOf,
        (relation) =>
          relation.is_root
            ? undefined
            : at("source")(`ALTER TABLE ${qualified(relation)} DETACH PARTITION ${partQualified(relation)}`),
      ),
      ...problemOf(
        roots.filter(({ columns }) => columns.every(({ generated }) => generated !== "")),
        (table, remedies) => failed(message("onlyGenerated", { table }), remedies),
        nameOf,
        (relation) =>
          at("source")(
            `ALTER TABLE ${partQualified(relation)} ADD COLUMN drs_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY`,
          ),
      ),
      // Changes of a partition are published as its table's, and the partition would never get one.
      ...problemOf(
        roots.filter(({ ancestor }) => ancestor !== null && outermost.has(ancestor)),
        (table) => failed(message("partitionTwice", { table })),
        nameOf,
      ),
      ...(await leftOut(source, task)),
    ];
  },
};

/** Tables of schemas that were selected whole, which cannot be published. */
async function leftOut(source: Facts, { wholeSchemas }: CheckedTask): Promise<readonly Problem[]> {
  const rows = await source.ask<{ schema: string; table: string; kind: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS "table", c.relkind::text AS kind
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE (c.relkind IN ('r', 'p') AND c.relpersistence = 'u' OR c.relkind = 'f') AND NOT c.relispartition
       AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
       AND ($1::text[] IS NULL OR n.nspname = ANY ($1)) ORDER BY 1, 2`,
    [wholeSchemas],
  );
  return problemOf(
    rows,
    (table, remedies) => alarm(message("tablesLeftOut", { table }), remedies),
    plainName,
    (row) => (row.kind === "f" ? undefined : at("source")(`ALTER TABLE ${qualified(row)} SET LOGGED`)),
  );
}

export const partitions: Check = {
  ...{ item: "source_partitions", group: "objects", ends: ["source"], ifUnknown: "ALARM" },
  evaluate: async ({ source }) =>
    problemOf(
      (await source.tables()).filter(({ kind }) => kind === "p"),
      (table, remedies) => alarm(message("partitioned", { table }), remedies),
      nameOf,
      (relation) =>
        at("source")(`SELECT relid::regclass FROM pg_partition_tree(${escapeLiteral(qualified(relation))})`),
    ),
};

export const largeObjects: Check = {
  ...{ item: "source_large_objects", group: "objects", ends: ["source"], ifUnknown: "ALARM" },
  evaluate: async ({ source }) => {
    const holders = (await source.tables()).flatMap((table) =>
      table.columns
        .filter(({ type, base }) => type === "oid" || base === "oid" || /(^|\.)lo$/.test(type))
        .map(({ name }) => ({ ...table, column: name })),
    );
    if (holders.length === 0) {
      return [];
    }
    const [any] = await source.ask("SELECT 1 FROM pg_largeobject_metadata LIMIT 1");
    return any === undefined
      ? []
      : problemOf(
          holders,
          (table, remedies) => alarm(message("sourceLargeObjects", { table }), remedies),
          ({ column, ...relation }) => `${nameOf(relation)}.${column}`,
          ({ column, ...relation }) =>
            at("source")(
              `SELECT ${escapeIdentifier(column)}, lo_get(${escapeIdentifier(column)}) FROM ${qualified(relation)}
  WHERE ${escapeIdentifier(column)} IN (SELECT oid FROM pg_largeobject_metadata)`,
            ),
        );
  },
};

interface OpenTransaction {
  readonly [column: string]: unknown;
  readonly pid: number | null;
  readonly gid: string | null;
  readonly seconds: number;
  readonly database: string | null;
  readonly application: string | null;
}

/** Older transactions than this are reported; the replication slot waits for the end of each that has written. */
const oldSeconds = 5;

export const transactions: Check = {
  ...{ item: "source_transactions", group: "objects", ends: ["source"], ifUnknown: "ALARM" },
  evaluate: async ({ source }) => {
    const rows = await source.ask<OpenTransaction>(
      `SELECT pid, NULL AS gid, extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds,
              datname::text AS database, application_name AS application
       FROM pg_stat_activity
       WHERE backend_xid IS NOT NULL AND xact_start < clock_timestamp() - make_interval(secs => $1)
       UNION ALL
       SELECT NULL, gid, extract(epoch FROM clock_timestamp() - prepared)::int, database::text, NULL
       FROM pg_prepared_xacts WHERE prepared < clock_timestamp() - make_interval(secs => $1)
       ORDER BY seconds DESC`,
      [oldSeconds],
    );
    const prepared = rows.filter(({ gid }) => gid !== null);
    return [
      ...problemOf(
        rows.filter(({ gid }) => gid === null),
        (transaction, remedies) => alarm(message("openTransaction", { transaction }), remedies),
        ({ pid, seconds, application }) => `pid ${pid} (${application || "-"}, ${seconds} s)`,
        ({ pid }) => at("source")(`SELECT pg_terminate_backend(${pid})`),
      ),
      ...problemOf(
        prepared,
        (transaction, remedies) => alarm(message("preparedTransaction", { transaction }), remedies),
        ({ gid, seconds, database }) => `${gid} (${database}, ${seconds} s)`,
        ({ gid }) => at("source")(`ROLLBACK PREPARED ${escapeLiteral(gid ?? "")}`),
      ),
    ];
  },
};
