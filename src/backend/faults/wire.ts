/** Faults between client and backend: they hit operations of the API, never `/_local` calls. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Next } from "hono";
import type { Env } from "../env";
import { ApiError, message } from "../messages";
import type { Faults } from "./faults";
import type { WireFault } from "./request";

type Outgoing = HttpBindings["outgoing"];

const page = "<html><body><h1>502 Bad Gateway</h1></body></html>";

/** Lets faults hit a call of an operation; `next` carries it out. */
export async function withFaults(
  c: Context<Env>,
  faults: Faults,
  operation: string,
  next: Next,
): Promise<Response | undefined> {
  const { outgoing } = c.env;
  const hits = faults.hitting(operation, c.req.path);
  for (const hit of hits) {
    if (hit.kind === "latency") {
      await wait(hit.ms, outgoing);
    }
  }
  const hit = hits.find(({ kind }) => kind !== "latency");
  if (hit?.kind === "dropped") {
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (hit?.kind === "status") {
    if (hit.retry_after !== undefined) {
      c.header("Retry-After", String(hit.retry_after));
    }
    throw refusalOf(hit.status);
  }
  await next();
  if (hit?.kind === "malformed") {
    c.res = new Response(page, { status: c.res.status, headers: { "content-type": "text/html" } });
  } else if (hit?.kind === "truncated") {
    c.res = await truncated(c.res, outgoing);
  }
  return undefined;
}

/** Waits so long, or until the caller has gone. */
async function wait(ms: number, outgoing: Outgoing): Promise<void> {
  const gone = new AbortController();
  const close = once(outgoing, "close", { signal: gone.signal });
  await Promise.race([delay(ms, undefined, { signal: gone.signal }), close]).finally(() => gone.abort());
}

/** Sends half of an answer that promised to be whole. */
async function truncated(answer: Response, outgoing: Outgoing): Promise<Response> {
  const body = Buffer.from(await answer.arrayBuffer());
  outgoing.writeHead(answer.status, {
    ...Object.fromEntries(answer.headers),
    "content-length": body.length,
  });
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}

function refusalOf(status: (WireFault & { kind: "status" })["status"]): ApiError {
  switch (status) {
    case 403:
      return new ApiError("DRS.M00102", message("notAllowed"), status);
    case 404:
      return new ApiError("APIGW.0101", message("noSuchApi"), status);
    case 429:
      return new ApiError("APIGW.0308", message("throttled"), status);
    default:
      return new ApiError("DRS.M00004", message("faultOnDemand", { status: String(status) }), status);
  }
}
