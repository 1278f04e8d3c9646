/** A PostgreSQL server as a user may have one: an older version, with default settings but for the level of its log. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { findBinaries, run } from "../../src/backend/clusters/binaries";
import { freePort } from "../../src/backend/clusters/free-port";
import { makeDataDir, removeDataDir, until } from "./backend-process";

export class OwnServer {
  private constructor(
    private readonly dataDir: string,
    private readonly server: ChildProcess,
    readonly login: { host: string; port: number; user: string; password: string },
  ) {}

  /**
   * @param packages a file for which Node finds the package with the programs.
   * @param changed further settings.
   * @param standby whether it waits for a primary's log, and takes no changes.
   */
  static async start(packages: string, changed: readonly string[] = [], standby = false): Promise<OwnServer> {
    const dataDir = makeDataDir();
    const binaries = await findBinaries(dataDir, { from: packages });
    const [data, passwordFile] = [join(dataDir, "data"), join(dataDir, "password")];
    const login = { host: "127.0.0.1", port: await freePort(), user: "postgres", password: "its own" };
    writeFileSync(passwordFile, login.password);
    const made = await run(binaries, binaries.initdb, [
      ...["-D", data, "-U", login.user, "-A", "scram-sha-256", "--pwfile", passwordFile],
      ...["--no-sync", "-E", "UTF8", "--locale=C"],
    ]);
    if (made.code !== 0) {
      throw new Error(made.output);
    }
    if (standby) {
      writeFileSync(join(data, "standby.signal"), "");
    }
    const settings = [
      "wal_level=logical",
      "unix_socket_directories=",
      "listen_addresses=127.0.0.1",
      ...changed,
    ];
    const [command = binaries.postgres, ...prefix] = [...binaries.prefix, binaries.postgres];
    const server = spawn(
      command,
      [...prefix, "-D", data, "-p", String(login.port), ...settings.flatMap((one) => ["-c", one])],
      { env: { ...process.env, ...binaries.env }, stdio: "ignore" },
    );
    const own = new OwnServer(dataDir, server, login);
    await until(
      "the server accepts connections",
      async () => await own.sql("postgres", "SELECT 1").catch(() => []),
      ({ length }) => length > 0,
    );
    return own;
  }

  /** Runs statements; answers the rows of the last. */
  async sql(database: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new pg.Client({ ...this.login, database });
    await client.connect();
    try {
      const results = await client.query<Record<string, unknown>>(text);
      // Several statements have several results.
      return [results].flat().at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.server, "exit");
    this.server.kill("SIGINT");
    await ended;
    removeDataDir(this.dataDir);
  }
}
