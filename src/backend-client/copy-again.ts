/** Copying tables of a task again, which only the local backend does (`/_local/tasks/{id}/copy-again`). */
import * as v from "valibot";
import type { LocalConnection } from "../connections/connection";
import type { AccessKey } from "../drs/sign-in";
import type { Localizer } from "../l10n/localizer";
import { callControlApi, languageOf } from "./control-api";

const stateSchema = v.object({
  tables: v.array(v.object({ id: v.string(), percent: v.number() })),
});

/** The tables that are being copied again; empty when all are in sync. */
export type CopyState = v.InferOutput<typeof stateSchema>["tables"];

/** @throws Error as `callControlApi` does, also with the reason why the tables cannot be copied again. */
export async function startCopy(
  connection: LocalConnection,
  key: AccessKey,
  id: string,
  choice: { readonly tables: readonly string[]; readonly keepRows: boolean },
  l10n: Localizer,
): Promise<void> {
  const body = { tables: choice.tables, keep_rows: choice.keepRows };
  await callControlApi(
    connection,
    key,
    { path: pathOf(id), body, schema: stateSchema },
    languageOf(l10n),
    l10n.t,
  );
}

/** @throws Error as `callControlApi` does. */
export async function copyState(
  connection: LocalConnection,
  key: AccessKey,
  id: string,
  l10n: Localizer,
): Promise<CopyState> {
  const call = { path: pathOf(id), schema: stateSchema };
  return (await callControlApi(connection, key, call, languageOf(l10n), l10n.t)).tables;
}

function pathOf(id: string): `/_local/${string}` {
  return `/_local/tasks/${encodeURIComponent(id)}/copy-again`;
}
