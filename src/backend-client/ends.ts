/** Tries the ends of a task that does not exist yet (`POST /_local/ends`). */
import * as v from "valibot";
import type { Localizer } from "../l10n/localizer";
import type { LocalAccess } from "./access";
import { callControlApi } from "./control-api";

/** An end with its password: for the backend only. */
export interface EndLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl?: boolean | undefined;
  /** Certificates (PEM) of who may vouch for the server. */
  readonly ca?: string | undefined;
}

const schema = v.object({
  problems: v.object({ source: v.optional(v.string()), target: v.optional(v.string()) }),
  tables: v.optional(
    v.array(
      v.object({
        name: v.string(),
        bytes: v.number(),
        rows: v.number(),
        has_key: v.boolean(),
        unlogged: v.boolean(),
        filled: v.boolean(),
      }),
    ),
  ),
});

/** The problems of either end, in the user's language; without any, the source's tables. */
export type EndsAnswer = v.InferOutput<typeof schema>;
export type ChoosableTable = NonNullable<EndsAnswer["tables"]>[number];

/** @throws Error in the user's language when the backend does not answer. */
export async function askEnds(
  local: LocalAccess,
  ends: { readonly source: EndLogin; readonly target?: EndLogin | undefined },
  l10n: Localizer,
): Promise<EndsAnswer> {
  return await callControlApi(local, { path: "/_local/ends", body: ends, schema }, l10n);
}
