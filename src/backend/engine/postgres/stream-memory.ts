/** The memory of a task's stream: its tables as they were when they joined it, and the losses since. */
import * as v from "valibot";
import type { StreamMemory } from "../engine-task";
import type { Side } from "../side";
import type { TableName } from "../table-name";
import { logPosition } from "./names";

const part = v.object({
  name: v.string(),
  node: v.number(),
  shape: v.string(),
  link: v.string(),
  /** A change of it that was not replicated. */
  mark: v.optional(v.picklist(["attached", "detached", "truncated"])),
});
export type Part = v.InferOutput<typeof part>;

const end = v.object({
  oid: v.number(),
  node: v.number(),
  shape: v.string(),
  /** The highest number of a column. */
  columns: v.number(),
  /** Its column names, by number; null: dropped. Memories of earlier versions do not have it. */
  names: v.optional(v.array(v.nullable(v.string()))),
  /** No column was changed by a later transaction than this. */
  horizon: v.string(),
  identity: v.boolean(),
  /** Its partitions that hold rows, by their oid. */
  parts: v.record(v.string(), part),
});
export type End = v.InferOutput<typeof end>;

const lost = v.object({
  kind: v.picklist([
    ...(["publicationGone", "publicationPartial", "publicationAltered"] as const),
    ...(["sourceTableGone", "sourceTableReplaced"] as const),
    ...([
      "tableUnpublished",
      "tableRepublished",
      "targetTableLost",
      "copyFiltered",
      "slotMoved",
      "subscriptionAltered",
      "targetSetBack",
      "sourceSetBack",
    ] as const),
  ]),
  what: v.string(),
});
export type Lost = v.InferOutput<typeof lost>;

const entry = v.object({
  /** How it was when it joined the stream. */
  joined: v.optional(
    v.object({
      publication: v.number(),
      /** How it is published since; memories of earlier versions do not have it. */
      published: v.optional(v.object({ as: v.number(), version: v.string(), owner: v.number() })),
      /** Triggers of the target that fired for replicated changes then, as they are named to the user. */
      triggers: v.optional(v.array(v.string())),
      /** The target's rules then that the source lacked. */
      rules: v.optional(v.array(v.string())),
      source: end,
      target: end,
      /** It was rewritten at the source; over when the target has the log up to here. */
      renewed: v.optional(v.string()),
      /** It was emptied at the target alone; sure (`told`) when the target has the log up to `at` and still has fewer rows. */
      emptied: v.optional(v.object({ at: v.string(), told: v.boolean() })),
      /** Its columns were altered since, and nobody knows yet that both ends are alike again. */
      altered: v.optional(v.object({ rewritten: v.boolean() })),
    }),
  ),
  /** Once it is lost it stays so, whatever is put right: the changes meanwhile are lost. */
  lost: v.optional(lost),
  /** The position of a skipped transaction (`ALTER SUBSCRIPTION … SKIP`) that may have changed this table. */
  skipped: v.optional(v.string()),
});
export type Entry = v.InferOutput<typeof entry>;
export type Joined = NonNullable<Entry["joined"]>;

const conflicts = v.object({ updates: v.number(), deletes: v.number() });

/** How far the slot of a disabled subscription was read, in bytes. */
const slotMark = v.object({
  /** For how long nobody enables it: see EngineTask. */
  rest: v.string(),
  position: v.string(),
});
export type SlotMark = v.InferOutput<typeof slotMark>;

const task = v.nullable(
  v.object({
    /** The server's counters when they were read first. */
    base: v.optional(conflicts),
    /** The last reported ones. */
    told: v.optional(conflicts),
    /** The same by table, as far as the target's log names them. */
    tables: v.optional(v.record(v.string(), conflicts)),
    slot: v.optional(slotMark),
    /** About the end of the target's own log, in bytes: nothing brings it back but an earlier state of the server. */
    reached: v.optional(v.string()),
    /** Types whose values have another order at the target since the task began. */
    types: v.optional(v.array(v.string())),
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

/** Observations of a task's slot for its memory. */
export interface SlotNews {
  readonly mark?: SlotMark | undefined;
  /** That somebody else has moved it, as positions in the log. */
  readonly moved?: { readonly from: string; readonly to: string } | undefined;
}

/**
 * The memory of a stream one of whose servers was set back: what is lost then is lost in all tables.
 *
 * @param from where its log was before. @param to where it is now.
 */
export function withSetBack(
  memory: Memory,
  tables: readonly TableName[],
  side: Side,
  { from, to }: { readonly from: string; readonly to: string },
): Memory {
  const kind = side === "source" ? "sourceSetBack" : "targetSetBack";
  const reached = side === "source" ? {} : { reached: to };
  const what = `${logPosition(from)} … ${logPosition(to)}`;
  return { task: { ...memory.task, ...reached }, tables: allLost(memory, tables, { kind, what }) };
}

/** The memory with what was seen of the slot: what is lost with the log is lost in all tables. */
export function withSlotNews(
  memory: Memory,
  tables: readonly TableName[],
  { mark, moved }: SlotNews,
): Memory {
  return {
    task: mark === undefined ? memory.task : { ...memory.task, slot: mark },
    tables:
      moved === undefined
        ? memory.tables
        : allLost(memory, tables, { kind: "slotMoved", what: `${moved.from} … ${moved.to}` }),
  };
}

function allLost(memory: Memory, tables: readonly TableName[], lost: Lost): Memory["tables"] {
  const names = [...tables.map(({ schema, table }) => `${schema}.${table}`), ...Object.keys(memory.tables)];
  return Object.fromEntries(
    names.map((name) => {
      const entry = memory.tables[name];
      return [name, { ...entry, lost: entry?.lost ?? lost }];
    }),
  );
}
