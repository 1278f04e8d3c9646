/**
 * The list of connections as data that windows can merge: every entry carries its own revision, so that windows which
 * write at once lose nothing of each other.
 */
import { isDeepStrictEqual } from "node:util";
import type { Connection, EnterpriseProject } from "./connection";

/** The stored fields of a connection. */
export interface ListEntry {
  /** When it was changed last, milliseconds since 1970; later than any revision that the change was made on. */
  readonly revision: number;
  /** Absent: the connection was removed. */
  readonly connection?: Connection | undefined;
  /** Whether a window that starts begins without showing it. */
  readonly hidden?: boolean | undefined;
}

/** By id of the connection, in the order in which they were added. */
export type ConnectionList = Readonly<Record<string, ListEntry>>;

/** At most this many removals are remembered: a window that slept must not bring a connection back. */
const removalsKept = 200;

/** The list as versions before this format kept it. @param shown ids; undefined: all. */
export function listOf(
  connections: readonly Connection[],
  shown: readonly string[] | undefined,
): ConnectionList {
  return Object.fromEntries(
    connections.map((connection) => [
      connection.id,
      { revision: 0, connection, ...(shown?.includes(connection.id) === false ? { hidden: true } : {}) },
    ]),
  );
}

/** The connections that there are. */
export function connectionsIn(list: ConnectionList): readonly Connection[] {
  return Object.values(list).flatMap(({ connection }) => (connection === undefined ? [] : [connection]));
}

/** Of each connection what was changed last, in either list; `one` itself where `other` has nothing newer. */
export function merged(one: ConnectionList, other: ConnectionList): ConnectionList {
  const newer = Object.entries(other).filter(([id, entry]) => isNewer(entry, one[id]));
  return newer.length === 0 ? one : trimmed({ ...one, ...Object.fromEntries(newer) });
}

/** A list in which a connection is added or replaced, and shown. A name that another one has gets a number. */
export function withConnection(list: ConnectionList, connection: Connection, now: number): ConnectionList {
  // As it will be read back: a field that is undefined would be a difference.
  const plain: Connection = JSON.parse(JSON.stringify(connection));
  const named = { ...plain, name: freeName(list, connection) };
  return changed(list, connection.id, { connection: named, hidden: undefined }, now);
}

/** A list in which a connection has another name; the same list where it was removed. */
export function withName(list: ConnectionList, id: string, name: string, now: number): ConnectionList {
  const entry = list[id];
  if (entry?.connection === undefined) {
    return list;
  }
  const connection = { ...entry.connection, name };
  const named = { ...connection, name: freeName(list, connection) };
  return changed(list, id, { connection: named, hidden: entry.hidden }, now);
}

/** A list in which a connection shows the tasks of one enterprise project, or of all; the same list where it was removed. */
export function withEnterpriseProject(
  list: ConnectionList,
  id: string,
  project: EnterpriseProject | undefined,
  now: number,
): ConnectionList {
  const { connection, hidden } = list[id] ?? {};
  if (connection === undefined) {
    return list;
  }
  const { enterpriseProject: _, ...rest } = connection;
  const chosen = project === undefined ? rest : { ...rest, enterpriseProject: project };
  return changed(list, id, { connection: chosen, hidden }, now);
}

/**
 * A list in which a connection is marked as removed, so that other windows learn of it.
 *
 * @param now in milliseconds since 1970.
 */
export function withoutConnection(list: ConnectionList, id: string, now: number): ConnectionList {
  return list[id]?.connection === undefined ? list : trimmed(changed(list, id, {}, now));
}

/** A list with which a window begins by showing these connections and no others. */
export function withShown(list: ConnectionList, ids: readonly string[], now: number): ConnectionList {
  return Object.entries(list).reduce((after, [id, { connection }]) => {
    const hidden = ids.includes(id) ? undefined : true;
    return connection === undefined ? after : changed(after, id, { connection, hidden }, now);
  }, list);
}

function changed(
  list: ConnectionList,
  id: string,
  { connection, hidden }: Omit<ListEntry, "revision">,
  now: number,
): ConnectionList {
  const before = list[id];
  if (before && isDeepStrictEqual(before.connection, connection) && before.hidden === hidden) {
    return list;
  }
  // Also later when a clock was set back.
  const revision = Math.max(now, (before?.revision ?? 0) + 1);
  const entry = {
    revision,
    ...(connection === undefined ? {} : { connection }),
    ...(hidden === true ? { hidden } : {}),
  };
  return { ...list, [id]: entry };
}

/** Two windows that change the same entry in the same millisecond agree on one of them. */
function isNewer(entry: ListEntry, than: ListEntry | undefined): boolean {
  if (than === undefined || entry.revision !== than.revision) {
    return entry.revision > (than?.revision ?? -1);
  }
  return !isDeepStrictEqual(entry, than) && JSON.stringify(entry) > JSON.stringify(than);
}

function freeName(list: ConnectionList, { id, name }: Connection): string {
  const taken = new Set(
    connectionsIn(list)
      .filter((other) => other.id !== id)
      .map((other) => other.name),
  );
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    free = `${name} (${number})`;
  }
  return free;
}

function trimmed(list: ConnectionList): ConnectionList {
  const removals = Object.entries(list).filter(([, { connection }]) => connection === undefined);
  const old = removals.sort(([, a], [, b]) => b.revision - a.revision).slice(removalsKept);
  if (old.length === 0) {
    return list;
  }
  const gone = new Set(old.map(([id]) => id));
  return Object.fromEntries(Object.entries(list).filter(([id]) => !gone.has(id)));
}
