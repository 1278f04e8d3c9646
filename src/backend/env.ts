import type { HttpBindings } from "@hono/node-server";

/** What each call carries through its handlers; `body` are the exact bytes. */
export type Env = { Variables: { requestId: string; body: Uint8Array }; Bindings: HttpBindings };
