/** The engines of the local backend. A new one is an entry here. */
import type { DatabaseLogin } from "./database-login";
import type { Engine } from "./engine";
import { PostgresEngine } from "./postgres/engine";
import type { ServerLog } from "./postgres/server-log";

/** Parts that engines use. */
export interface EngineParts {
  /** The log of a target server, where it can be read. */
  readonly logOf: (target: DatabaseLogin) => ServerLog | undefined;
}

const all = {
  postgresql: ({ logOf }) => new PostgresEngine(logOf),
} as const satisfies Readonly<Record<string, (parts: EngineParts) => Engine>>;

/** `db_type` of a task's ends. */
export type DbType = keyof typeof all;
export const dbTypes = Object.keys(all) as readonly DbType[];

/** Makes the engine of a type. */
export function createEngine(dbType: DbType, parts: EngineParts): Engine {
  return all[dbType](parts);
}

/** @param name `db_type`, or a task's `engine_type`: the type of both ends, or `TYPE-to-TYPE`; undefined: there is none. */
export function dbTypeOf(name: string): DbType | undefined {
  return dbTypes.find((type) => [type, `${type}-to-${type}`].includes(name.toLowerCase()));
}
