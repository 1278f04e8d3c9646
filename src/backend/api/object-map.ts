/** Synchronization objects as v5 has them: a map of databases, schemas and tables. */
import type * as v from "valibot";
import type { databaseObject } from "../../drs/schemas-v5";
import type { Selection } from "../jobs/job";
import { ApiError, message } from "../messages";
import type { InputOf } from "./table";

type DatabaseObject = v.InferOutput<typeof databaseObject>;
type Chosen = NonNullable<Selection>[number];
type Given = InputOf<"updateJob">["job"]["params"]["db_object"];

/**
 * What an object map selects of the task's source database; null: all tables.
 *
 * @throws ApiError for other names at the target, other databases, and a map without objects.
 */
export function selectionIn(given: Given, database: string): Selection {
  if (given == null) {
    throw new ApiError("DRS.M00007", message("invalidField", { field: "db_object", reason: "is missing" }));
  }
  if (given.object_scope === "all") {
    return null;
  }
  const chosen: Chosen[] = [];
  // What the database is called at the target is said by the target's endpoint.
  for (const [name, { all, schemas, tables }] of Object.entries(given.object_info ?? {})) {
    if (name !== database) {
      throw new ApiError("DRS.M00007", message("otherDatabase", { database, object: name }));
    }
    if (all === true || (!schemas && !tables)) {
      return null;
    }
    chosen.push(...tablesIn("public", tables ?? {}));
    for (const [schema, one] of Object.entries(schemas ?? {})) {
      refuseRename(schema, one.name);
      chosen.push(
        ...(one.all === true || !one.tables ? [{ schema, table: null }] : tablesIn(schema, one.tables)),
      );
    }
  }
  if (chosen.length === 0) {
    throw new ApiError("DRS.M00007", message("noObjects"));
  }
  return chosen;
}

function tablesIn(schema: string, tables: NonNullable<DatabaseObject["tables"]>): readonly Chosen[] {
  return Object.entries(tables).map(([table, { name }]) => {
    refuseRename(table, name);
    return { schema, table };
  });
}

function refuseRename(object: string, alias: string | null | undefined): void {
  if (alias && alias !== object) {
    throw new ApiError("DRS.M10018", message("noRename", { object, alias }));
  }
}

/** Tables, and whole schemas, as a map. */
export function objectMap(database: string, objects: readonly Chosen[]): Record<string, DatabaseObject> {
  const schemas: Record<string, NonNullable<DatabaseObject["schemas"]>[string]> = {};
  for (const { schema, table } of objects) {
    const before = schemas[schema];
    schemas[schema] =
      table === null
        ? { name: schema, all: true }
        : {
            ...{ name: schema, all: before?.all ?? false },
            tables: { ...before?.tables, [table]: { name: table, type: "table", all: true } },
          };
  }
  return { [database]: { name: database, all: false, schemas } };
}
