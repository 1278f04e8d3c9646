/** `--demo`: a shop that keeps changing, databases to synchronize it to, and tasks in many statuses. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { escapeIdentifier, escapeLiteral } from "pg";
import * as v from "valibot";
import type { Handlers } from "../api/server";
import type { Clusters } from "../clusters/clusters";
import { textOf, writePrivately } from "../data-dir";
import type { DatabaseLogin } from "../engine/database-login";
import { objectName } from "../engine/postgres/names";
import type { Controller } from "../jobs/controller";
import type { Job } from "../jobs/job";
import { currentFailure } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { log } from "../log";
import type { Language } from "../messages";
import { Load } from "./load";
import { demoTag } from "./scenarios";
import { runSql, seedTasks } from "./seed";
import {
  changedPassword,
  type DemoPasswords,
  sourceDatabase,
  sourceSetup,
  targetDatabases,
  targetSetup,
} from "./shop";

const servers = ["source", "target"] as const;
const seededFact = "demo seeded";
const settleMs = 8_000;

const passwordsSchema = v.object({
  shopApp: v.string(),
  drsSource: v.string(),
  drsBilling: v.string(),
  drsTarget: v.string(),
  analyst: v.string(),
});

/** A login for people who want to look into the demo's databases. */
export interface DemoLogin {
  readonly server: "source" | "target";
  readonly databases: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Whom the demo's tasks log in as; a new task may, too. */
  readonly task: { readonly user: string; readonly password: string };
}

/** The demo of one data directory. Its passwords are made at random with its databases and are stored there. */
export class Demo {
  #load: Load | undefined;
  #passwords: DemoPasswords | undefined;

  constructor(
    private readonly dataDir: string,
    private readonly clusters: Clusters,
  ) {}

  /**
   * Starts source and target. Remains of an interrupted first start are deleted; tasks follow a server whose port
   * has changed. The target comes last: its workers read through the tasks' links at once.
   */
  async startServers(store: JobStore, controller: Controller): Promise<void> {
    const seeded = (await store.fact(seededFact)) !== undefined;
    if (!seeded) {
      await Promise.all(servers.map(async (name) => await this.clusters.remove(name)));
      for (const job of store.all().filter(isDemo)) {
        await store.remove(job.id, () => undefined);
      }
    }
    await this.#startServer("source", store);
    const ports = new Map(store.all().map(({ id, linkPort }) => [id, linkPort]));
    await controller.openLinks();
    const moved = store.all().filter(({ id, linkPort }) => linkPort !== ports.get(id));
    if (moved.length > 0) {
      // Who has a link's port now may lead to a slot of the same name: another backend, on a copy of this data
      // directory. A worker that reads there takes changes away from that backend's tasks.
      await this.clusters.start("target", { max_logical_replication_workers: "0" });
      await leadSubscriptions((database) => this.clusters.connection("target", database), moved);
    }
    await this.#startServer("target", store);
  }

  /** Makes databases and tasks on the first start, and lets the shop open. */
  async run(parts: {
    readonly store: JobStore;
    readonly controller: Controller;
    readonly handlers: Handlers;
    readonly setBalance: (account: string, balance: number) => Promise<unknown>;
    readonly language: Language;
  }): Promise<void> {
    const { store } = parts;
    const passwords = await this.#keptPasswords();
    this.#passwords = passwords;
    const connection = (server: "source" | "target", database: string) =>
      this.clusters.connection(server, database);
    const shop = { ...connection("source", sourceDatabase), user: "shop_app", password: passwords.shopApp };
    this.#load = new Load(shop);
    if ((await store.fact(seededFact)) !== undefined) {
      this.#load.start();
      await settled(store, parts.controller);
      return;
    }
    const setUp = async (server: "source" | "target", steps: ReturnType<typeof sourceSetup>) => {
      for (const [database, sql] of steps) {
        await runSql(connection(server, database), [sql]);
      }
    };
    await Promise.all([setUp("source", sourceSetup(passwords)), setUp("target", targetSetup(passwords))]);
    this.#load.start();
    await seedTasks({ ...parts, connection, passwords });
    await store.setFact(seededFact, new Date().toISOString());
    log("the demo is set up");
  }

  /** How to log in to the demo's databases, as the shop's application and as an analyst. */
  logins(): readonly DemoLogin[] {
    const passwords = this.#passwords;
    if (passwords === undefined) {
      return [];
    }
    const at = (server: "source" | "target") => {
      const { host, port } = this.clusters.connection(server);
      return { server, host, port };
    };
    return [
      {
        ...{ ...at("source"), databases: [sourceDatabase], user: "shop_app", password: passwords.shopApp },
        task: { user: "drs_source", password: passwords.drsSource },
      },
      {
        ...{ ...at("target"), databases: targetDatabases, user: "analyst", password: passwords.analyst },
        task: { user: "drs_target", password: passwords.drsTarget },
      },
    ];
  }

  /** The owner of the server that an end of a task leads to, who may do everything; undefined where it is not the demo's. */
  ownerOf({
    host,
    port,
    database,
  }: Pick<DatabaseLogin, "host" | "port" | "database">): DatabaseLogin | undefined {
    const known = this.logins().find(
      (one) => one.host === host && one.port === port && one.databases.includes(database),
    );
    return known && this.clusters.connection(known.server, database);
  }

  /** The changed passwords that tasks of the demo do not have yet. */
  changedPasswords(): readonly { readonly user: string; readonly password: string }[] {
    const passwords = this.#passwords;
    return passwords === undefined ? [] : [{ user: "drs_billing", password: changedPassword(passwords) }];
  }

  async stop(): Promise<void> {
    await this.#load?.stop();
  }

  async #startServer(name: "source" | "target", store: JobStore): Promise<void> {
    await this.clusters.start(name);
    const fact = `demo ${name} port`;
    const { port } = this.clusters.connection(name);
    const before = Number(await store.fact(fact));
    if (before !== port) {
      await moveEndpoints(store, before, port);
      await store.setFact(fact, String(port));
    }
  }

  async #keptPasswords(): Promise<DemoPasswords> {
    const file = join(this.dataDir, "demo.json");
    const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), passwordsSchema), await textOf(file));
    if (kept.success) {
      return kept.output;
    }
    const made = () => randomBytes(18).toString("base64url");
    const passwords: DemoPasswords = {
      shopApp: made(),
      drsSource: made(),
      drsBilling: made(),
      drsTarget: made(),
      analyst: made(),
    };
    await writePrivately(file, JSON.stringify(passwords));
    return passwords;
  }
}

function isDemo(job: Job): boolean {
  return job.tags.some(({ key, value }) => key === demoTag.key && value === demoTag.value);
}

async function moveEndpoints(store: JobStore, before: number, port: number): Promise<void> {
  const moved = <E extends Job["source"]>(endpoint: E): E =>
    endpoint.host === "127.0.0.1" && endpoint.port === before ? { ...endpoint, port } : endpoint;
  for (const { id } of store.all()) {
    await store.update(id, (job) => ({ ...job, source: moved(job.source), target: moved(job.target) }));
  }
}

/** Leads the subscriptions of a server to the new ports of their tasks' links. */
async function leadSubscriptions(
  connection: (database?: string) => DatabaseLogin,
  jobs: readonly Job[],
): Promise<void> {
  const ports = new Map(jobs.map(({ id, linkPort }) => [objectName(id), linkPort]));
  const subscriptions = await runSql<{ name: string; database: string; way: string }>(connection(), [
    `SELECT subname AS name, datname AS database, subconninfo AS way
     FROM pg_subscription JOIN pg_database d ON d.oid = subdbid`,
  ]);
  for (const { name, database, way } of subscriptions.filter((one) => ports.has(one.name))) {
    const led = way.replace(/port='\d+'/, `port='${ports.get(name)}'`);
    await runSql(connection(database), [
      `ALTER SUBSCRIPTION ${escapeIdentifier(name)} CONNECTION ${escapeLiteral(led)}`,
    ]);
  }
}

/** Waits until tasks that ran before run again, so that no status is only remembered. */
async function settled(store: JobStore, controller: Controller): Promise<void> {
  const open = () =>
    store.all().filter((job) => {
      const { engine } = controller.live(job.id);
      const runs = job.desired.goal === "running" && job.prepared && !controller.isFrozen(job);
      return runs && currentFailure(job) === undefined && !(engine?.kind === "present" && engine.streaming);
    });
  for (const deadline = Date.now() + settleMs; open().length > 0; await delay(50)) {
    if (Date.now() > deadline) {
      log(
        `still taking up: ${open()
          .map(({ name }) => name)
          .join(", ")}`,
      );
      return;
    }
  }
}
