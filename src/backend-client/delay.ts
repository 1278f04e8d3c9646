/** Why a task is behind, as the local backend learns it from both ends (`GET /_local/tasks/{id}/delay`). */
import * as v from "valibot";
import type { DelayFacts } from "../tasks/delay/facts";
import type { LocalAccess } from "./access";
import { callBackend, jsonOf } from "./call";

const timeoutMs = 8_000;

const figure = v.nullish(v.number());
const activities = v.array(v.object({ kind: v.string(), event: v.string(), share: v.number() }));
const evidence = v.object({
  sender: v.optional(v.object({ pid: v.number(), activities })),
  worker: v.optional(
    v.object({
      pid: v.number(),
      activities,
      transactionMs: v.optional(v.number()),
      tables: v.array(v.string()),
    }),
  ),
  lock: v.optional(v.object({ table: v.optional(v.string()), holders: v.array(v.string()) })),
  unindexed: v.array(v.object({ table: v.string(), rows: v.number() })),
  openTransaction: v.optional(v.object({ holder: v.string(), ms: v.number() })),
});
const answer = v.object({
  streaming: v.boolean(),
  delay_ms: figure,
  sent_ms: figure,
  received_ms: figure,
  log: v.nullish(v.object({ open: v.number(), grows: v.number(), reads: v.number() })),
  link: v.object({ limit: figure, carries: figure }),
  evidence: v.nullish(evidence),
});

/** @returns undefined when the backend does not say it. */
export async function askDelay(
  { endpoint, key }: LocalAccess,
  id: string,
  signal: AbortSignal,
): Promise<DelayFacts | undefined> {
  const path = `/_local/tasks/${encodeURIComponent(id)}/delay` as const;
  try {
    const response = await callBackend(endpoint, { path, key, timeoutMs, signal });
    return response.status === 200 ? delayFactsOf(jsonOf(response)) : undefined;
  } catch {
    signal.throwIfAborted();
    // What is asked of the service next reports what is wrong with it.
    return undefined;
  }
}

/** The facts in an answer; undefined for anything that is none. */
export function delayFactsOf(json: unknown): DelayFacts | undefined {
  const parsed = v.safeParse(answer, json);
  if (!parsed.success) {
    return undefined;
  }
  const { streaming, delay_ms, sent_ms, received_ms, log, link, evidence } = parsed.output;
  return {
    flows: streaming,
    delayMs: delay_ms ?? undefined,
    sentMs: sent_ms ?? undefined,
    receivedMs: received_ms ?? undefined,
    log: log ?? undefined,
    link: { limit: link.limit ?? undefined, carries: link.carries ?? undefined },
    evidence: evidence ?? undefined,
  };
}
