/** The one connection of the MCP server. */

import { type BackendAddress, runningBackend } from "../backend-client/discovery";
import { accessOf, type Environment, environmentNames } from "../connections/access";
import { type CloudConnection, type LocalConnection, localId } from "../connections/connection";
import { openSession, type Session, type SessionOptions } from "../connections/session";
import type { Localizer } from "../l10n/localizer";
import type { ServingFlags } from "./mcp-flags";
import type { ToolConnection } from "./tool-context";

/** As the extension's settings have them. */
const options: Omit<SessionOptions, "l10n"> = {
  limits: { requests: () => 120, timeoutMs: () => 30_000 },
  // stdout belongs to the protocol.
  warn: (message) => process.stderr.write(`${message}\n`),
};

/** Answers what the tools act on; the function is called for each request. */
export type Places = () => Promise<readonly ToolConnection[]>;

/** @throws Error that names the variables that are not set. */
export function placesFor(flags: ServingFlags, environment: Environment, l10n: Localizer): Places {
  return flags.kind === "local" ? localPlaces(flags.dataDir, l10n) : cloudPlaces(flags, environment, l10n);
}

function cloudPlaces(
  { name, endpoint }: Extract<ServingFlags, { kind: "cloud" }>,
  environment: Environment,
  l10n: Localizer,
): Places {
  const connection: CloudConnection = {
    ...{ kind: "cloud", id: name, name, endpoint, projectId: "" },
    ...{ site: "private", region: name, signIn: { kind: "environment" } },
  };
  const access = accessOf(connection, undefined, environment);
  if (typeof access === "string") {
    const { accessKey, secretKey, projectId } = environmentNames;
    throw new Error(`${accessKey}, ${secretKey} and ${projectId} must be set`);
  }
  const session = openSession(connection, access, { ...options, l10n });
  return async () => [{ id: name, name, kind: "cloud", session, readOnly: session.control.refusal?.message }];
}

/** The backend may start, end, and start again at another address while an agent works. */
function localPlaces(dataDir: string, l10n: Localizer): Places {
  let opened: { readonly address: BackendAddress; readonly session: Session } | undefined;
  return async () => {
    const address = await runningBackend(dataDir);
    if (address?.pid !== opened?.address.pid || address?.endpoint !== opened?.address.endpoint) {
      opened?.session.dispose();
      opened = address && { address, session: sessionOf(address, l10n) };
    }
    const trouble = "No local backend runs on the data directory; start it with drs-local or from VS Code.";
    return [{ id: localId, name: localId, kind: "local", session: opened?.session, trouble }];
  };
}

function sessionOf({ endpoint, projectId, accessKey, secretKey }: BackendAddress, l10n: Localizer): Session {
  const connection: LocalConnection = { kind: "local", id: localId, name: localId, endpoint, projectId };
  const access = accessOf(connection, { accessKey, secretKey }, {});
  if (typeof access === "string") {
    throw new Error("the local backend's key cannot be used");
  }
  // No key, so that no presence is announced: an agent that waits does not keep a backend running.
  return openSession(connection, { ...access, key: undefined }, { ...options, l10n });
}
