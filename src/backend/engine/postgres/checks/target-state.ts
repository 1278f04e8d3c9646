/** The target's state beside the shape of its tables: rows, triggers, foreign keys, other subscriptions. */
import { escapeIdentifier } from "pg";
import { message } from "../../../messages";
import { plainName, type TableName } from "../../table-name";
import type { Row } from "../databases";
import { objectName, qualified, scanned } from "../names";
import type { Relation } from "../relations";
import { alarm, at, type Check, failed, problemOf } from "./check";
import type { Facts } from "./context";

/** Tables that are checked with one statement. */
const atOnce = 100;

export const targetRows: Check = {
  ...{ item: "target_rows", group: "objects", ends: ["target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, target }) => {
    if (!task.copiesRows) {
      return [];
    }
    const readable = (await target.tables()).filter((table) => table.readable && table.usage);
    const filled: Relation[] = [];
    for (let first = 0; first < readable.length; first += atOnce) {
      const some = readable.slice(first, first + atOnce);
      const rows = await target.ask<{ place: number }>(
        some
          .map(
            (table, place) =>
              `SELECT ${place} AS place WHERE EXISTS (SELECT FROM ${scanned(table, table.kind)})`,
          )
          .join(" UNION ALL "),
      );
      const places = new Set(rows.map(({ place }) => place));
      filled.push(...some.filter((_, place) => places.has(place)));
    }
    return problemOf(
      filled,
      (table, remedies) => alarm(message("targetHasRows", { table }), remedies),
      plainName,
      (table) => at("target")(`TRUNCATE ${qualified(table)}`),
    );
  },
};

interface TriggerRow extends Row, TableName {
  readonly trigger: string;
}

const oidsOf = (relations: readonly Relation[]) => relations.map(({ oid }) => oid);

/** Triggers that fire for replicated rows, too: ENABLE ALWAYS and ENABLE REPLICA. */
export const targetTriggers: Check = {
  ...{ item: "target_triggers", group: "objects", ends: ["target"], ifUnknown: "ALARM" },
  evaluate: async ({ target }) => {
    const rows = await target.ask<TriggerRow>(
      `SELECT n.nspname::text AS schema, c.relname::text AS "table", g.tgname::text AS trigger
       FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE g.tgrelid::int8::float8 = ANY ($1::float8[]) AND g.tgenabled IN ('A', 'R') ORDER BY 1, 2, 3`,
      [oidsOf(await target.parts())],
    );
    return problemOf(
      rows,
      (trigger, remedies) => alarm(message("targetTrigger", { trigger }), remedies),
      ({ trigger, ...table }) => `${trigger} (${plainName(table)})`,
      ({ trigger, ...table }) =>
        at("target")(`ALTER TABLE ${qualified(table)} ENABLE TRIGGER ${escapeIdentifier(trigger)}`),
    );
  },
};

interface ForeignKeyRow extends Row, TableName {
  readonly name: string;
  readonly parent: string;
}

// Foreign keys that refer to the relations; those of partitions are copies of their table's.
const foreignKeysSql = `
  SELECT k.conname::text AS name, n.nspname::text AS schema, c.relname::text AS "table",
         pn.nspname || '.' || p.relname AS parent
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid
    AND k.confrelid::int8::float8 = ANY ($1::float8[]) ORDER BY 2, 3, 1`;

/** The target refuses a replicated TRUNCATE of a table that another refers to, unless both are truncated. */
export const targetForeignKeys: Check = {
  ...{ item: "target_foreign_keys", group: "objects", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source, target }) => {
    const keys = async (end: Facts) =>
      await end.ask<ForeignKeyRow>(foreignKeysSql, [oidsOf(await end.parts())]);
    const linkOf = (key: ForeignKeyRow) => JSON.stringify([key.schema, key.table, key.parent]);
    const selected = new Set(task.tables.map(qualified));
    const carried = new Set((await keys(source)).filter((key) => selected.has(qualified(key))).map(linkOf));
    return problemOf(
      (await keys(target)).filter((key) => !carried.has(linkOf(key))),
      (key, remedies) => alarm(message("targetForeignKey", { key }), remedies),
      ({ name, parent, ...table }) => `${name} (${plainName(table)} → ${parent})`,
      ({ name, ...table }) =>
        at("target")(`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${escapeIdentifier(name)}`),
    );
  },
};

interface SubscribedRow extends Row, TableName {
  readonly subscription: string;
  readonly slot: string | null;
}

async function subscribed(end: Facts, own: string): Promise<readonly SubscribedRow[]> {
  return await end.ask<SubscribedRow>(
    `SELECT s.subname::text AS subscription, s.subslotname::text AS slot, n.nspname::text AS schema,
            c.relname::text AS "table"
     FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
     JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.srrelid::int8::float8 = ANY ($1::float8[]) AND s.subname <> $2 ORDER BY 1, 3, 4`,
    [oidsOf(await end.parts()), own],
  );
}

/** Other subscriptions that write into the same tables, or bring the target's changes back to the source. */
export const otherTasks: Check = {
  ...{ item: "other_tasks", group: "objects", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source, target }) => {
    const own = objectName(task.id);
    const atSource = await subscribed(source, own);
    // A slot of the target that a subscription of the source reads from.
    const slots = await target.ask<{ slot: string }>(
      `SELECT slot_name::text AS slot FROM pg_replication_slots
       WHERE slot_name = ANY ($1) AND database = current_database()`,
      [atSource.map(({ slot }) => slot)],
    );
    const back = new Set(slots.map(({ slot }) => slot));
    const nameOf = ({ subscription, ...table }: SubscribedRow) => `${subscription} (${plainName(table)})`;
    const stop = (side: "source" | "target") => (row: SubscribedRow) =>
      at(side)(`ALTER SUBSCRIPTION ${escapeIdentifier(row.subscription)} DISABLE`);
    return [
      ...problemOf(
        atSource.filter(({ slot }) => slot !== null && back.has(slot)),
        (subscription, remedies) => failed(message("oppositeTask", { subscription }), remedies),
        nameOf,
        stop("source"),
      ),
      ...problemOf(
        await subscribed(target, own),
        (subscription, remedies) => alarm(message("sameTargetTable", { subscription }), remedies),
        nameOf,
        stop("target"),
      ),
    ];
  },
};
