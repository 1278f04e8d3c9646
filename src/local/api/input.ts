/** What a call brings: its context and its checked body. */
import type { HttpBindings } from "@hono/node-server";
import * as v from "valibot";
import { message, Refusal } from "../messages";

/** What each call carries through its handlers; `body` are the exact bytes. */
export type Env = { Variables: { requestId: string; body: Uint8Array }; Bindings: HttpBindings };

/** @throws Refusal DRS.M00007 that names the field which is wrong. */
export function checked<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "body";
  throw new Refusal("DRS.M00007", message("invalidField", { field, reason: issue.message }));
}

/** @throws Refusal DRS.M00007 for what is no JSON. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    throw new Refusal("DRS.M00007", message("notJson"));
  }
}
