/**
 * The supervisor process: parent of the PostgreSQL servers. It restarts a server that dies, and when the backend is
 * gone, however it ended, the channel to it closes and the supervisor stops every server and ends. It also runs the
 * programs that make servers, so that none of them outlives the backend.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { reasonOf } from "../log";
import { run } from "./binaries";
import { type FromSupervisor, type ServerSpec, toSupervisor } from "./protocol";

type Signal = "INT" | "QUIT" | "KILL";

/** Milliseconds after the first signal: a subscriber's head start, an immediate stop, the end of patience. */
const stopPlan = { headStart: 1_000, immediate: 2_800, kill: 3_600 };
const longestRestartWaitMs = 5_000;

/** Runs the supervisor until the backend asks it to stop or is gone. */
export function supervise(): void {
  const servers = new Map<string, Server>();
  const programs = new Programs();
  let stopping = false;
  const stop = async () => {
    if (!stopping) {
      stopping = true;
      await programs.stop();
      await stopAll([...servers.values()]);
      process.exit(0);
    }
  };
  const start = async (spec: ServerSpec) => {
    await servers.get(spec.name)?.stop();
    if (!stopping) {
      const server = new Server(spec);
      servers.set(spec.name, server);
      server.start();
    }
  };
  // Ctrl+C reaches the whole process group; the servers are stopped in order, when the backend says so or is gone.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  process.on("disconnect", () => void stop());
  // Whatever goes wrong here, no server may be left without its parent.
  process.on("uncaughtException", () => void stop());
  process.on("message", (message) => {
    const request = v.parse(toSupervisor, message);
    switch (request.type) {
      case "run":
        programs.run(request.id, request.command, request.env);
        break;
      case "stop":
        void stop();
        break;
      case "kill":
        servers.get(request.name)?.kill(request.downMs);
        break;
      case "revive":
        servers.get(request.name)?.revive();
        break;
      case "start":
        void start(request.server);
    }
  });
}

function tell(message: FromSupervisor): void {
  if (process.connected) {
    // The backend may be gone although the channel has not closed yet; "disconnect" follows.
    process.send?.(message, () => undefined);
  }
}

/** Programs that run to their end by themselves, unless the backend is gone before. */
class Programs {
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  run(id: number, [file = "", ...args]: readonly string[], env: Readonly<Record<string, string>>): void {
    const work = run({ prefix: [], env }, file, args, this.#stop.signal)
      .catch((error: unknown) => ({ code: -1, output: reasonOf(error) }))
      .then((result) => {
        this.#running.delete(work);
        tell({ type: "ran", id, ...result });
      });
    this.#running.add(work);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }
}

class Server {
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #wasReady = false;
  #deaths = 0;
  /** How long the server stays away after it was killed on demand, in milliseconds. */
  #downMs = 0;
  #absence = new AbortController();

  constructor(readonly spec: ServerSpec) {}

  get ended(): Promise<void> {
    return this.#ended;
  }

  start(): void {
    const { name } = this.spec;
    const [command = "", ...args] = this.spec.command;
    const child = spawn(command, args, {
      env: { ...process.env, ...this.spec.env },
      stdio: ["ignore", "ignore", "pipe"],
      windowsHide: true,
    });
    this.#child = child;
    let ready = false;
    const tail: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      tail.push(line);
      tail.splice(0, tail.length - 20);
      if (!ready && line.includes("database system is ready to accept connections")) {
        ready = true;
        this.#wasReady = true;
        this.#deaths = 0;
        tell({ type: "ready", name, pid: child.pid ?? 0 });
      }
      tell({ type: "line", name, line });
    });
    child.on("error", (error) => tail.push(error.message));
    this.#ended = new Promise((resolve) => {
      child.once("close", () => {
        this.#child = undefined;
        resolve();
        if (this.#stopping) {
          return;
        }
        if (this.#wasReady) {
          void this.#restart();
        } else {
          tell({ type: "failed", name, output: tail.join("\n") });
        }
      });
    });
  }

  /** From now on the server is not started again when it ends. */
  retire(): void {
    this.#stopping = true;
  }

  /** Ends the server for good, at once where it does not end soon. */
  async stop(): Promise<void> {
    this.retire();
    this.signal("INT");
    const timer = setTimeout(() => this.signal("QUIT"), stopPlan.immediate);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the server as a crash would; it comes back after this many milliseconds, or when it is revived. */
  kill(downMs: number): void {
    this.#downMs = this.#child === undefined ? 0 : downMs;
    this.signal("KILL");
  }

  revive(): void {
    this.#absence.abort();
  }

  /** Ends the server, unless it has ended. */
  signal(signal: Signal): void {
    const child = this.#child;
    if (child?.pid === undefined) {
      return;
    }
    const [pgCtl = "", ...args] = this.spec.pgCtl;
    if (process.platform === "win32" && signal !== "KILL") {
      spawn(pgCtl, [...args, "kill", signal, String(child.pid)], { stdio: "ignore", windowsHide: true });
    } else {
      child.kill(`SIG${signal}`);
    }
  }

  async #restart(): Promise<void> {
    tell({ type: "died", name: this.spec.name });
    const wait = Math.max(Math.min(200 * 2 ** this.#deaths++, longestRestartWaitMs), this.#downMs);
    this.#downMs = 0;
    this.#absence = new AbortController();
    await delay(wait, undefined, { signal: this.#absence.signal }).catch(() => undefined);
    if (!this.#stopping) {
      this.start();
    }
  }
}

async function stopAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) {
    server.retire();
  }
  const all = Promise.all(servers.map((server) => server.ended));
  const sendAll = (signal: Signal) => {
    for (const server of servers) {
      server.signal(signal);
    }
  };
  const timers = [
    setTimeout(() => sendAll("QUIT"), stopPlan.immediate),
    setTimeout(() => sendAll("KILL"), stopPlan.kill),
  ];
  const top = Math.max(...servers.map((server) => server.spec.rank));
  const first = servers.filter((server) => server.spec.rank === top);
  for (const server of first) {
    server.signal("INT");
  }
  await Promise.race([Promise.all(first.map((server) => server.ended)), delay(stopPlan.headStart)]);
  sendAll("INT");
  await all;
  for (const timer of timers) {
    clearTimeout(timer);
  }
}
