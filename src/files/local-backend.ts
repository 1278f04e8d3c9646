/** The local backend's data for task files while it is open. */
import type { LocalAccess } from "../backend-client/access";
import { type DemoDatabase, demoLogins } from "../backend-client/demo-databases";
import { type FoundBackend, localId } from "../connections/connection";
import type { FileParts } from "./open";

/** The local backend, with the key to call it; undefined when its connection is not open. */
export function openLocalBackend({ connections, sessions }: FileParts): FoundBackend | undefined {
  return sessions.find(localId)?.session && connections.localAccess;
}

/** The databases of the demo; none when it does not run, or does not answer. */
export async function demoDatabases(
  local: LocalAccess,
  { l10n, log }: FileParts,
): Promise<readonly DemoDatabase[]> {
  try {
    return (await demoLogins(local, l10n)).databases;
  } catch (error) {
    log.warn(`The demo's databases are not known: ${error}`);
    return [];
  }
}
