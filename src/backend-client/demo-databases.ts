import * as v from "valibot";
import type { Localizer } from "../l10n/localizer";
import type { LocalAccess } from "./access";
import { callControlApi } from "./control-api";

/** A database of the local backend's demo, with a login that may read and write its tables. */
export interface DemoDatabase {
  readonly server: "source" | "target";
  readonly database: string;
  /** A connection URI, with the password: for the clipboard, never for a log or a message. */
  readonly uri: string;
  readonly host: string;
  readonly port: number;
  /** Whom a task logs in as. */
  readonly task: { readonly user: string; readonly password: string };
}

/** The demo's facts about its databases. */
export interface DemoLogins {
  readonly databases: readonly DemoDatabase[];
  /** Users of tasks whose password was changed, with the new one. */
  readonly changed: readonly { readonly user: string; readonly password: string }[];
}

/** The result of a statement: `rows` are the first ones, values as PostgreSQL writes them. */
export type SqlResult = v.InferOutput<typeof sqlSchema>;

const login = v.object({ user: v.string(), password: v.string() });
const databasesSchema = v.object({
  databases: v.array(
    v.object({
      server: v.picklist(["source", "target"]),
      host: v.string(),
      port: v.number(),
      databases: v.array(v.string()),
      ...login.entries,
      task: login,
    }),
  ),
  changed: v.array(login),
});
/** The result of a statement, as the backend answers it. */
export const sqlSchema = v.object({
  command: v.string(),
  row_count: v.number(),
  fields: v.array(v.string()),
  rows: v.array(v.array(v.nullable(v.string()))),
});

/**
 * The databases of the demo (`GET /_local/databases`); none when it runs without the demo.
 *
 * @throws Error as `callControlApi` does.
 */
export async function demoLogins(local: LocalAccess, l10n: Localizer): Promise<DemoLogins> {
  const call = { path: "/_local/databases", schema: databasesSchema } as const;
  const { databases, changed } = await callControlApi(local, call, l10n);
  const part = encodeURIComponent;
  return {
    databases: databases.flatMap(({ server, host, port, databases: names, user, password, task }) =>
      names.map((database) => ({
        ...{ server, database, host, port, task },
        uri: `postgresql://${part(user)}:${part(password)}@${host}:${port}/${part(database)}`,
      })),
    ),
    changed,
  };
}

/** The password of a user whom the demo's tasks log in as, as far as the demo knows; undefined for any other user. */
export function demoPasswordOf(user: string, { databases, changed }: DemoLogins): string | undefined {
  return [...changed, ...databases.map(({ task }) => task)].find((one) => one.user === user)?.password;
}

/** Runs SQL in a database of the demo (`POST /_local/sql`). @throws Error as `callControlApi` does, also with PostgreSQL's refusal. */
export async function runDemoSql(
  local: LocalAccess,
  { server, database }: Pick<DemoDatabase, "server" | "database">,
  sql: string,
  l10n: Localizer,
): Promise<SqlResult> {
  const call = { path: "/_local/sql", body: { server, database, sql }, schema: sqlSchema } as const;
  return await callControlApi(local, call, l10n);
}
