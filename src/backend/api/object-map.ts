/** Synchronization objects as v5 has them: a map of databases, schemas and tables. */
import type * as v from "valibot";
import type { InputOf } from "../../drs/all-operations";
import type { databaseObject } from "../../drs/schemas-v5-objects";
import type { TableName } from "../engine/table-name";
import type { Selection } from "../jobs/job";
import { ApiError, message } from "../messages";

type DatabaseObject = v.InferOutput<typeof databaseObject>;
type Chosen = NonNullable<Selection>[number];
type Given = InputOf<"updateJob">["job"]["params"]["db_object"];

/**
 * The selection of an object map in the task's source database; null: all tables.
 *
 * @param known the source's tables, as far as they could be read: a table without a schema is one of `public`, or is
 * named with its schema (`app.items`, as in v3) where `public` has none of that name.
 * @throws ApiError for other names at the target, other databases, and a map without objects.
 */
export function selectionIn(given: Given, database: string, known: readonly TableName[]): Selection {
  if (given == null) {
    throw new ApiError("DRS.M00007", message("invalidField", { field: "db_object", reason: "is missing" }));
  }
  if (given.object_scope === "all") {
    return null;
  }
  const chosen: Chosen[] = [];
  // The database's name at the target comes from the target's endpoint.
  for (const [name, { all, schemas, tables }] of Object.entries(given.object_info ?? {})) {
    if (name !== database) {
      throw new ApiError("DRS.M00007", message("otherDatabase", { database, object: name }));
    }
    if (all === true || (!schemas && !tables)) {
      return null;
    }
    chosen.push(...tablesIn("public", tables ?? {}).map((one) => found(one, known)));
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

/** Whether the map has tables whose names may begin with a schema. */
export function namesSchemas(given: Given): boolean {
  const tables = Object.values(given?.object_info ?? {}).flatMap((one) => Object.keys(one.tables ?? {}));
  return tables.some((name) => name.includes("."));
}

function found(one: Chosen, known: readonly TableName[]): Chosen {
  const is = ({ schema, table }: Chosen) =>
    known.some((other) => other.schema === schema && other.table === table);
  const [schema = "", ...rest] = one.table?.split(".") ?? [];
  const split = { schema, table: rest.join(".") };
  return !is(one) && is(split) ? split : one;
}

function refuseRename(object: string, alias: string | null | undefined): void {
  if (alias && alias !== object) {
    throw new ApiError("DRS.M10018", message("noRename", { object, alias }));
  }
}

/** Tables, and whole schemas, as a map. */
export function objectMap(database: string, objects: readonly Chosen[]): Record<string, DatabaseObject> {
  const schemas = new Map<string, { all: boolean; readonly tables: Map<string, object> }>();
  for (const { schema, table } of objects) {
    const one = schemas.get(schema) ?? { all: false, tables: new Map<string, object>() };
    schemas.set(schema, one);
    if (table === null) {
      one.all = true;
    } else {
      one.tables.set(table, { name: table, type: "table", all: true });
    }
  }
  const shown = [...schemas].map(([name, { all, tables }]) => [
    name,
    tables.size === 0 ? { name, all } : { name, all, tables: Object.fromEntries(tables) },
  ]);
  return { [database]: { name: database, all: false, schemas: Object.fromEntries(shown) } };
}
