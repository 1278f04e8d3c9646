/** Checks the streams of tasks every few seconds: their needs against the state of both ends. */
import type { EndLogin } from "../database-login";
import { EngineError, requireEngineError } from "../engine-error";
import type { EngineTask, StreamMemory } from "../engine-task";
import type { Side } from "../side";
import type { StreamFinding } from "../stream-finding";
import { plainName } from "../table-name";
import { comparedTypes } from "./checks/target-types";
import type { Databases, Row } from "./databases";
import { finding } from "./finding";
import { grouped } from "./grouped";
import { objectName, objectNames } from "./names";
import { type Strictness, strictnessOf } from "./rules";
import type { MissingRows } from "./server-log";
import {
  type ConflictCounters,
  columnNames,
  columnsOf,
  conflictCounters,
  hadRows,
  type SourceFacts,
  sourceFacts,
  type TargetFacts,
  targetFacts,
  type Wanted,
} from "./stream-facts";
import {
  type ColumnPair,
  type DifferingType,
  judge,
  type Look,
  type Names,
  newParts,
  newShapes,
  partKey,
} from "./stream-findings";
import { type Memory, memoryOf, type SlotNews, withSetBack, withSlotNews } from "./stream-memory";

const leastMs = 2_000;
const mostMs = 10_000;
/** A check may take one part in so many of the time between two. */
const restShare = 20;
const countsConflicts = 180_000;

/** The result of a check. */
export interface Watched {
  readonly findings: readonly StreamFinding[];
  /** Whether both ends have answered. */
  readonly isWhole: boolean;
  readonly remember: { readonly from: StreamMemory | null; readonly to: StreamMemory } | undefined;
}

/** A task's last check. */
interface Check {
  readonly dueAt: number;
  /** As it should be stored by now. */
  readonly memory: StreamMemory | null;
  readonly source: SourceFacts | undefined;
  /** The end of the target's own log. */
  readonly reached: string;
  /** How much of the source's log the target has, as far as it was seen. */
  readonly taken: string;
  readonly parts: Map<string, boolean>;
  readonly columns: Map<string, { readonly shapes: string; readonly pair: ColumnPair }>;
  /** The types of both ends when they were compared, and those that differ. */
  readonly types: { readonly version: string; readonly differing: readonly DifferingType[] } | undefined;
  /** The same for their tables' rules. */
  readonly rules: { readonly version: string; readonly strict: ReadonlyMap<string, Strictness> } | undefined;
  readonly findings: readonly StreamFinding[];
}

/** The findings about streams, each checked every 2 to 10 seconds; rarer the longer a check takes. */
export class StreamWatch {
  readonly #checks = new Map<string, Check>();

  /** @param missingOf changes that found no row, from the target's log, by table. */
  constructor(
    private readonly databases: Databases,
    private readonly missingOf: (task: EngineTask) => ReadonlyMap<string, MissingRows>,
  ) {}

  /** Checks the task at the next poll, however recent the last check: a step has changed something. */
  forget(id: string): void {
    const check = this.#checks.get(id);
    if (check !== undefined) {
      // Its findings hold until a check says otherwise: the next one may get no answer.
      this.#checks.set(id, { ...check, dueAt: 0, parts: new Map(), columns: new Map() });
    }
  }

  /** The results for the tasks' streams, after a check of those that changed or are due. */
  async look(
    tasks: readonly EngineTask[],
    newsOf: (task: EngineTask) => SlotNews | undefined,
  ): Promise<(task: EngineTask) => Watched | undefined> {
    const begin = Date.now();
    const due = tasks.filter((task) => {
      const check = this.#checks.get(task.id);
      const { memory } = task;
      return (
        check === undefined || check.memory !== memory || begin >= check.dueAt || newsOf(task) !== undefined
      );
    });
    const news = new Map<string, Watched>();
    if (due.length > 0) {
      // Checks that ended before this one begins.
      const before = new Map(due.map(({ id }) => [id, this.#checks.get(id)]));
      const ask = await this.#facts(due);
      const dueAt = Date.now() + Math.min(Math.max(leastMs, restShare * (Date.now() - begin)), mostMs);
      await Promise.all(
        due.map(async (task) => {
          const watched = await this.#check(task, dueAt, {
            ...{ ...ask(task), news: newsOf(task), before: before.get(task.id) },
          });
          if (watched !== undefined) {
            news.set(task.id, watched);
          }
        }),
      );
    }
    return ({ id }) => {
      const check = this.#checks.get(id);
      return (
        news.get(id) ??
        (check === undefined
          ? undefined
          : { findings: check.findings, isWhole: check.dueAt > 0, remember: undefined })
      );
    };
  }

  async #facts(tasks: readonly EngineTask[]) {
    const { databases } = this;
    const [source, target] = await Promise.all([
      grouped(tasks, "source", async (login, some) => await sourceFacts(databases, login, some.map(wanted))),
      grouped(tasks, "target", async (login, some) => await targetFacts(databases, login, some.map(wanted))),
    ]);
    const counting = tasks.filter((task) => {
      const facts = target(task);
      return facts !== undefined && !(facts instanceof EngineError) && facts.version >= countsConflicts;
    });
    const conflicts = await grouped(
      counting,
      "target",
      async (login, some) => await conflictCounters(databases, login, objectNames(some)),
    );
    return (task: EngineTask) => ({ source: source(task), target: target(task), conflicts: conflicts(task) });
  }

  /** Undefined when nothing new can be said. */
  async #check(
    task: EngineTask,
    dueAt: number,
    facts: {
      readonly source: SourceFacts | EngineError | undefined;
      readonly target: TargetFacts | EngineError | undefined;
      readonly conflicts: ConflictCounters | EngineError | undefined;
      readonly news: SlotNews | undefined;
      /** A check that ended before this one began. */
      readonly before: Check | undefined;
    },
  ): Promise<Watched | undefined> {
    const last = this.#checks.get(task.id);
    const { source, target, conflicts, news } = facts;
    for (const one of [source, target]) {
      if (one instanceof EngineError && one.kind === "failure") {
        return refusal(one, last);
      }
    }
    // A source that is away is taken as it was seen last.
    const known = source instanceof EngineError ? last?.source : source;
    if (known === undefined || target === undefined || target instanceof EngineError) {
      return undefined;
    }
    const stored = memoryOf(task.memory);
    const moved = news === undefined ? stored : withSlotNews(stored, task.tables, news);
    const reached = [stored.task?.reached, facts.before?.reached].find((one) =>
      isBefore(target.position, one),
    );
    // Of a stream that begins again nothing counts that was seen of another.
    const taken = task.memory === null ? undefined : facts.before?.taken;
    // The target may have more than a source that is away had written when it was seen last.
    const sent = known === source && isBefore(known.flushed, taken) ? taken : undefined;
    const memory =
      reached !== undefined
        ? withSetBack(moved, task.tables, "target", { from: reached, to: target.position })
        : sent !== undefined
          ? withSetBack(moved, task.tables, "source", { from: sent, to: known.flushed })
          : moved;
    const answers = { parts: new Map(last?.parts), columns: new Map(last?.columns) };
    let types = last?.types;
    let rules = last?.rules;
    let names: Readonly<Record<Side, ReadonlyMap<number, Names>>>;
    const look = {
      ...{ tables: task.tables, source: known, target },
      conflicts: conflicts instanceof EngineError ? undefined : conflicts,
      missing: this.missingOf(task),
    };
    try {
      await this.#ask(task, memory, look, answers);
      names = await this.#namesOf(task, memory, look);
      types = await this.#typesOf(task, look, last?.types);
      rules = await this.#rulesOf(task, look, last?.rules);
    } catch (error) {
      requireEngineError(error);
      return refusal(error, last);
    }
    const columns = new Map([...answers.columns].map(([name, { pair }]) => [name, pair]));
    const judged = judge(look, memory, {
      ...{ parts: answers.parts, columns, names, types: types.differing, strict: rules.strict },
    });
    const changed = judged.memory !== stored;
    const next = changed ? judged.memory : task.memory;
    this.#checks.set(task.id, {
      ...{ dueAt, memory: next, source: known, types, rules, findings: judged.findings },
      ...{ reached: target.position, taken: furthest(known.applied, target.received, taken) },
      ...answers,
    });
    return {
      findings: judged.findings,
      isWhole: true,
      remember: changed ? { from: task.memory, to: judged.memory } : undefined,
    };
  }

  /** Asks only after a change: about new partitions, and about tables whose columns were altered. */
  async #ask(
    task: EngineTask,
    { tables }: Memory,
    { source, target }: { readonly source: SourceFacts; readonly target: TargetFacts },
    answers: Pick<Check, "parts" | "columns">,
  ): Promise<void> {
    const atSource = new Map(source.tables.map((table) => [table.oid, table]));
    const atTarget = new Map(target.tables.map((table) => [table.oid, table]));
    for (const [name, { joined }] of Object.entries(tables)) {
      if (joined === undefined) {
        continue;
      }
      const ends = { source: atSource.get(joined.source.oid), target: atTarget.get(joined.target.oid) };
      for (const side of ["source", "target"] as const) {
        for (const part of newParts(joined[side], ends[side]?.members)) {
          const key = partKey(part);
          const answer = answers.parts.get(key) ?? (await hadRows(this.databases, task[side], part));
          if (answer !== undefined) {
            answers.parts.set(key, answer);
          }
        }
      }
      const shapes = [ends.source, ends.target].map((one) => one?.members[0]?.shape).join(" ");
      const isAltered =
        joined.altered !== undefined ||
        newShapes(joined.source, ends.source?.members ?? []).length > 0 ||
        newShapes(joined.target, ends.target?.members ?? []).length > 0;
      if (isAltered && answers.columns.get(name)?.shapes !== shapes) {
        const [sourceColumns, targetColumns] = await Promise.all([
          columnsOf(this.databases, task.source, joined.source),
          columnsOf(this.databases, task.target, joined.target),
        ]);
        answers.columns.set(name, { shapes, pair: { source: sourceColumns, target: targetColumns } });
      }
    }
  }

  /** The column names of tables that join the stream. */
  async #namesOf(task: EngineTask, { tables }: Memory, look: Pick<Look, "source" | "target">) {
    const joining = (side: Side) =>
      look[side].tables.filter((one) => tables[plainName(one)]?.joined === undefined).map(({ oid }) => oid);
    const ask = async (side: Side) => {
      const oids = joining(side);
      return oids.length === 0 ? new Map() : await columnNames(this.databases, task[side], oids);
    };
    const [source, target] = await Promise.all([ask("source"), ask("target")]);
    return { source, target };
  }

  /** Compares the types of both ends, if one was altered since they were compared last. */
  async #typesOf(
    task: EngineTask,
    { source, target }: Pick<Look, "source" | "target">,
    known: Check["types"],
  ) {
    const version = [source.types, target.types, ...source.tables.map(({ oid }) => oid)].join(" ");
    if (known?.version === version) {
      return known;
    }
    const ask =
      (login: EndLogin) =>
      async <R extends Row>(sql: string, values: readonly unknown[]) =>
        await this.databases.query<R>(login, sql, values);
    const types = await comparedTypes(
      { source: ask(task.source), target: ask(task.target) },
      source.tables.map(({ oid }) => oid),
    );
    const differing = types
      .filter(({ problems }) => problems.length > 0)
      .map(({ type, problems }) => ({ type, fits: problems.every(({ result }) => result === "ALARM") }));
    return { version, differing };
  }

  /** Compares the rules of both ends' tables, if one was altered since. */
  async #rulesOf(
    task: EngineTask,
    { source, target }: Pick<Look, "source" | "target">,
    known: Check["rules"],
  ) {
    const atTarget = new Map(target.tables.map((table) => [plainName(table), table.members]));
    const tables = source.tables.flatMap(({ oid, schema, table, members }) => {
      const name = { schema, table };
      const others = atTarget.get(plainName(name));
      return others === undefined ? [] : [{ name, source: oid, own: members.slice(0, 1), target: others }];
    });
    const version = tables
      .flatMap(({ own, target: others }) => [...own, ...others])
      .map(({ oid, shape, rules }) => `${oid} ${shape} ${rules}`)
      .join("\n");
    const asked = { source: this.databases, target: this.databases };
    return known?.version === version
      ? known
      : { version, strict: await strictnessOf(asked, task, tables, false) };
  }
}

function isBefore(position: string, other: string | undefined): boolean {
  return other !== undefined && BigInt(position) < BigInt(other);
}

/** The last of some positions in a log. */
function furthest(...positions: readonly (string | null | undefined)[]): string {
  return positions.reduce<string>((one, other) => (other != null && isBefore(one, other) ? other : one), "0");
}

function wanted({ id, tables }: EngineTask): Wanted {
  return { name: objectName(id), tables };
}

/** An unknown state does not count as healthy; a server that is away or busy is asked again. */
function refusal({ kind, code, reason, side = "source" }: EngineError, last: Check | undefined) {
  return kind === "failure"
    ? {
        isWhole: false,
        findings: [...(last?.findings ?? []), finding("notWatched", side, undefined, { code, reason })],
        remember: undefined,
      }
    : undefined;
}
