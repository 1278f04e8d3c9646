/** The faults that `POST /_local/faults` takes. */
import * as v from "valibot";
import { table } from "../../drs/all-operations";

const name = v.pipe(v.string(), v.minLength(1));
const seconds = v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(86_400)));

/** Which calls of the API a fault is for; all of them when it does not say. */
const calls = {
  /** A name of the operations tables, such as `listJobs`. */
  operation: v.optional(
    v.pipe(
      name,
      v.check((text) => Object.hasOwn(table, text), "there is no such operation"),
    ),
  ),
  /** A part of the request's path. */
  path: v.optional(name),
  /** How many calls it hits; without it: all, until it is cleared. */
  calls: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
};

const wireFault = v.variant("kind", [
  /** The call is carried out after this many milliseconds. */
  v.object({
    kind: v.literal("latency"),
    ms: v.pipe(v.number(), v.minValue(1), v.maxValue(600_000)),
    ...calls,
  }),
  /** The connection is closed without an answer; nothing is carried out. */
  v.object({ kind: v.literal("dropped"), ...calls }),
  /** The call is refused; nothing is carried out. */
  v.object({
    kind: v.literal("status"),
    /** With 404 the gateway does not have the path, such as those of a version (`"path": "/v3/"`). */
    status: v.picklist([403, 404, 429, 500, 503]),
    /** Seconds, for the header `Retry-After`. */
    retry_after: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
    ...calls,
  }),
  /** The call is carried out; the connection closes in the middle of the answer. */
  v.object({ kind: v.literal("truncated"), ...calls }),
  /** The call is carried out; the answer is a page of HTML instead of JSON. */
  v.object({ kind: v.literal("malformed"), ...calls }),
]);

const engineFault = v.variant("kind", [
  /** `kill -9` of a database server of the backend, which stays away for so long. */
  v.object({
    kind: v.literal("killed_engine"),
    server: v.picklist(["control", "source", "target"]),
    seconds,
  }),
  /** Nothing passes between source and target of a task (its id or name), for so long or until it is cleared. */
  v.object({ kind: v.literal("cut_link"), job: name, seconds }),
  /** The source gives up the log that a task (its id or name) has not read yet. */
  v.object({ kind: v.literal("full_slot"), job: name }),
]);

export const faultRequest = v.variant("kind", [wireFault, engineFault]);

export type WireFault = v.InferOutput<typeof wireFault>;
export type EngineFault = v.InferOutput<typeof engineFault>;
export type FaultRequest = v.InferOutput<typeof faultRequest>;

/** Whether a fault happens in the engine; any other changes answers of the API. */
export function isEngineFault(fault: FaultRequest): fault is EngineFault {
  return fault.kind === "killed_engine" || fault.kind === "cut_link" || fault.kind === "full_slot";
}
