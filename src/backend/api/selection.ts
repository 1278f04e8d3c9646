import type { InputOf } from "../../drs/all-operations";
import { idSeparator, type Selection, tableId } from "../jobs/job";
import { ApiError, message } from "../messages";

type Request = InputOf<"batchSelectObjects">["jobs"][number];
type Selected = NonNullable<Request["job"]>[number];
type Chosen = NonNullable<Selection>[number];

/**
 * The objects of a selection, each once: tables, and whole schemas; null stands for all tables of the
 * database.
 *
 * @param database the source database of the task.
 * @throws ApiError for what the local backend does not do: other names at the target, views, other databases than the
 * task's.
 */
export function selectionOf({ selected, sync_database, job }: Request, database: string): Selection {
  const objects = job ?? [];
  if (selected !== true || (sync_database === true && objects.length === 0)) {
    return null;
  }
  // An object that does not say so is not selected, as the API has it; "partial" only names a parent.
  const whole = objects.filter(({ select }) => select === "true");
  for (const { object_type, id, object_name, parent_id } of whole) {
    const named = object_type === "database" ? id || object_name : databaseIn(parent_id);
    if (named && named !== database) {
      throw new ApiError("DRS.M00007", message("otherDatabase", { database, object: named }));
    }
  }
  // A database stands for its tables when it is selected whole; beside others it only names their parent.
  if (whole.length > 0 && whole.every((object) => object.object_type === "database")) {
    return null;
  }
  const chosen = whole
    .filter(({ object_type }) => object_type !== "database")
    .map((object) =>
      object.object_type === "schema" ? schemaOf(object, database) : tableOf(object, database),
    );
  if (chosen.length === 0) {
    throw new ApiError("DRS.M00007", message("noObjects"));
  }
  return [...new Map(chosen.map((one) => [JSON.stringify(one), one])).values()];
}

/** A table's parent is its database, or its schema after the database. */
function databaseIn(parent: string | null | undefined): string | undefined {
  return parent?.split(idSeparator)[0];
}

/** A schema's id is its name, also after the database's. */
function schemaOf({ id, object_name, object_alias_name }: Selected, database: string): Chosen {
  const written = id || object_name || "";
  const parts = written.split(idSeparator);
  const [schema = "", ...rest] = parts.length === 2 && parts[0] === database ? parts.slice(1) : parts;
  if (schema === "" || rest.length > 0) {
    throw new ApiError("DRS.M00007", message("badObject", { object: written }));
  }
  refuseRename(written, object_alias_name, [object_name, written, schema]);
  return { schema, table: null };
}

/** A table's id is `schema.table` or `schema-*-*-table`, also after the database; without a schema: of `public`. */
function tableOf({ id, object_type, object_name, object_alias_name }: Selected, database: string): Chosen {
  const written = id || object_name || "";
  const parts = written.split(written.includes(idSeparator) ? idSeparator : ".");
  const [first = "", second, ...rest] = parts.length === 3 && parts[0] === database ? parts.slice(1) : parts;
  if (object_type !== "table" || first === "" || second === "" || rest.length > 0) {
    throw new ApiError("DRS.M00007", message("badObject", { object: written }));
  }
  const table = second === undefined ? { schema: "public", table: first } : { schema: first, table: second };
  const names = [object_name, written, table.table, `${table.schema}.${table.table}`, tableId(table)];
  refuseRename(written, object_alias_name, names);
  return table;
}

/** PostgreSQL's logical replication writes every table under the name and schema that it has at the source. */
function refuseRename(
  object: string,
  alias: string | null | undefined,
  names: readonly (string | null | undefined)[],
): void {
  if (alias && !names.includes(alias)) {
    throw new ApiError("DRS.M10018", message("noRename", { object, alias }));
  }
}
