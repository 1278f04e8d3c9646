import type { FileEnd } from "./model";

/** Of a file that names no link. */
export const usualEngine = "postgresql";

/** `db_type` of both ends of a link: `postgresql`, `mysql-to-kafka`. */
export function endTypes(engine: string): readonly [source: string, target: string] {
  const [source = engine, target = source] = engine.split("-to-");
  return [source, target];
}

const usualPort = 5432;

/** Where a PostgreSQL database of a file is; the file is checked first, so that nothing is missing. */
export function addressedEnd({ host, port = usualPort, database = "", user = "", ssl }: FileEnd) {
  return { host, port, database, user, ssl };
}

/** Whether both ends are PostgreSQL, for which a file can say most. */
export function isPostgres(engine: string = usualEngine): boolean {
  return endTypes(engine).every((type) => type === usualEngine);
}
