import * as v from "valibot";
import type { Localizer } from "../l10n/localizer";
import type { LocalAccess } from "./access";
import { callBackend, jsonOf } from "./call";
import { verifyBackend } from "./discovery";

const timeoutMs = 15_000;
const refusalSchema = v.object({ error_msg: v.string() });

/** The value of `x-language` for the user's language. */
export function languageOf({ language }: Pick<Localizer, "language">): "zh-cn" | "en-us" {
  return language.toLowerCase() === "zh-cn" ? "zh-cn" : "en-us";
}

/**
 * Makes a control call of the local backend (`/_local/…`), signed like every call of the API.
 *
 * @param body sent as JSON by `POST`; absent: `GET`.
 * @throws Error in the user's language when the backend refuses, or answers something else than `schema`.
 */
export async function callControlApi<const S extends v.GenericSchema>(
  { endpoint, key }: LocalAccess,
  call: { readonly path: `/_local/${string}`; readonly body?: unknown; readonly schema: S },
  l10n: Pick<Localizer, "language" | "t">,
): Promise<v.InferOutput<S>> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = { "x-language": languageOf(l10n) };
  if (body !== undefined) {
    await verifyBackend(endpoint, key.secretKey, call.path);
  }
  const response = await callBackend(endpoint, { path: call.path, key, body, headers, timeoutMs });
  const ok = response.status >= 200 && response.status < 300;
  const json = jsonOf(response);
  const refusal = v.safeParse(refusalSchema, json);
  if (!ok && refusal.success) {
    throw new Error(refusal.output.error_msg);
  }
  const answer = v.safeParse(call.schema, ok ? json : undefined);
  if (!answer.success) {
    throw new Error(l10n.t("The local backend returned an unexpected response (HTTP {0}).", response.status));
  }
  return answer.output;
}
