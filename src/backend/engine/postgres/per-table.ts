import type { EndLogin } from "../database-login";
import type { Databases, Row } from "./databases";

/** Who answers questions: connections that are shared, or a single one. */
export type Asked = Pick<Databases, "query">;

/**
 * Asks a question about many tables with one statement.
 *
 * @param sql a query with one parameter, `$1`, the quoted name of a table.
 * @returns the rows of each of the tables, in the order of the query.
 * @throws EngineError 42P01 when one of the tables is not there.
 */
export async function perTable<R extends Row>(
  databases: Asked,
  connection: EndLogin,
  sql: string,
  names: readonly string[],
): Promise<readonly (readonly R[])[]> {
  const rows = await databases.query<R & { readonly place_of_table: number }>(
    connection,
    `SELECT w.place::int - 1 AS place_of_table, x.*
     FROM unnest($1::text[]) WITH ORDINALITY w (name, place)
     CROSS JOIN LATERAL (SELECT s.*, row_number() OVER () AS row_of_table FROM (${sql.replaceAll("$1", "w.name")}) s) x
     ORDER BY w.place, x.row_of_table`,
    [names],
  );
  const found: R[][] = names.map(() => []);
  for (const row of rows) {
    found[row.place_of_table]?.push(row);
  }
  return found;
}
