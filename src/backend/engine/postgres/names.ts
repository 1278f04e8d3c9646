import { escapeIdentifier } from "pg";
import type { DatabaseLogin } from "../database-login";
import type { TableName } from "../table-name";

/** The name of a task's publication, slot and subscription: the same for all three. */
export function objectName(jobId: string): string {
  return `drs_${jobId.toLowerCase().replaceAll("-", "_")}`;
}

/** Those of many tasks, in their order. */
export function objectNames(tasks: readonly { readonly id: string }[]): readonly string[] {
  return tasks.map(({ id }) => objectName(id));
}

/**
 * The name of the slot that keeps the source's log from before a task's copies until all tables are in step. PostgreSQL
 * drops the slot of a table's copy before it commits that the table is in step; a target that crashes in between cannot
 * continue with the table, unless the slot is recreated from this one.
 */
export function spareName(jobId: string): string {
  return `${objectName(jobId)}_spare`;
}

/** The parameters of `unnest($1::text[], $2::text[]) w (schema, "table")`. */
export function schemasAndTables(tables: readonly TableName[]): [schemas: string[], tables: string[]] {
  return [tables.map(({ schema }) => schema), tables.map(({ table }) => table)];
}

/** As SQL needs it. */
export function qualified({ schema, table }: TableName): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}

/**
 * A table as it is read: its own rows, and those of its partitions, but not those of tables that inherit from it.
 *
 * @param kind as in `pg_class.relkind`.
 */
export function scanned(table: TableName, kind: string | undefined): string {
  return kind === "p" ? qualified(table) : `ONLY ${qualified(table)}`;
}

/**
 * A libpq connection string by which the target server finds the source.
 *
 * A source that has proven itself by SCRAM must prove itself to the target's server, too: a program that takes the port of a
 * task's link while the backend is off could send changes of their own. The target's server has no file with the CA's
 * certificate; where a CA is given, channel binding stands for it: the proof holds for the source's own certificate only.
 *
 * @param version of the target: only from PostgreSQL 16 on libpq can insist on SCRAM, or never to send the
 * password in clear text.
 * @param settings of the sessions at the source; older minor releases of PostgreSQL 15 to 18 leave them out.
 */
export function conninfo(
  source: DatabaseLogin,
  publisher: { readonly host: string; readonly port: number },
  applicationName: string,
  version: number,
  settings: Readonly<Record<string, string>> = {},
): string {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return Object.entries({
    host: publisher.host,
    port: String(publisher.port),
    user: source.user,
    password: source.password,
    dbname: source.database,
    application_name: applicationName,
    sslmode: source.ssl ? "require" : "disable",
    ...(isVerified(source) ? { channel_binding: "require" } : {}),
    connect_timeout: "5",
    ...(version < 16 ? {} : { require_auth: source.proves === true ? "scram-sha-256" : "!password" }),
    ...(options.length === 0 ? {} : { options: options.join(" ") }),
  })
    .map(([key, value]) => `${key}='${value.replaceAll(/[\\']/g, "\\$&")}'`)
    .join(" ");
}

/** Whether the server's certificate is verified. */
export function isVerified({ ssl, ca }: DatabaseLogin): boolean {
  return ssl && ca !== undefined;
}

/** A position in the log, given in bytes, as PostgreSQL writes it. */
export function logPosition(bytes: string): string {
  const position = BigInt(bytes);
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase();
}

/**
 * The end of a source's log, with what a commit that did not wait for the disk (`synchronous_commit = off`) has left in
 * memory: others see it already. The position after the header of a page that nothing is on yet is that of the page.
 */
export const logEnd = `(
  SELECT at - CASE WHEN (at - '0/0') % pg_size_bytes(current_setting('wal_segment_size')) = 40 THEN 40
                   WHEN (at - '0/0') % current_setting('wal_block_size')::int = 24 THEN 24 ELSE 0 END
  FROM pg_current_wal_insert_lsn() at)`;
