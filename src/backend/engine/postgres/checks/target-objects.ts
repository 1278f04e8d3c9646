/** Whether the tables that the target lacks can be made there: it is tried, and taken back. */
import { escapeIdentifier } from "pg";
import { message } from "../../../messages";
import type { Remedy } from "../../remedy";
import { plainName } from "../../table-name";
import { qualified } from "../names";
import type { Relation } from "../relations";
import { statementsOf, tableDefinitions } from "../schema";
import { alarm, at, type Check, failed, problemOf } from "./check";
import type { Facts } from "./context";
import { missingAt } from "./privileges";
import { tried } from "./trial";

/** Definitions that are read at once. */
const atOnce = 200;

export const targetObjects: Check = {
  ...{ item: "target_objects", group: "objects", ends: ["source", "target"], ifUnknown: "FAILED" },
  evaluate: async ({ task, source, target }) => {
    const { can_create, standby, read_only } = await target.server();
    const missing = (await missingAt(source, target)).filter(
      ({ usage, columns }) => usage && columns.length > 0,
    );
    if (!can_create || standby || read_only) {
      return missing.length === 0 ? [] : [alarm(message("creationNotTried"))];
    }
    const definitions: string[] = [];
    for (let first = 0; first < missing.length; first += atOnce) {
      const some = await tableDefinitions(source.asked, task.source, missing.slice(first, first + atOnce));
      definitions.push(...some.map((definition) => statementsOf(definition).join(";\n")));
    }
    const answers = await tried(
      target,
      definitions.map((statement) => ({ statement })),
    );
    const refused = missing.flatMap((table, place) => {
      const refusal = answers[place] ?? null;
      return refusal === null
        ? []
        : [{ ...table, reason: refusal.reason, definition: definitions[place] ?? "" }];
    });
    const [first] = refused;
    const remedies = [
      ...(await missingExtensions(source, target, refused)),
      ...(first === undefined ? [] : [at("target")(first.definition)]),
    ];
    const unlogged = (await target.parts()).filter(({ persistence }) => persistence === "u");
    const partOf = ({ part_schema, part_table }: Relation) => ({ schema: part_schema, table: part_table });
    return [
      ...problemOf(
        unlogged,
        (table, remedies) => alarm(message("targetTableUnlogged", { table }), remedies),
        (table) => plainName(partOf(table)),
        (table) => at("target")(`ALTER TABLE ${qualified(partOf(table))} SET LOGGED`),
      ),
      ...problemOf(
        refused,
        (table) =>
          failed(message("cannotCreate", { table, reason: first?.reason ?? "" }), remedies, first?.reason),
        plainName,
      ),
      // Policies are not carried: what they hide at the source, everybody may read at the target.
      ...problemOf(
        missing.filter(({ row_security }) => row_security),
        (table, remedies) => alarm(message("rowSecurityNotCarried", { table }), remedies),
        plainName,
        (table) => at("target")(`ALTER TABLE ${qualified(table)} ENABLE ROW LEVEL SECURITY`),
      ),
    ];
  },
};

/** Extensions of the source that the tables' types and defaults come from, and that the target has not. */
async function missingExtensions(
  source: Facts,
  target: Facts,
  refused: readonly Relation[],
): Promise<readonly Remedy[]> {
  if (refused.length === 0) {
    return [];
  }
  const used = await source.ask<{ name: string }>(
    `SELECT DISTINCT e.extname::text AS name
     FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
     JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid
     JOIN pg_depend d ON d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
       AND (d.classid = 'pg_type'::regclass AND d.objid IN (t.oid, t.typelem, t.typbasetype)
            OR d.classid = u.refclassid AND d.objid = u.refobjid)
     JOIN pg_extension e ON e.oid = d.refobjid
     WHERE a.attrelid::int8::float8 = ANY ($1::float8[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1`,
    [refused.map(({ oid }) => oid)],
  );
  const have = await target.ask<{ name: string }>("SELECT extname::text AS name FROM pg_extension");
  const names = new Set(have.map(({ name }) => name));
  return used
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => at("target")(`CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(name)}`));
}
