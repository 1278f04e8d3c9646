/** The parts of the backend, put together and taken apart in order. */
import { createHandlers } from "./api/handlers";
import { ApiServer } from "./api/server";
import { findBinaries } from "./clusters/binaries";
import { Clusters } from "./clusters/clusters";
import { DataDir } from "./data-dir";
import { Demo } from "./demo/demo";
import { PostgresEngine } from "./engine/postgres/engine";
import { ServerLog } from "./engine/postgres/server-log";
import type { Flags } from "./flags";
import { JobActions } from "./jobs/actions";
import { ControlDatabase } from "./jobs/control-database";
import { Runner } from "./jobs/runner";
import { JobStore } from "./jobs/store";
import { log, reasonOf } from "./log";
import { SecretBox } from "./secrets";

type Disposal = () => Promise<unknown>;

export class Backend {
  /** What has been started, the last one first. */
  readonly #disposals: Disposal[] = [];

  constructor(private readonly flags: Flags) {}

  /**
   * Starts everything and answers the ready line.
   *
   * @throws StartError for what the user can put right.
   */
  async start(): Promise<string> {
    const dir = this.#owned(await DataDir.take(this.flags.dataDir), async (taken) => await taken.release());
    const { identity } = dir;
    const api = this.#owned(
      await ApiServer.listen(this.flags.port, identity),
      async (server) => await server.close(),
    );
    const binaries = await findBinaries(dir.path);
    let runner: Runner | undefined;
    // The databases that read through the links stop before the links are cut.
    this.#disposals.push(async () => await runner?.closeLinks());
    const clusters = this.#owned(
      new Clusters(dir.path, binaries, identity.databasePassword),
      async (servers) => await servers.stop(),
    );
    const demo = this.flags.demo ? new Demo(dir.path, clusters) : undefined;
    await clusters.start("control");
    const control = this.#owned(
      new ControlDatabase(clusters.connection("control")),
      async (open) => await open.close(),
    );
    const store = await JobStore.open(control);
    await demo?.startServers(store);
    const secrets = new SecretBox(identity.sealingKey);
    const logs = demo === undefined ? new Map<string, ServerLog>() : targetLogs(clusters);
    const engine = this.#owned(
      new PostgresEngine(({ host, port }) => logs.get(`${host}:${port}`)),
      async (used) => await used.dispose(),
    );
    const tasks = this.#owned(new Runner(store, engine, secrets), async (running) => await running.stop());
    runner = tasks;
    const actions = new JobActions(store, tasks, engine, secrets);
    const handlers = createHandlers({ store, runner: tasks, actions });
    await tasks.start();
    const local = {
      balances: async () => ({
        accounts: [...store.balances()].map(([account, balance]) => ({ account, balance })),
      }),
      setBalance: async (account: string, balance: number) => {
        await store.setBalance(account, balance);
        tasks.wake();
        return { account, balance };
      },
      databases: async () => ({ databases: demo?.logins() ?? [] }),
    };
    if (demo !== undefined) {
      this.#owned(demo, async (running) => await running.stop());
      await demo.run({ store, runner: tasks, handlers, setBalance: local.setBalance });
    }
    api.service = { handlers, local };
    // Whoever looks for a running backend is not to find one that is ending.
    this.#disposals.push(async () => {
      api.service = undefined;
    });
    const ready = JSON.stringify({
      endpoint: api.endpoint,
      project_id: identity.projectId,
      access_key: identity.accessKey,
      secret_key: identity.secretKey,
      pid: process.pid,
    });
    await dir.announce(ready);
    return ready;
  }

  /** Stops what was started, in reverse order. */
  async stop(): Promise<void> {
    for (let dispose = this.#disposals.pop(); dispose !== undefined; dispose = this.#disposals.pop()) {
      await dispose().catch((error: unknown) => log(`while stopping: ${reasonOf(error)}`));
    }
  }

  #owned<T>(thing: T, dispose: (thing: T) => Promise<unknown>): T {
    this.#disposals.push(async () => await dispose(thing));
    return thing;
  }
}

/** The log of the demo's target server tells the text of its workers' errors. */
function targetLogs(clusters: Clusters): ReadonlyMap<string, ServerLog> {
  const serverLog = new ServerLog();
  clusters.on("line", (name, line) => {
    if (name === "target") {
      serverLog.read(line);
    }
  });
  const { host, port } = clusters.connection("target");
  return new Map([[`${host}:${port}`, serverLog]]);
}
