/** A call's context and its checked body. */
import type { Context } from "hono";
import * as v from "valibot";
import { shortened } from "../log";
import { ApiError, type Language, message } from "../messages";

/** The language in which a call wants its texts. */
export function languageOf(c: Context): Language {
  return c.req.header("x-language")?.toLowerCase() === "zh-cn" ? "zh" : "en";
}

/** @throws ApiError DRS.M00007 that names the field which is wrong. */
export function checked<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "body";
  throw new ApiError("DRS.M00007", message("invalidField", { field, reason: shortened(issue.message) }));
}

/** Tasks in one call; the service's console works with pages of at most so many. */
const largestBatch = 100;

/**
 * Refuses a call about too many tasks, or twice about one: each is a change of its own, and others' calls wait.
 *
 * @throws ApiError DRS.M00007
 */
export function requireBatch(input: unknown): void {
  const { jobs, speed_limits } = fieldsOf(input);
  const items: unknown = jobs ?? speed_limits;
  if (!Array.isArray(items)) {
    return;
  }
  if (items.length > largestBatch) {
    const [limit, count] = [String(largestBatch), String(items.length)];
    throw new ApiError("DRS.M00007", message("batchTooLarge", { limit, count }));
  }
  const named = new Set<string>();
  for (const item of items) {
    const { id, job_id, end_point_type } = fieldsOf(item);
    const task = typeof item === "string" ? item : (job_id ?? id);
    // Both ends of a task can be meant by one call.
    const name = JSON.stringify([task, end_point_type]);
    if (typeof task === "string" && named.has(name)) {
      throw new ApiError("DRS.M00007", message("batchTwice", { id: task }));
    }
    named.add(name);
  }
}

function fieldsOf(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null ? { ...input } : {};
}

/** @throws ApiError DRS.M00007 for anything but JSON, and for text that a database cannot store. */
export function jsonOf(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString("utf8");
  try {
    return JSON.parse(text, mayBeUnstorable.test(text) ? storable : undefined);
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError("DRS.M00007", message("notJson"));
  }
}

const mayBeUnstorable = /\\u(0000|d[89a-f])/i;

/** Refuses a NUL and half of a surrogate pair, in names and in values. */
function storable(key: string, value: unknown): unknown {
  for (const text of [key, value]) {
    if (typeof text === "string" && /\0|\p{Surrogate}/u.test(text)) {
      const reason = "must not contain NUL or half a surrogate pair";
      throw new ApiError("DRS.M00007", message("invalidField", { field: key, reason }));
    }
  }
  return value;
}
