/** The local backend's calls about a task beyond the DRS API (`/_local/tasks/{id}/…`). */

import * as v from "valibot";
import { withinLimit } from "../drs/time-limit";
import type { Localizer } from "../l10n/localizer";
import type { LocalTasks } from "../tasks/use-cases/local-tasks";
import type { LocalAccess } from "./access";
import { callControlApi } from "./control-api";
import { askDelay } from "./delay";
import { sqlSchema } from "./demo-databases";
import { askMeasurements } from "./measurements";

const unappliedSchema = v.object({
  tables: v.nullable(v.array(v.string())),
  log_bytes: v.nullable(v.number()),
});
const copySchema = v.object({ tables: v.array(v.object({ id: v.string(), percent: v.number() })) });
const side = v.picklist(["source", "target"]);
const row = v.nullable(v.array(v.tuple([v.string(), v.nullable(v.string())])));
const remedySchema = v.object({
  rows: v.array(
    v.object({ schema: v.string(), table: v.string(), key: v.string(), source: row, target: row }),
  ),
  statements: v.array(v.object({ side, sql: v.string() })),
  open: v.array(side),
});
/** A question waits no longer for what it can do without. */
const patienceMs = 4_000;

export function localTasksOf(local: LocalAccess, l10n: Pick<Localizer, "language" | "t">): LocalTasks {
  const call = async <const S extends v.GenericSchema>(
    id: string,
    what: string,
    schema: S,
    body?: unknown,
  ) => {
    const path = `/_local/tasks/${encodeURIComponent(id)}/${what}` as const;
    return await callControlApi(local, { path, schema, body }, l10n);
  };
  return {
    delay: async (id, signal) => await askDelay(local, id, signal),
    past: async (id, signal) => await askMeasurements(local, id, signal),
    unapplied: async (id) => {
      const asked = call(id, "unapplied", unappliedSchema);
      const answer = await withinLimit(asked, patienceMs, new Error("late")).catch(() => undefined);
      const { tables = null, log_bytes: logBytes = null } = answer ?? {};
      return tables === null || logBytes === null ? undefined : { tables, logBytes };
    },
    copyAgain: async (id, { tables, keepRows }) => {
      await call(id, "copy-again", copySchema, { tables, keep_rows: keepRows });
    },
    copyState: async (id) => (await call(id, "copy-again", copySchema)).tables,
    remedy: async (id) => await call(id, "remedy", remedySchema),
    runSql: async (id, end, sql, login) =>
      await call(id, "sql", sqlSchema, { side: end, sql, ...(login === "owner" ? { owner: true } : login) }),
  };
}
