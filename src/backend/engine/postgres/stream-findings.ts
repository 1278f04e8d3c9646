/**
 * Problems of a task's stream: the state of both ends now, against that when each table joined. A pure function of the
 * facts, the memory and the answers to questions of some checks only.
 */
import type { Side } from "../side";
import type { StreamFinding } from "../stream-finding";
import { plainName, type TableName } from "../table-name";
import { codes, finding } from "./finding";
import type { Strictness } from "./rules";
import { countConflicts, namedConflicts, rowsMissing } from "./stream-conflicts";
import { emptying } from "./stream-emptied";
import type {
  Column,
  ConflictCounters,
  MemberFacts,
  SourceFacts,
  SourceTableFacts,
  TargetFacts,
  TargetTableFacts,
} from "./stream-facts";
import { isOfStream, lossOf, sideOf } from "./stream-losses";
import type { End, Entry, Joined, Memory, Part } from "./stream-memory";

/** The facts of a check of a task. */
export interface Look {
  readonly tables: readonly TableName[];
  readonly source: SourceFacts;
  readonly target: TargetFacts;
  /** Undefined where the server does not count them. */
  readonly conflicts: ConflictCounters | undefined;
  /** The same by table (`schema.table`), where the server's log can be read. */
  readonly missing: ReadonlyMap<string, ConflictCounters>;
}

/** Further answers, for some checks. */
export interface Answers {
  /** By `partKey`: whether a partition had rows when it was attached. */
  readonly parts: ReadonlyMap<string, boolean>;
  /** By table: the columns of both ends. */
  readonly columns: ReadonlyMap<string, ColumnPair>;
  /** By end and table: the column names of tables that join. */
  readonly names: Readonly<Record<Side, ReadonlyMap<number, Names>>>;
  readonly types: readonly DifferingType[];
  /** By table: how the target is stricter than the source. */
  readonly strict: ReadonlyMap<string, Strictness>;
}

/** A type that the target has in another way. */
export interface DifferingType {
  readonly type: string;
  /** Whether all values of the source are values there, too: only their order differs. */
  readonly fits: boolean;
}

/** The columns of a table, by their number; null: dropped. */
export type Names = readonly (string | null)[];

export interface ColumnPair {
  readonly source: readonly Column[];
  readonly target: readonly Column[];
}

/** Names a partition as it is attached now. */
export function partKey({ oid, link }: MemberFacts): string {
  return `${oid} ${link}`;
}

/** The findings now, and the memory: the same object for no change. */
export function judge(
  look: Look,
  memory: Memory,
  answers: Answers,
): { readonly findings: readonly StreamFinding[]; readonly memory: Memory } {
  const indexed = { look, source: indexOf(look.source.tables), target: indexOf(look.target.tables) };
  const judged = tablesOf(look, memory).map(({ name, own }) => ({
    name,
    ...judgeTable(indexed, name, own, memory.tables[plainName(name)] ?? {}, answers),
  }));
  const tables = Object.fromEntries(
    judged.flatMap(({ name, entry }) => (entry === undefined ? [] : [[plainName(name), entry] as const])),
  );
  const conflicts = namedConflicts(countConflicts(memory.task, look.conflicts), look.missing);
  // A type that fits from the beginning was made so; one that fits later may have renamed labels.
  const types = conflicts?.types ?? answers.types.filter(({ fits }) => fits).map(({ type }) => type);
  const task = { ...conflicts, reached: reachedBy(look.target, conflicts), types };
  const findings = [
    ...merged(judged, look),
    ...judged.flatMap(({ warnings }) => warnings),
    ...rowsMissing(task, look.tables),
    ...answers.types
      .filter(({ type, fits }) => !(fits && types.includes(type)))
      .map(({ type }) => finding("typeAltered", "target", undefined, { type }, type)),
    ...skipped(Object.values(tables)),
  ];
  const next = { task, tables };
  return { findings, memory: JSON.stringify(next) === JSON.stringify(memory) ? memory : next };
}

/** How much of a log is written until its end is noted again, so that this is not stored at each check. */
const notedBytes = 16n * 1024n * 1024n;

function reachedBy({ position }: TargetFacts, before: Memory["task"]): string {
  const noted = before?.reached;
  return noted === undefined || BigInt(position) >= BigInt(noted) + notedBytes ? position : noted;
}

/** A transaction that was skipped, until all tables that it may have changed are copied again. */
function skipped(entries: readonly Entry[]): readonly StreamFinding[] {
  const position = entries.find((entry) => entry.skipped !== undefined)?.skipped;
  return position === undefined ? [] : [finding("transactionSkipped", "target", undefined, { position })];
}

/** The task's own tables, and those that are in its stream beside them. */
function tablesOf({ tables, target }: Look, { tables: known }: Memory) {
  const own = new Set(tables.map(plainName));
  const others = target.tables.filter((table) => table.subscribed && !own.has(plainName(table)));
  // A table renamed at the target is found as the task's own.
  const renamed = new Set(Object.values(known).map(({ joined }) => joined?.target.oid));
  return [
    ...tables.map((name) => ({ name, own: true })),
    ...others
      .filter((table) => known[plainName(table)] !== undefined || !renamed.has(table.oid))
      .map(({ schema, table }) => ({ name: { schema, table }, own: false })),
  ];
}

interface Judged {
  readonly entry: Entry | undefined;
  readonly warnings: readonly StreamFinding[];
}

function judgeTable(
  { look, ...ends }: Indexed,
  name: TableName,
  own: boolean,
  entry: Entry,
  answers: Answers,
): Judged {
  const { joined } = entry;
  const source = found(ends.source, name, joined?.source.oid);
  const target = found(ends.target, name, joined?.target.oid);
  const lost = entry.lost ?? lossOf(look.source, look.target, { joined, source, target });
  if (!own && lost !== undefined) {
    // On its way into the task or out of it, and not yet or no more in both ends.
    return { entry: undefined, warnings: [] };
  }
  if (
    lost !== undefined ||
    source === undefined ||
    target === undefined ||
    look.source.publication === null
  ) {
    return { entry: lost === undefined ? entry : { ...entry, lost }, warnings: [] };
  }
  const { publication } = look.source;
  const before = joined ?? join(look, source, target, publication.oid, answers);
  const triggers = triggersOf(target);
  const strict = answers.strict.get(plainName(name));
  const { after, warnings } = altered(
    name,
    before,
    { source, target },
    answers.columns.get(plainName(name)),
    look,
  );
  const parts = {
    source: watchedParts(name, "source", after.source, source.members, answers),
    target: watchedParts(name, "target", after.target, target.members, answers),
  };
  const { renewed: _, emptied: __, ...rest } = after;
  const emptied = emptying(before, source, target, look.source);
  return {
    entry: {
      ...entry,
      ...(look.target.skip === null ? {} : { skipped: look.target.skip }),
      joined: {
        ...{ ...rest, ...emptied, triggers: before.triggers ?? triggers },
        ...(strict === undefined ? {} : { rules: before.rules ?? [...strict.rules] }),
        ...(source.published === null
          ? {}
          : { published: { as: source.published, version: publication.version, owner: publication.owner } }),
        ...{ source: parts.source.end, target: parts.target.end },
      },
    },
    warnings: [
      ...(emptied.emptied?.told === true ? [finding("targetEmptied", "target", name)] : []),
      ...target.members
        .filter(({ unlogged }) => unlogged)
        .map(({ name: table }) => finding("targetUnlogged", "target", name, { table }, table)),
      ...triggers
        .filter((trigger) => before.triggers?.includes(trigger) === false)
        .map((trigger) => finding("targetTriggered", "target", name, { trigger }, trigger)),
      ...(strict?.rules ?? [])
        .filter((rule) => before.rules?.includes(rule) === false)
        .map((rule) => finding("targetStricter", "target", name, { rule }, rule)),
      ...(strict?.keys === undefined ? [] : [finding("keysDiffer", "target", name, { ...strict.keys })]),
      ...renamedAt("source", name, source),
      ...renamedAt("target", name, target),
      ...identities(name, before, source, target),
      ...rowSecurity(name, source, target),
      ...warnings,
      ...parts.source.warnings,
      ...parts.target.warnings,
    ],
  };
}

interface Index<T> {
  readonly byName: ReadonlyMap<string, T>;
  readonly byOid: ReadonlyMap<number, T>;
}

interface Indexed {
  readonly look: Look;
  readonly source: Index<SourceTableFacts>;
  readonly target: Index<TargetTableFacts>;
}

function indexOf<T extends SourceTableFacts | TargetTableFacts>(tables: readonly T[]): Index<T> {
  return {
    byName: new Map(tables.map((table) => [plainName(table), table])),
    byOid: new Map(tables.map((table) => [table.oid, table])),
  };
}

/** By its name, or where nothing has this name any more, by its oid. */
function found<T>({ byName, byOid }: Index<T>, name: TableName, oid: number | undefined): T | undefined {
  return byName.get(plainName(name)) ?? (oid === undefined ? undefined : byOid.get(oid));
}

/** The losses; once for the task where all of its tables have the same. */
function merged(
  judged: readonly (Judged & { readonly name: TableName })[],
  { tables }: Look,
): readonly StreamFinding[] {
  const losses = judged.flatMap(({ name, entry }) =>
    entry?.lost === undefined ? [] : [{ name, lost: entry.lost }],
  );
  const [first] = losses;
  const ofTask = first !== undefined && isOfStream(first.lost.kind);
  if (
    ofTask &&
    losses.length === tables.length &&
    losses.every(({ lost }) => lost.kind === first.lost.kind && lost.what === first.lost.what)
  ) {
    const { kind, what } = first.lost;
    return [finding(kind, sideOf(kind), undefined, { what })];
  }
  return losses.map(({ name, lost: { kind, what } }) => finding(kind, sideOf(kind), name, { what }));
}

function join(
  look: Look,
  source: SourceTableFacts,
  target: TargetTableFacts,
  publication: number,
  { names }: Answers,
): Joined {
  return {
    publication,
    source: endOf(source, look.source.horizon, names.source.get(source.oid)),
    target: endOf(target, look.target.horizon, names.target.get(target.oid)),
  };
}

function endOf(
  { oid, columns, members }: SourceTableFacts | TargetTableFacts,
  horizon: string,
  names: Names | undefined,
): End {
  const [table, ...parts] = members;
  return {
    ...(names === undefined ? {} : { names: [...names] }),
    ...{
      oid,
      columns,
      horizon,
      node: table?.node ?? 0,
      shape: table?.shape ?? "",
      identity: table?.identity ?? false,
    },
    parts: Object.fromEntries(parts.map((part) => [String(part.oid), partOf(part)])),
  };
}

function partOf({ name, node, shape, link }: MemberFacts): Part {
  return { name, node, shape, link };
}

function triggersOf({ members }: TargetTableFacts): string[] {
  return members.flatMap(({ name, triggers }) => triggers.map((trigger) => `${trigger} (${name})`));
}

function renamedAt(
  side: Side,
  name: TableName,
  now: SourceTableFacts | TargetTableFacts,
): readonly StreamFinding[] {
  return plainName(now) === plainName(name)
    ? []
    : [finding("tableRenamed", side, name, { now: plainName(now) })];
}

function identities(
  name: TableName,
  { target: before }: Joined,
  source: SourceTableFacts,
  target: TargetTableFacts,
): readonly StreamFinding[] {
  const atSource = source.members
    .filter(({ identity }) => !identity)
    .map((member) => finding("sourceNoIdentity", "source", name, { table: member.name }, member.name));
  const gone = before.identity && target.members[0]?.identity === false && !source.full;
  return [...atSource, ...(gone ? [finding("targetNoIdentity", "target", name)] : [])];
}

function rowSecurity(
  name: TableName,
  source: SourceTableFacts,
  target: TargetTableFacts,
): readonly StreamFinding[] {
  const filtered = target.members.filter((member) => member.filtered);
  return [
    ...(source.members[0]?.filtered === true ? [finding("sourceRowSecurity", "source", name)] : []),
    ...filtered.map((member) =>
      finding("targetRowSecurity", "target", name, { table: member.name }, member.name),
    ),
    ...target.members
      .filter(({ barred }) => barred)
      .map((member) => finding("targetBarred", "target", name, { table: member.name }, member.name)),
  ];
}

/** Follows changes of the columns, until both ends are known to be alike again. */
function altered(
  name: TableName,
  joined: Joined,
  now: { readonly source: SourceTableFacts; readonly target: TargetTableFacts },
  columns: ColumnPair | undefined,
  look: Look,
): { readonly after: Joined; readonly warnings: readonly StreamFinding[] } {
  const [source, target] = [now.source.members[0], now.target.members[0]];
  if (source === undefined || target === undefined) {
    return { after: joined, warnings: [] };
  }
  const news = [
    ...newShapes(joined.source, now.source.members),
    ...newShapes(joined.target, now.target.members),
  ];
  const rewritten = newShapes(joined.source, now.source.members).some((one) => one.rewritten);
  const current: Joined = {
    ...joined,
    ...(news.length === 0 ? {} : { altered: { rewritten: rewritten || joined.altered?.rewritten === true } }),
    source: { ...joined.source, node: source.node, shape: source.shape },
    target: { ...joined.target, node: target.node, shape: target.shape },
  };
  if (current.altered === undefined || columns === undefined) {
    return { after: current, warnings: [] };
  }
  const { rewritten: isRewritten } = current.altered;
  // Generated columns are not replicated.
  const values = isRewritten && columns.source.some((one) => one.changed && !one.generated);
  const ofColumns = [
    ...columnFindings(name, joined, columns, values),
    ...(isRewritten ? computedFindings(name, columns) : []),
  ];
  // That a column has another type says so, too.
  const isSaid = ofColumns.some(({ code }) => code === codes.columnRetyped);
  const warnings = values && !isSaid ? [...ofColumns, finding("tableRewritten", "source", name)] : ofColumns;
  if (warnings.length > 0) {
    return { after: current, warnings };
  }
  const { altered: _, ...alike } = current;
  const after = {
    ...alike,
    source: {
      ...{ ...alike.source, columns: now.source.columns, horizon: look.source.horizon },
      names: namesOf(columns.source),
    },
    target: {
      ...{ ...alike.target, columns: now.target.columns, horizon: look.target.horizon },
      names: namesOf(columns.target),
    },
  };
  return { after, warnings };
}

function namesOf(columns: readonly Column[]): (string | null)[] {
  const names: (string | null)[] = Array.from({ length: columns.at(-1)?.number ?? 0 }, () => null);
  for (const { number, name } of columns) {
    names[number - 1] = name;
  }
  return names;
}

/** A column's name when its table joined; undefined: there was none. */
function formerName({ columns, names }: End, { name, number }: Column): string | undefined {
  return number > columns ? undefined : names === undefined ? name : (names[number - 1] ?? undefined);
}

/** Which of the table and its partitions have other columns than were seen last. */
export function newShapes(
  end: End,
  members: readonly MemberFacts[],
): readonly { readonly rewritten: boolean }[] {
  return members.flatMap((member) => {
    const before = member.link === "" ? end : end.parts[String(member.oid)];
    return before === undefined || before.shape === member.shape
      ? []
      : [{ rewritten: before.node !== member.node }];
  });
}

function columnFindings(
  name: TableName,
  joined: Joined,
  { source, target }: ColumnPair,
  rewritten: boolean,
): readonly StreamFinding[] {
  const atTarget = new Map(target.map((column) => [column.name, column]));
  const replicated = source.filter(({ generated }) => !generated);
  const names = new Set(source.map((column) => column.name));
  return [
    ...replicated.flatMap((column) => {
      const { name: columnName, type } = column;
      const other = atTarget.get(columnName);
      if (other === undefined) {
        return [finding("columnAdded", "source", name, { column: columnName, type }, columnName)];
      }
      if (other.generated && (column.changed || other.changed)) {
        return [finding("columnComputed", "target", name, { column: columnName }, columnName)];
      }
      const [here, there] = [formerName(joined.source, column), formerName(joined.target, other)];
      const isAdded = here === undefined && joined.source.names?.includes(columnName) === false;
      if (here !== there && !isAdded) {
        const side = here === columnName ? "target" : "source";
        return [finding("columnReplaced", side, name, { column: columnName }, columnName)];
      }
      if (other.type !== type && (column.changed || other.changed)) {
        const types = { column: columnName, sourceType: type, targetType: other.type };
        return [finding("columnRetyped", "source", name, types, columnName)];
      }
      const filled = column.number > joined.source.columns && !rewritten && column.missing !== other.missing;
      return filled ? [finding("columnFilled", "target", name, { column: columnName }, columnName)] : [];
    }),
    ...target
      .filter((column) => column.required && !names.has(column.name))
      .map((column) => finding("columnRequired", "target", name, { column: column.name }, column.name)),
  ];
}

/** Columns that are computed at both ends, where the source has rewritten its rows by another expression. */
function computedFindings(name: TableName, { source, target }: ColumnPair): readonly StreamFinding[] {
  const unchanged = new Set(
    target.filter((one) => one.generated && !one.changed).map((column) => column.name),
  );
  return source
    .filter((one) => one.generated && one.changed && unchanged.has(one.name))
    .map(({ name: column }) => finding("columnComputed", "target", name, { column }, column));
}

/** Follows the partitions that hold rows: attaching, detaching and truncating them is not replicated. */
function watchedParts(
  table: TableName,
  side: Side,
  end: End,
  members: readonly MemberFacts[],
  { parts: answers }: Answers,
): { readonly end: End; readonly warnings: readonly StreamFinding[] } {
  const now = new Map(members.filter(({ link }) => link !== "").map((part) => [String(part.oid), part]));
  const parts: Record<string, Part> = {};
  for (const [oid, before] of Object.entries(end.parts)) {
    // One that was attached and detached leaves both ends alike.
    if (!now.has(oid) && before.mark !== "attached") {
      parts[oid] = { ...before, mark: "detached" };
    }
  }
  const emptied = side === "source" ? truncated(end, [...now.values()]) : [];
  for (const [oid, part] of now) {
    const before = end.parts[oid];
    if (before?.link === part.link) {
      const mark = emptied.includes(part) ? "truncated" : before.mark;
      parts[oid] = { ...partOf(part), ...(mark === undefined ? {} : { mark }) };
      continue;
    }
    const hadRows = answers.get(partKey(part));
    if (hadRows !== undefined) {
      // The target's own partition that comes back has the rows that it had.
      const isBack = side === "target" && before !== undefined && before.mark !== "attached";
      parts[oid] = { ...partOf(part), ...(hadRows && !isBack ? { mark: "attached" } : {}) };
    } else if (before !== undefined) {
      parts[oid] = before;
    }
  }
  const kinds = kindsOf[side];
  const warnings = Object.entries(parts).flatMap(([oid, { name, mark }]) =>
    mark === undefined ? [] : [finding(kinds[mark], side, table, { part: name }, oid)],
  );
  return { end: { ...end, parts }, warnings };
}

const kindsOf = {
  source: {
    attached: "partitionAttached",
    detached: "partitionDetached",
    truncated: "partitionTruncated",
  },
  target: {
    attached: "targetPartitionAttached",
    detached: "targetPartitionDetached",
    truncated: "partitionTruncated",
  },
} as const;

/**
 * The partitions that were truncated by themselves. A table that is truncated as a whole has all of its partitions
 * truncated, and that is replicated.
 */
function truncated(end: End, now: readonly MemberFacts[]): readonly MemberFacts[] {
  const known = now.filter(({ oid, link }) => end.parts[String(oid)]?.link === link);
  const renewed = known.filter((part) => {
    const before = end.parts[String(part.oid)];
    return before !== undefined && before.node !== part.node && before.shape === part.shape;
  });
  // A table that is rewritten by VACUUM FULL or CLUSTER is counted at the same time.
  return renewed.length === known.length ? [] : renewed.filter(({ tuples }) => tuples < 0);
}

/** Partitions of which it is to be asked whether they had rows. */
export function newParts(
  end: End | undefined,
  members: readonly MemberFacts[] | undefined,
): readonly MemberFacts[] {
  return end === undefined
    ? []
    : (members ?? []).filter(({ oid, link }) => link !== "" && end.parts[String(oid)]?.link !== link);
}
