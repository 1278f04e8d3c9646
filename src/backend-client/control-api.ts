import * as v from "valibot";
import type { LocalConnection } from "../connections/connection";
import type { AccessKey } from "../drs/sign-in";
import { authorization, sdkDate } from "../drs/signer";
import type { Translate } from "../l10n/localizer";

const timeoutMs = 15_000;
const refusalSchema = v.object({ error_msg: v.string() });

/**
 * Makes a control call of the local backend (`/_local/…`), signed like every call of the API.
 *
 * @param body sent as JSON by `POST`; absent: `GET`.
 * @throws Error in the user's language when the backend refuses, or answers something else than `schema`.
 */
export async function callControlApi<const S extends v.GenericSchema>(
  { endpoint }: LocalConnection,
  { accessKey, secretKey }: AccessKey,
  call: { readonly path: `/_local/${string}`; readonly body?: unknown; readonly schema: S },
  language: "zh-cn" | "en-us",
  t: Translate,
): Promise<v.InferOutput<S>> {
  const url = new URL(call.path, endpoint);
  const method = call.body === undefined ? "GET" : "POST";
  const body = call.body === undefined ? "" : JSON.stringify(call.body);
  const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
  const signed = authorization({ method, url, headers, body }, accessKey, secretKey);
  const response = await fetch(url, {
    method,
    headers: { ...headers, authorization: signed, "x-language": language },
    ...(body === "" ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const json: unknown = await response.json().catch(() => undefined);
  const refusal = v.safeParse(refusalSchema, json);
  if (!response.ok && refusal.success) {
    throw new Error(refusal.output.error_msg);
  }
  const answer = v.safeParse(call.schema, response.ok ? json : undefined);
  if (!answer.success) {
    throw new Error(t("The local backend did not answer as expected (HTTP {0}).", response.status));
  }
  return answer.output;
}
