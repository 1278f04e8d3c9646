import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { EndLogin } from "../database-login";
import { EngineError } from "../engine-error";
import type { Databases } from "./databases";

const freshMs = 10_000;

/** The free disk space for a source's log: of servers on this machine, by logins that may read `data_directory`. */
export class DiskRoom {
  readonly #known = new Map<string, { readonly at: number; readonly room: Promise<number | undefined> }>();

  constructor(private readonly databases: Databases) {}

  /** In bytes; undefined: not known. */
  async of(source: EndLogin): Promise<number | undefined> {
    if (!/^(localhost|127\.|::1$)/.test(source.host)) {
      return undefined;
    }
    const key = JSON.stringify([source.host, source.port, source.user]);
    const known = this.#known.get(key);
    if (known !== undefined && Date.now() - known.at < freshMs) {
      return await known.room;
    }
    const room = this.#ask(source);
    this.#known.set(key, { at: Date.now(), room });
    return await room;
  }

  async #ask(source: EndLogin): Promise<number | undefined> {
    try {
      const [row] = await this.databases.query<{ path: string }>(
        source,
        "SELECT setting AS path FROM pg_settings WHERE name = 'data_directory'",
      );
      if (row === undefined) {
        return undefined;
      }
      const { bavail, bsize } = await statfs(join(row.path, "pg_wal"));
      return bavail * bsize;
    } catch (error) {
      if (error instanceof EngineError || (error instanceof Error && "code" in error)) {
        // The server is away, or is not on this machine although its port is.
        return undefined;
      }
      throw error;
    }
  }
}
