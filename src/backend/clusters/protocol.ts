/** The messages between the backend and its supervisor process. */
import * as v from "valibot";

/** The hidden argument that makes the bundle run as the supervisor. */
export const supervisorRole = "--supervise-postgres";

const serverSpec = v.object({
  name: v.string(),
  dataDir: v.string(),
  /** Program and arguments. */
  command: v.array(v.string()),
  env: v.record(v.string(), v.string()),
  /** Full path of pg_ctl with its prefix; sends signals where the system has none. */
  pgCtl: v.array(v.string()),
  /** Servers with a higher rank stop before the others: subscribers before what they subscribe to. */
  rank: v.number(),
});

/** A PostgreSQL server to run. */
export type ServerSpec = v.InferOutput<typeof serverSpec>;

export const toSupervisor = v.variant("type", [
  /** Starts a server; one of the same name is stopped before. */
  v.object({ type: v.literal("start"), server: serverSpec }),
  /** Runs a program to its end; "ran" with the same number answers. */
  v.object({
    type: v.literal("run"),
    id: v.number(),
    command: v.array(v.string()),
    env: v.record(v.string(), v.string()),
  }),
  v.object({ type: v.literal("stop") }),
  /** Kills a server, which is started again after this many milliseconds, or by "revive". */
  v.object({ type: v.literal("kill"), name: v.string(), downMs: v.number() }),
  v.object({ type: v.literal("revive"), name: v.string() }),
]);
export type ToSupervisor = v.InferOutput<typeof toSupervisor>;

export const fromSupervisor = v.variant("type", [
  v.object({ type: v.literal("ready"), name: v.string(), pid: v.number() }),
  /** The server ended before it was ready; `output` is the end of its log. */
  v.object({ type: v.literal("failed"), name: v.string(), output: v.string() }),
  /** The server ended by itself; it is being started again. */
  v.object({ type: v.literal("died"), name: v.string() }),
  v.object({ type: v.literal("ran"), id: v.number(), code: v.number(), output: v.string() }),
  v.object({ type: v.literal("line"), name: v.string(), line: v.string() }),
]);
export type FromSupervisor = v.InferOutput<typeof fromSupervisor>;
