import type { HttpBindings } from "@hono/node-server";

/** The context of a call in its handlers; `body` are the exact bytes. */
export type Env = { Variables: { requestId: string; body: Uint8Array }; Bindings: HttpBindings };
