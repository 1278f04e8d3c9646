/** A table of the source database. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A table's name as users read it, and as engines report it (`TableState`): `schema.table`, without quotes. */
export function plainName({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}
