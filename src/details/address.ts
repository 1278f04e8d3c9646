import type { TaskEndpoint } from "../tasks/task";

/** `host:port/database` with as much of it as is known; undefined when neither host nor database is. */
export function addressText({ host, port, database }: TaskEndpoint): string | undefined {
  if (host === undefined) {
    return database;
  }
  const literal = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const server = port === undefined ? literal : `${literal}:${port}`;
  return database === undefined ? server : `${server}/${database}`;
}
