import type { DatabaseLogin } from "../engine/engine";
import type { SecretBox } from "../secrets";
import type { StoredEndpoint } from "./job";

/** The way into a task's database, with its password opened. */
export function loginOf(endpoint: StoredEndpoint, secrets: SecretBox): DatabaseLogin {
  const { host, port, user, database, ssl } = endpoint;
  return { host, port, user, password: secrets.open(endpoint.sealedPassword), database, ssl };
}

/** Whether a server is on this machine, so that it can reach a task's link. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
