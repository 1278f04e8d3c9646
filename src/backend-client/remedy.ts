import * as v from "valibot";
import type { LocalConnection } from "../connections/connection";
import type { AccessKey } from "../drs/sign-in";
import type { Localizer } from "../l10n/localizer";
import { callControlApi, languageOf } from "./control-api";
import { type SqlResult, sqlSchema } from "./demo-databases";

const side = v.picklist(["source", "target"]);
const row = v.nullable(v.array(v.tuple([v.string(), v.nullable(v.string())])));
const remedySchema = v.object({
  /** Rows in the way of others, as both ends have them now: columns and values as text. */
  rows: v.array(
    v.object({ schema: v.string(), table: v.string(), key: v.string(), source: row, target: row }),
  ),
  /** The remedy's statements, in their order. */
  statements: v.array(v.object({ side, sql: v.string() })),
  /** The ends where SQL runs without a login of the user's. */
  open: v.array(side),
});

/** The remedy of a failed task of the local backend. */
export type FoundRemedy = v.InferOutput<typeof remedySchema>;
export type ConflictRow = FoundRemedy["rows"][number];
export type Side = v.InferOutput<typeof side>;

interface Place {
  readonly connection: LocalConnection;
  readonly key: AccessKey;
  /** The task's. */
  readonly id: string;
}

/** The remedy of a failed task (`GET /_local/tasks/…/remedy`), looked up now. @throws Error as `callControlApi` does. */
export async function readRemedy({ connection, key, id }: Place, l10n: Localizer): Promise<FoundRemedy> {
  const path = `/_local/tasks/${encodeURIComponent(id)}/remedy` as const;
  return await callControlApi(connection, key, { path, schema: remedySchema }, languageOf(l10n), l10n.t);
}

/**
 * Runs SQL in the database of one end of a task (`POST /_local/tasks/…/sql`).
 *
 * @param login of the user; absent: the demo's.
 * @throws Error as `callControlApi` does, also with PostgreSQL's refusal.
 */
export async function runTaskSql(
  { connection, key, id }: Place,
  end: Side,
  sql: string,
  login: { readonly user: string; readonly password: string } | undefined,
  l10n: Localizer,
): Promise<SqlResult> {
  const path = `/_local/tasks/${encodeURIComponent(id)}/sql` as const;
  const call = { path, body: { side: end, sql, ...login }, schema: sqlSchema };
  return await callControlApi(connection, key, call, languageOf(l10n), l10n.t);
}
