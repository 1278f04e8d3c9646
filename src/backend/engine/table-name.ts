import type { TableName } from "./engine";

/** A table's name as users read it, and as engines report it (`TableState`): `schema.table`, without quotes. */
export function plainName({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}
