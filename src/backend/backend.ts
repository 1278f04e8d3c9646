/** The parts of the backend, put together and taken apart in order. */
import { version } from "../../package.json";
import { copyAgain, copyState } from "./api/copy-again";
import { delayView } from "./api/delay";
import { tryEnds } from "./api/ends";
import { createHandlers } from "./api/handlers";
import { ApiServer } from "./api/server";
import { warningsView } from "./api/warnings";
import { type Binaries, findBinaries } from "./clusters/binaries";
import { Clusters } from "./clusters/clusters";
import { DataDir } from "./data-dir";
import { Demo } from "./demo/demo";
import {
  demoLoginFor,
  runDemoSql,
  runRemedyAsOwner,
  runTaskSql,
  type SqlRequest,
  type TaskSqlRequest,
} from "./demo/sql";
import type { DatabaseLogin } from "./engine/database-login";
import { createEngine } from "./engine/engines";
import { ServerLog } from "./engine/postgres/server-log";
import { EngineFaults } from "./faults/engine-faults";
import { Faults } from "./faults/faults";
import type { Flags } from "./flags";
import { JobActions } from "./jobs/actions";
import { Comparisons } from "./jobs/comparisons";
import { ControlDatabase } from "./jobs/control-database";
import { Controller } from "./jobs/controller";
import { EndpointActions } from "./jobs/endpoint-actions";
import { LegalChanges } from "./jobs/legal-changes";
import { Prechecks } from "./jobs/prechecks";
import { releaseAll } from "./jobs/release-all";
import { findRemedy } from "./jobs/remedies";
import { JobStore } from "./jobs/store";
import { log, reasonOf } from "./log";
import { ApiError, type Language, message } from "./messages";
import { Presences } from "./presence";
import { SecretBox } from "./secrets";
import { StartError } from "./start-error";

/** How often the backend checks that it still has its data directory, in milliseconds. */
const directoryLookMs = 2_000;

type Disposal = () => Promise<unknown>;

/** The parts that stay while the service is reset. */
interface Base {
  readonly dir: DataDir;
  readonly api: ApiServer;
  readonly binaries: Binaries;
}

/** A running service, as far as a reset needs it. */
interface Running {
  readonly base: Base;
  readonly store: JobStore;
  readonly controller: Controller;
  readonly clusters: Clusters;
}

/**
 * The whole backend in one process. It is made of a base that stays and a service that a reset of the demo replaces.
 */
export class Backend {
  readonly #base: Disposal[] = [];
  /** The disposals of the parts that were started on the base, the last one first. */
  readonly #service: Disposal[] = [];
  readonly #faults = new Faults();
  #running: Running | undefined;
  #resetting: Promise<void> | undefined;
  #stopping = false;

  readonly #presences: Presences;

  /**
   * @param end is called, with the reason, when nobody has used the backend for as long as the flags say, or when its
   *   data directory is gone.
   */
  constructor(
    private readonly flags: Flags,
    private readonly end: (why: string) => void,
  ) {
    const { exitWhenUnused } = flags;
    const limit = exitWhenUnused === undefined ? undefined : exitWhenUnused * 1_000;
    this.#presences = new Presences(limit, () => end("nobody uses it any more"));
  }

  /**
   * Starts everything and answers the ready line.
   *
   * @throws StartError for what the user can put right.
   */
  async start(): Promise<string> {
    const dir = await DataDir.take(this.flags.dataDir);
    this.#base.push(async () => await dir.release());
    const { identity } = dir;
    const api = await ApiServer.listen(this.flags.port, identity, {
      faults: this.#faults,
      presences: this.#presences,
      reset: async () => await this.#resetOnce(),
    });
    this.#base.push(async () => await api.close());
    await this.#serve({ dir, api, binaries: await findBinaries(dir.path, this.flags) });
    const ready = JSON.stringify({
      endpoint: api.endpoint,
      project_id: identity.projectId,
      access_key: identity.accessKey,
      secret_key: identity.secretKey,
      pid: process.pid,
      version,
      exits_when_unused: this.flags.exitWhenUnused !== undefined,
    });
    await dir.announce(ready);
    const watch = setInterval(() => void this.#lookAfter(dir), directoryLookMs);
    this.#base.push(async () => clearInterval(watch));
    this.#presences.begin();
    return ready;
  }

  /** Stops what was started, in reverse order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#presences.end();
    this.#faults.clear();
    await dispose(this.#service);
    await this.#resetting?.catch(() => undefined);
    await dispose(this.#service);
    await dispose(this.#base);
  }

  /** Processes in a directory that was deleted or moved would be in the way of the next backend. */
  async #lookAfter(dir: DataDir): Promise<void> {
    // An unreadable directory may be back next time.
    if (!(await dir.isOurs().catch(() => true)) && !this.#stopping) {
      this.end(`the data directory ${dir.path} is gone or belongs to another backend`);
    }
  }

  async #serve(base: Base): Promise<void> {
    if (this.#stopping) {
      // The stop has already run, so nothing would end what starts from here on.
      throw new StartError("the backend is stopping");
    }
    const { dir, api, binaries } = base;
    const { identity } = dir;
    let controller: Controller | undefined;
    // The databases that read through the links stop before the links are cut.
    this.#service.push(async () => await controller?.closeLinks());
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
    const secrets = new SecretBox(identity.sealingKey);
    const engine = this.#owned(
      createEngine("postgresql", { logOf: targetLog(clusters) }),
      async (used) => await used.dispose(),
    );
    const tasks = this.#owned(
      new Controller(store, engine, secrets),
      async (running) => await running.stop(),
    );
    controller = tasks;
    await demo?.startServers(store, tasks);
    const changes = new LegalChanges(store, tasks);
    const actions = new JobActions(changes, store, tasks, engine, secrets);
    const endpoints = new EndpointActions(changes, store, tasks, engine, secrets);
    const prechecks = new Prechecks(changes, store, tasks, engine);
    const comparisons = this.#owned(
      new Comparisons(control, store, tasks, engine),
      async (running) => await running.stop(),
    );
    await comparisons.start();
    const handlers = createHandlers({
      ...{ store, controller: tasks, actions, endpoints, prechecks, comparisons, secrets },
    });
    await tasks.start();
    const local = {
      warnings: (language: Language) => warningsView(store.all(), (id) => tasks.live(id).engine, language),
      balances: async () => ({
        accounts: [...store.balances()].map(([account, balance]) => ({ account, balance })),
      }),
      setBalance: async (account: string, balance: number) => {
        await store.setBalance(account, balance);
        tasks.wake();
        return { account, balance };
      },
      databases: async () => ({ databases: demo?.logins() ?? [], changed: demo?.changedPasswords() ?? [] }),
      sql: async (request: SqlRequest) => await runDemoSql(demo?.logins() ?? [], request),
      copyAgain: async (id: string, request: Parameters<typeof copyAgain>[2]) =>
        await copyAgain({ store, controller: tasks, actions }, id, request),
      unapplied: async (id: string) => {
        const missing = await actions.unapplied(id);
        return { tables: missing?.tables ?? null, log_bytes: missing?.logBytes ?? null };
      },
      ends: async (request: Parameters<typeof tryEnds>[1], language: Language) =>
        await tryEnds(engine, request, language),
      delay: async (id: string) => await delayView({ store, controller: tasks, engine }, id),
      measurements: async (id: string) => ({
        measurements: (await store.measurements.of(id)).map(({ at, delayMs, rows }) => ({
          ...{ at: new Date(at).toISOString(), delay_ms: delayMs, rows_per_second: rows },
        })),
      }),
      remedy: async (id: string) => {
        const found = await findRemedy({ changes, store, controller: tasks, engine, prechecks }, id);
        const job = changes.get(id);
        const open = (["source", "target"] as const).filter(
          (side) => demoLoginFor(demo?.logins() ?? [], job[side]) !== undefined,
        );
        return { ...found, open };
      },
      taskSql: async (id: string, request: TaskSqlRequest) => {
        const endpoint = tasks.taskOf(changes.get(id))[request.side];
        if (request.owner !== true) {
          return await runTaskSql(demo?.logins() ?? [], endpoint, request);
        }
        const { statements } = await findRemedy({ changes, store, controller: tasks, engine, prechecks }, id);
        const remedy = statements.filter(({ side }) => side === request.side).map(({ sql }) => sql);
        return await runRemedyAsOwner(demo?.ownerOf(endpoint), remedy, request);
      },
      copyState: (id: string) => copyState({ store, controller: tasks, actions }, id),
    };
    if (demo !== undefined) {
      this.#owned(demo, async (running) => await running.stop());
      const { language } = this.flags;
      await demo.run({ store, controller: tasks, handlers, setBalance: local.setBalance, language });
    }
    this.#running = { base, store, controller: tasks, clusters };
    this.#faults.engine = new EngineFaults(this.#running);
    api.service = { handlers, local, noteCall: () => tasks.noteCall() };
    // Discovery must not find a backend that is ending.
    this.#service.push(async () => {
      api.service = undefined;
      this.#faults.engine = undefined;
      this.#running = undefined;
    });
  }

  async #resetOnce(): Promise<void> {
    this.#resetting ??= this.#reset().finally(() => {
      this.#resetting = undefined;
    });
    await this.#resetting;
  }

  /** Ends all tasks, deletes the databases and starts over, with the same keys at the same address. */
  async #reset(): Promise<void> {
    if (this.#running === undefined) {
      throw new ApiError("DRS.M00004", message("notReady"), 503);
    }
    const { base, store, controller, clusters } = this.#running;
    log("everything is put back to the beginning");
    this.#faults.clear();
    base.api.service = undefined;
    await releaseAll(store, controller);
    await dispose(this.#service);
    // The task states go first: without them the demo's servers are recreated, whatever is left of them.
    for (const name of ["control", "source", "target"] as const) {
      await clusters.remove(name);
    }
    await this.#serve(base);
  }

  #owned<T>(thing: T, disposal: (thing: T) => Promise<unknown>): T {
    if (this.#stopping) {
      throw new StartError("the backend is stopping");
    }
    this.#service.push(async () => await disposal(thing));
    return thing;
  }
}

async function dispose(disposals: Disposal[]): Promise<void> {
  for (let disposal = disposals.pop(); disposal !== undefined; disposal = disposals.pop()) {
    await disposal().catch((error: unknown) => log(`while stopping: ${reasonOf(error)}`));
  }
}

/** The log of the demo's target server has the text of its workers' errors. */
function targetLog(clusters: Clusters): (login: DatabaseLogin) => ServerLog | undefined {
  const serverLog = new ServerLog();
  clusters.on("line", (name, line) => {
    if (name === "target") {
      serverLog.read(line);
    }
  });
  return ({ host, port }) => {
    const target = clusters.connection("target");
    return host === target.host && port === target.port ? serverLog : undefined;
  };
}
