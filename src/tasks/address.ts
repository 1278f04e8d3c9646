import { isIPv6 } from "node:net";
import { type Shown, shown } from "../l10n/shown";
import type { Task, TaskEndpoint } from "./task";

/** `host:port/database` with as much of it as is known; undefined when neither host nor database is. */
export function addressText({ host, port, database }: TaskEndpoint): string | undefined {
  const server = serverText(host, port);
  return server === undefined || database === undefined ? (server ?? database) : `${server}/${database}`;
}

/** The two ends of a task, each as `database @ host:port`; undefined when one of them is not known. */
export function endsOf({
  source,
  target,
}: Task): { readonly source: Shown; readonly target: Shown } | undefined {
  const [from, to] = [source, target].map((end) => end && endText(end));
  return from === undefined || to === undefined ? undefined : { source: shown(from), target: shown(to) };
}

function endText({ host, port, database }: TaskEndpoint): string | undefined {
  const server = serverText(host, port);
  return server === undefined || database === undefined ? (server ?? database) : `${database} @ ${server}`;
}

function serverText(host: string | undefined, port: number | undefined): string | undefined {
  if (host === undefined) {
    return undefined;
  }
  const literal = isIPv6(host) ? `[${host}]` : host;
  // Of a cluster the service lists all servers with their ports.
  return port === undefined || /:\d+$/.test(literal) ? literal : `${literal}:${port}`;
}
