import type { TableName } from "../engine/engine";
import { message, Refusal } from "../messages";
import type { InputOf } from "./server";

type Selection = InputOf<"batchSelectObjects">["jobs"][number];
type Selected = NonNullable<Selection["job"]>[number];

/**
 * The tables that an object selection names; null stands for all tables of the database.
 *
 * @throws Refusal for what the local backend does not do: other names at the target, views, whole schemas.
 */
export function tableSelection({ selected, job }: Selection): readonly TableName[] | null {
  if (selected !== true) {
    return null;
  }
  const chosen = (job ?? []).filter(({ select }) => select !== "false");
  // A database stands for its tables when it is selected whole; beside tables it only names their parent.
  if (chosen.length > 0 && chosen.every((object) => object.object_type === "database")) {
    return null;
  }
  const tables = chosen.filter(({ object_type }) => object_type !== "database").map(tableOf);
  if (tables.length === 0) {
    throw new Refusal("DRS.M00007", message("noObjects"));
  }
  return tables;
}

/** A table's id is `schema.table` or `schema-*-*-table`; a name without a schema is one of `public`. */
function tableOf(object: Selected): TableName {
  const { id, object_type, object_name, object_alias_name } = object;
  const written = id || object_name || "";
  const parts = written.includes("-*-*-") ? written.split("-*-*-") : written.split(".");
  const [first = "", second, ...rest] = parts;
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
