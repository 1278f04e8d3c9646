/** Versions and settings of the servers, and what their databases can hold. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { message } from "../../../messages";
import type { Side } from "../../side";
import { plainName, type TableName } from "../../table-name";
import type { Row } from "../databases";
import { alarm, at, type Check, failed, problemOf } from "./check";

/** The oldest version of a source and of a target. */
const minimumVersion = 14;

function versionOf(side: Side): Check {
  return {
    ...{ item: `${side}_version`, group: "version", ends: [side], ifUnknown: "FAILED" },
    evaluate: async (context) => {
      const { version } = await context[side].server();
      const values = { version: String(version), minimum: String(minimumVersion) };
      return version < minimumVersion ? [failed(message("versionTooOld", values))] : [];
    },
  };
}

export const sourceVersion = versionOf("source");
export const targetVersion = versionOf("target");

export const walLevel: Check = {
  ...{ item: "source_wal_level", group: "parameters", ends: ["source"], ifUnknown: "FAILED" },
  evaluate: async ({ source }) => {
    const { wal_level: value } = await source.server();
    return value === "logical"
      ? []
      : [failed(message("walLevel", { value }), [at("source")("ALTER SYSTEM SET wal_level = logical")])];
  },
};

/** Publications, tables and subscriptions are made at both ends: a standby or a read-only login refuses that. */
function readWriteOf(side: Side): Check {
  return {
    ...{ item: `${side}_read_write`, group: "parameters", ends: [side], ifUnknown: "FAILED" },
    evaluate: async ({ task, ...context }) => {
      const { standby, read_only } = await context[side].server();
      const { user, database } = task[side];
      if (standby) {
        return [failed(message("standby", { side }))];
      }
      const allow = `ALTER ROLE ${escapeIdentifier(user)} IN DATABASE ${escapeIdentifier(database)}
  SET default_transaction_read_only = off`;
      return read_only ? [failed(message("readOnly", { side, user }), [at(side)(allow)])] : [];
    },
  };
}

export const sourceReadWrite = readWriteOf("source");
export const targetReadWrite = readWriteOf("target");

/** The target's workers have the settings of its login, which no session can override for them. */
export const targetSettings: Check = {
  ...{ item: "target_settings", group: "parameters", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source, target }) => {
    const { array_nulls: readsNulls, transaction_ms: ms } = await target.server();
    const { user, database } = task.target;
    const set = (setting: string) => [
      at("target")(
        `ALTER ROLE ${escapeIdentifier(user)} IN DATABASE ${escapeIdentifier(database)} SET ${setting}`,
      ),
    ];
    const limited = ms > 0 && message("transactionLimit", { seconds: String(ms / 1000), user });
    // An array arrives as text; a composite type may have an array in it.
    const arrays = readsNulls
      ? []
      : await source.ask<TableName & Row>(
          `SELECT DISTINCT n.nspname AS schema, c.relname AS "table" FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
           JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE a.attrelid::int8::float8 = ANY ($1::float8[]) AND a.attnum > 0 AND NOT a.attisdropped
             AND t.typcategory IN ('A', 'C') ORDER BY 1, 2`,
          [(await source.tables()).map(({ oid }) => oid)],
        );
    return [
      ...problemOf(
        arrays,
        (table) => failed(message("arrayNulls", { table, user }), set("array_nulls = on")),
        plainName,
      ),
      ...(limited ? [alarm(limited, set("transaction_timeout = 0"))] : []),
    ];
  },
};

/** Rows travel as text in the target's encoding: the source, or its worker, converts them. */
export const encodings: Check = {
  ...{ item: "encodings", group: "parameters", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source, target }) => {
    const [{ encoding: from }, { encoding: to }] = [await source.server(), await target.server()];
    if (from === to || to === "SQL_ASCII" || (to === "UTF8" && from !== "SQL_ASCII")) {
      return [];
    }
    const same = `CREATE DATABASE ${escapeIdentifier(`${task.target.database}_new`)}
  ENCODING ${escapeLiteral(from)} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`;
    const remedies = [at("target")(same)];
    if (from === "SQL_ASCII") {
      return [alarm(message("encodingUnknown", { target: to }), remedies)];
    }
    const [way] = await source.ask(
      `SELECT 1 FROM pg_conversion WHERE condefault AND conforencoding = pg_char_to_encoding($1)
       AND contoencoding = pg_char_to_encoding($2)`,
      [from, to],
    );
    return way === undefined
      ? [failed(message("encodingImpossible", { from, to }), remedies)]
      : [alarm(message("encodingNarrow", { from, to }), remedies)];
  },
};
