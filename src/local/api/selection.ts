import type { TableName } from "../engine/engine";
import { idSeparator, tableId } from "../jobs/job";
import { message, Refusal } from "../messages";
import type { InputOf } from "./server";

type Selection = InputOf<"batchSelectObjects">["jobs"][number];
type Selected = NonNullable<Selection["job"]>[number];

/**
 * The tables that an object selection names, each once; null stands for all tables of the database.
 *
 * @param database the source database of the task.
 * @throws Refusal for what the local backend does not do: other names at the target, views, whole schemas, other
 * databases than the task's.
 */
export function tableSelection(
  { selected, sync_database, job }: Selection,
  database: string,
): readonly TableName[] | null {
  const objects = job ?? [];
  if (selected !== true || (sync_database === true && objects.length === 0)) {
    return null;
  }
  // An object that does not say so is not selected, as the API has it; "partial" only names a parent.
  const whole = objects.filter(({ select }) => select === "true");
  for (const { object_type, id, object_name, parent_id } of whole) {
    const named = object_type === "database" ? id || object_name : parent_id;
    if (named && named !== database) {
      throw new Refusal("DRS.M00007", message("otherDatabase", { database, object: named }));
    }
  }
  // A database stands for its tables when it is selected whole; beside tables it only names their parent.
  if (whole.length > 0 && whole.every((object) => object.object_type === "database")) {
    return null;
  }
  const tables = whole
    .filter(({ object_type }) => object_type !== "database")
    .map((object) => tableOf(object, database));
  if (tables.length === 0) {
    throw new Refusal("DRS.M00007", message("noObjects"));
  }
  return [...new Map(tables.map((table) => [tableId(table), table])).values()];
}

/** A table's id is `schema.table` or `schema-*-*-table`, also after the database; without a schema: of `public`. */
function tableOf(object: Selected, database: string): TableName {
  const { id, object_type, object_name, object_alias_name } = object;
  const written = id || object_name || "";
  const parts = written.split(written.includes(idSeparator) ? idSeparator : ".");
  const [first = "", second, ...rest] = parts.length === 3 && parts[0] === database ? parts.slice(1) : parts;
  if (object_type !== "table" || first === "" || second === "" || rest.length > 0) {
    throw new Refusal("DRS.M00007", message("badObject", { object: written }));
  }
  const table = second === undefined ? { schema: "public", table: first } : { schema: first, table: second };
  const names = ["", object_name ?? "", written, table.table, `${table.schema}.${table.table}`];
  if (!names.includes(object_alias_name ?? "")) {
    const values = { object: written, alias: object_alias_name ?? "" };
    throw new Refusal("DRS.M10018", message("noRename", values));
  }
  return table;
}
