import { escapeIdentifier } from "pg";
import type { DatabaseLogin, TableName } from "../engine";

/** The name of a task's publication, slot and subscription: the same for all three. */
export function objectName(jobId: string): string {
  return `drs_${jobId.toLowerCase().replaceAll("-", "_")}`;
}

/**
 * The name of the slot that keeps the source's log from before a task's copies until all tables are in step. PostgreSQL
 * drops the slot of a table's copy before it commits that the table is in step; a target that crashes in between cannot
 * continue with the table, unless the slot is recreated from this one.
 */
export function spareName(jobId: string): string {
  return `${objectName(jobId)}_spare`;
}

/** As users read it. */
export function plain({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

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
 * The target's server has no file with the CA's certificate. Where a CA is given, channel binding proves the source
 * instead: the server must know the password's SCRAM verifier, and its proof holds for its own TLS certificate only.
 *
 * @param version of the target: only from PostgreSQL 16 on libpq can be told never to send the password in clear text.
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
    ...(isProven(source) ? { channel_binding: "require" } : {}),
    connect_timeout: "5",
    ...(version < 16 ? {} : { require_auth: "!password" }),
    ...(options.length === 0 ? {} : { options: options.join(" ") }),
  })
    .map(([key, value]) => `${key}='${value.replaceAll(/[\\']/g, "\\$&")}'`)
    .join(" ");
}

/** Whether the target's server makes sure who the source is, before it sends anything of the password. */
export function isProven({ ssl, ca }: DatabaseLogin): boolean {
  return ssl && ca !== undefined;
}

/** A position in the log, given in bytes, as PostgreSQL writes it. */
export function logPosition(bytes: string): string {
  const position = BigInt(bytes);
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase();
}
