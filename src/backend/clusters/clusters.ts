/** The PostgreSQL servers in the data directory: made once, run by the supervisor process. */
import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { textOf, writePrivately } from "../data-dir";
import type { DatabaseLogin } from "../engine/database-login";
import { log, shortened } from "../log";
import { StartError } from "../start-error";
import type { Binaries } from "./binaries";
import { errorLine } from "./error-line";
import { freePort } from "./free-port";
import { stopLeftover } from "./leftovers";
import { fromSupervisor, type ServerSpec, supervisorRole, type ToSupervisor } from "./protocol";

/** `control` holds the task states; `source` and `target` exist with `--demo` only. */
export type ClusterName = "control" | "source" | "target";

const runAnewMs = 1_000;

/** The superuser of every server here. */
export const superuser = "postgres";

/** Prefix of each log line: time, process, kind of process, SQLSTATE. */
const logLinePrefix = "%m|%p|%b|%e|";

interface ProgramResult {
  readonly code: number;
  readonly output: string;
}

interface Events {
  line: [name: string, line: string];
  ready: [name: string];
  died: [name: string];
}

/** Starts and stops the servers; emits every line they log. */
export class Clusters extends EventEmitter<Events> {
  readonly #specs = new Map<string, ServerSpec>();
  readonly #failures = new EventEmitter<{ failed: [name: string, output: string] }>();
  /** Programs that the supervisor runs, by their numbers. */
  readonly #programs = new Map<number, (result: ProgramResult) => void>();
  #lastProgram = 0;
  readonly #ports = new Map<string, number>();
  /** Servers in the making, which a stop interrupts and waits for. */
  readonly #makings = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #supervisor: ChildProcess | undefined;

  constructor(
    private readonly dataDir: string,
    private readonly binaries: Binaries,
    private readonly password: string,
  ) {
    super();
    this.setMaxListeners(0);
  }

  /**
   * Makes the server if it is not there yet, starts it and waits until it accepts connections. One that runs is
   * stopped before.
   *
   * @param settings of PostgreSQL beside the usual ones, until the next start.
   * @throws StartError when it does not start.
   */
  async start(name: ClusterName, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const dataDir = join(this.dataDir, "clusters", name);
    if (!this.has(name)) {
      await stopLeftover(this.binaries, dataDir);
    }
    const making = this.#make(name, dataDir).finally(() => this.#makings.delete(making));
    this.#makings.add(making);
    await making;
    if (name !== "control") {
      await writePrivately(join(dataDir, "postgresql.auto.conf"), changeableSettings);
    }
    for (let attempt = 0; ; attempt++) {
      const port = await this.#port(name, attempt > 0);
      const output = await this.#run(this.#spec(name, dataDir, port, settings));
      if (output === undefined) {
        return;
      }
      if (attempt === 2 || !/could not (bind|create any TCP)/.test(output)) {
        throw new StartError(`the ${name} database server does not start: ${errorLine(output)}`);
      }
    }
  }

  /** Whether the server was started here. */
  has(name: ClusterName): boolean {
    return this.#specs.has(name);
  }

  /** Ends a server as a crash would; it is started again after this many milliseconds, or by `revive`. */
  kill(name: ClusterName, downMs: number): void {
    this.#tell({ type: "kill", name, downMs });
  }

  revive(name: ClusterName): void {
    this.#tell({ type: "revive", name });
  }

  /** Removes a server's directory; it must not be running. */
  async remove(name: ClusterName): Promise<void> {
    const parent = join(this.dataDir, "clusters");
    await stopLeftover(this.binaries, join(parent, name));
    // It is there or gone, also after a crash; what is left under the other name, the next making removes.
    const gone = join(parent, `${name}.new.gone`);
    await rm(gone, { recursive: true, force: true });
    await rename(join(parent, name), gone).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") {
        throw error;
      }
    });
    await rm(gone, { recursive: true, force: true });
  }

  /** The superuser's way into a database of a running server. */
  connection(name: ClusterName, database = "postgres"): DatabaseLogin {
    const port = this.#ports.get(name) ?? 0;
    return { host: "127.0.0.1", port, user: superuser, password: this.password, database, ssl: false };
  }

  /** Stops all servers within 4 s and waits for the supervisor's end. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const supervisor = this.#supervisor;
    const runs = supervisor !== undefined && supervisor.exitCode === null && supervisor.signalCode === null;
    const ended = runs ? once(supervisor, "exit") : undefined;
    this.#tell({ type: "stop" });
    await ended;
    await Promise.allSettled(this.#makings);
  }

  #tell(message: ToSupervisor): void {
    if (this.#supervisor?.connected === true) {
      this.#supervisor.send(message);
    }
  }

  async #make(name: ClusterName, dataDir: string): Promise<void> {
    if ((await textOf(join(dataDir, "PG_VERSION"))) !== undefined) {
      return;
    }
    const passwordFile = join(this.dataDir, `${name}.password`);
    const parent = join(this.dataDir, "clusters");
    await mkdir(parent, { recursive: true, mode: 0o700 });
    // Remains of a killed start; its initdb may still run, so a directory of its own is used.
    const stale = (await readdir(parent)).filter((entry) => entry.startsWith(`${name}.new.`));
    for (const entry of stale) {
      await rm(join(parent, entry), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
    const unfinished = join(parent, `${name}.new.${process.pid}`);
    try {
      await writePrivately(passwordFile, this.password);
      const args = [
        ...["-D", unfinished, "-U", superuser, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
        ...["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=4"],
      ];
      const { code, output } = await this.#runProgram(this.binaries.initdb, args);
      if (code !== 0) {
        log(`initdb failed: ${shortened(output)}`);
        throw new StartError(`the ${name} database server cannot be made: ${errorLine(output)}`);
      }
    } finally {
      await rm(passwordFile, { force: true });
    }
    // Only a finished directory has the name, so an interrupted start leaves nothing half made.
    await rename(unfinished, dataDir);
  }

  /** Runs a program under the supervisor, which ends it when the backend is gone. */
  async #runProgram(file: string, args: readonly string[]): Promise<ProgramResult> {
    if (this.#stop.signal.aborted) {
      throw new StartError("the backend is stopping");
    }
    const id = ++this.#lastProgram;
    const result = new Promise<ProgramResult>((resolve) => this.#programs.set(id, resolve));
    const { prefix, env } = this.binaries;
    this.#supervisor ??= this.#fork();
    this.#tell({ type: "run", id, command: [...prefix, file, ...args], env: { ...env } });
    return await result.finally(() => this.#programs.delete(id));
  }

  #spec(name: ClusterName, dataDir: string, port: number, own: Readonly<Record<string, string>>): ServerSpec {
    const settings = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      log_line_prefix: logLinePrefix,
      // The text of a failed statement may hold a password.
      log_min_error_statement: "panic",
      ...(name === "control" ? controlSettings : replicationSettings),
      ...(name !== "control" && this.binaries.major >= 18 ? originSettings : {}),
      ...own,
    };
    const { prefix, postgres, pgCtl, env } = this.binaries;
    const options = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    return {
      name,
      dataDir,
      command: [...prefix, postgres, "-D", dataDir, ...options],
      env: { ...env },
      pgCtl: [...prefix, pgCtl],
      rank: name === "target" ? 1 : 0,
    };
  }

  /** Runs a server; undefined once it is ready, or what it logged before it ended. */
  async #run(spec: ServerSpec): Promise<string | undefined> {
    if (this.#stop.signal.aborted) {
      throw new StartError("the backend is stopping");
    }
    this.#specs.set(spec.name, spec);
    const outcome = new Promise<string | undefined>((resolve) => {
      const settle = (output: string | undefined) => {
        this.off("ready", onReady);
        this.#failures.off("failed", onFailed);
        resolve(output);
      };
      const onReady = (name: string) => name === spec.name && settle(undefined);
      const onFailed = (name: string, output: string) => name === spec.name && settle(output);
      this.on("ready", onReady);
      this.#failures.on("failed", onFailed);
    });
    this.#supervisor ??= this.#fork();
    this.#supervisor.send({ type: "start", server: spec } satisfies ToSupervisor);
    return await outcome;
  }

  #fork(): ChildProcess {
    const child = fork(__filename, [supervisorRole], {
      // A session of its own: what is sent to the backend's process group must not end it before the servers.
      detached: process.platform !== "win32",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    child.on("message", (message) => {
      const event = v.parse(fromSupervisor, message);
      switch (event.type) {
        case "line":
          this.emit("line", event.name, event.line);
          break;
        case "ready":
          this.emit("ready", event.name);
          break;
        case "ran":
          this.#programs.get(event.id)?.(event);
          break;
        case "died":
          log(`the ${event.name} database server ended unexpectedly and is started again`);
          this.emit("died", event.name);
          break;
        case "failed":
          this.#failures.emit("failed", event.name, event.output);
      }
    });
    // A message to a supervisor that has just ended; "exit" follows.
    child.on("error", () => undefined);
    child.on("exit", () => {
      this.#supervisor = undefined;
      for (const settle of this.#programs.values()) {
        settle({ code: -1, output: "its supervisor ended" });
      }
      if (!this.#stop.signal.aborted) {
        void this.#recover();
      }
    });
    return child;
  }

  /** The supervisor itself is gone: end the servers it left and restart them. */
  async #recover(): Promise<void> {
    log("the supervisor of the database servers ended unexpectedly and is started again");
    await Promise.all([...this.#specs.values()].map(async (spec) => await this.#runAnew(spec)));
  }

  /** Runs a server that was running before, trying until it does: its remains may need a moment to go. */
  async #runAnew(spec: ServerSpec): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await stopLeftover(this.binaries, spec.dataDir);
      const output = this.#stop.signal.aborted ? undefined : await this.#run(spec);
      if (output === undefined) {
        return;
      }
      log(`the ${spec.name} database server does not start yet: ${errorLine(output)}`);
      await delay(runAnewMs, undefined, { ref: false });
    }
  }

  /** The server's port of last time when it is free, else another. */
  async #port(name: ClusterName, another: boolean): Promise<number> {
    const file = join(this.dataDir, `${name}.port`);
    const kept = Number.parseInt((await textOf(file)) ?? "", 10);
    const port = await freePort(kept > 0 && !another ? kept : undefined);
    this.#ports.set(name, port);
    await writePrivately(file, String(port));
    return port;
  }
}

const controlSettings = {
  max_connections: "40",
  shared_buffers: "16MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum_naptime: "5min",
};

/** For 100 tasks at once beside the demo's: each has a slot, and while it copies a spare one and one for each worker. */
const replicationSettings = {
  max_connections: "300",
  shared_buffers: "64MB",
  max_wal_size: "2GB",
  wal_recycle: "off",
  wal_level: "logical",
  max_replication_slots: "500",
  max_wal_senders: "400",
  max_worker_processes: "420",
  max_logical_replication_workers: "400",
  max_sync_workers_per_subscription: "2",
  wal_retrieve_retry_interval: "1s",
};

/** Before version 18 the number of slots was that of origins, too. */
const originSettings = { max_active_replication_origins: "400" };

/**
 * A task that stays paused for long must not fill the disk: its slot is given up first. In the server's own file, so
 * that a fault on demand can change it while the server runs.
 */
const changeableSettings = "max_slot_wal_keep_size = '2GB'\n";
