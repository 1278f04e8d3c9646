/** What is remembered of a task's stream: how its tables were when they joined it, and what was lost since. */
import * as v from "valibot";
import type { StreamMemory } from "../engine";

const part = v.object({
  name: v.string(),
  node: v.number(),
  shape: v.string(),
  link: v.string(),
  /** What happened to it and was not replicated. */
  mark: v.optional(v.picklist(["attached", "detached", "truncated"])),
});
export type Part = v.InferOutput<typeof part>;

const end = v.object({
  oid: v.number(),
  node: v.number(),
  shape: v.string(),
  /** The highest number of a column. */
  columns: v.number(),
  /** No column was changed by a later transaction than this. */
  horizon: v.string(),
  identity: v.boolean(),
  /** Its partitions that hold rows, by their oid. */
  parts: v.record(v.string(), part),
});
export type End = v.InferOutput<typeof end>;

const lost = v.object({
  kind: v.picklist([
    ...(["publicationGone", "publicationPartial", "sourceTableGone", "sourceTableReplaced"] as const),
    ...(["tableUnpublished", "targetTableLost", "copyFiltered"] as const),
  ]),
  what: v.string(),
});
export type Lost = v.InferOutput<typeof lost>;

const entry = v.object({
  /** How it was when it joined the stream. */
  joined: v.optional(
    v.object({
      publication: v.number(),
      source: end,
      target: end,
      /** Its columns were altered since, and nobody knows yet that both ends are alike again. */
      altered: v.optional(v.object({ rewritten: v.boolean() })),
    }),
  ),
  /** Once it is lost it stays so, whatever is put right: the changes meanwhile are lost. */
  lost: v.optional(lost),
});
export type Entry = v.InferOutput<typeof entry>;
export type Joined = NonNullable<Entry["joined"]>;

const conflicts = v.object({ updates: v.number(), deletes: v.number() });

const task = v.nullable(
  v.object({
    /** The server's counters when they were looked at first. */
    base: conflicts,
    /** What was told last. */
    told: conflicts,
  }),
);
export type TaskMemory = v.InferOutput<typeof task>;

/** A memory in this engine's terms. */
export interface Memory {
  readonly task: TaskMemory;
  readonly tables: Readonly<Record<string, Entry>>;
}

const schema = v.object({ task, tables: v.record(v.string(), entry) });
const nothing: Memory = { task: null, tables: {} };
const read = new WeakMap<StreamMemory, Memory>();

/** Reads a stored memory; one that is not understood, such as of another version, counts as none. */
export function memoryOf(stored: StreamMemory | null): Memory {
  if (stored === null) {
    return nothing;
  }
  const known = read.get(stored);
  if (known !== undefined) {
    return known;
  }
  const result = v.safeParse(schema, stored);
  const memory = result.success ? result.output : nothing;
  read.set(stored, memory);
  return memory;
}
