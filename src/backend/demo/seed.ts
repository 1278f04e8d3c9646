/** Brings the demo's tasks into their statuses through the handlers of the API, as a user would. */
import { setTimeout as delay } from "node:timers/promises";
import type { QueryResultRow } from "pg";
import type { Handlers } from "../api/server";
import type { DatabaseLogin } from "../engine/database-login";
import { ownClient } from "../engine/postgres/guarded-client";
import type { JobStore } from "../jobs/store";
import type { Language } from "../messages";
import {
  conflictingReview,
  creationOf,
  emptyAccount,
  type Fate,
  type Logins,
  loginOf,
  type Scenario,
  scenarios,
  selectionOf,
  slowSpeed,
} from "./scenarios";
import { changedPassword, type DemoPasswords, sourceDatabase } from "./shop";

export interface SeedParts {
  readonly store: JobStore;
  readonly handlers: Handlers;
  readonly setBalance: (account: string, balance: number) => Promise<unknown>;
  /** The superuser's way into a database. */
  readonly connection: (server: "source" | "target", database: string) => DatabaseLogin;
  readonly passwords: DemoPasswords;
  /** Of the tasks' descriptions. */
  readonly language: Language;
}

const stepMs = 20_000;
const dayMs = 24 * 60 * 60 * 1_000;

/** @throws Error when a task does not come where it should. */
export async function seedTasks(parts: SeedParts): Promise<void> {
  const { handlers, language } = parts;
  const { results } = await handlers.batchCreation(
    { jobs: scenarios.map((scenario) => creationOf(scenario, loginsOf(scenario, parts), language)) },
    "en",
  );
  await Promise.all(
    scenarios.map(async (scenario, index) => {
      const result = results[index];
      const seed = new Seed(parts, result?.id ?? "", scenario);
      accepted(scenario, result);
      await seed.configure();
      await seed.meet[scenario.fate]();
    }),
  );
}

function loginsOf(scenario: Scenario, { connection, passwords }: SeedParts): Logins {
  const source = connection("source", sourceDatabase);
  const target = connection("target", scenario.database);
  const own = scenario.fate === "badPassword";
  return {
    source: {
      port: source.port,
      user: own ? "drs_billing" : "drs_source",
      password: own ? passwords.drsBilling : passwords.drsSource,
    },
    target: { port: target.port, user: "drs_target", password: passwords.drsTarget },
  };
}

class Seed {
  constructor(
    private readonly parts: SeedParts,
    private readonly id: string,
    private readonly scenario: Scenario,
  ) {}

  /** Tests both connections, chooses the objects and passes the pre-check. */
  async configure(): Promise<void> {
    const { handlers } = this.parts;
    const { id, scenario } = this;
    const logins = loginsOf(scenario, this.parts);
    await this.#reaches("CONFIGURATION");
    const tested = await handlers.batchConnection(
      { jobs: (["so", "ta"] as const).map((side) => loginOf(id, side, scenario, logins)) },
      "en",
    );
    const selected = await handlers.batchSelectObjects({ jobs: [selectionOf(id, scenario)] }, "en");
    for (const result of [...tested.results, ...selected.results]) {
      accepted(scenario, result);
    }
    if (scenario.fate === "full") {
      const limit = { begin: "00:00", end: "23:59", speed: String(slowSpeed), is_utc: true };
      await handlers.batchLimitSpeed({ speed_limits: [{ job_id: id, speed_limit: [limit] }] }, "en");
    }
    await handlers.batchPrecheck({ jobs: [{ job_id: id, precheck_mode: "forStartJob" }] }, "en");
    await this.#until("its pre-check has ended", () => this.parts.store.get(id)?.precheck?.done === true);
    const { results } = await handlers.batchPrecheckResult({ jobs: [id] }, "en");
    if (results[0]?.result !== true) {
      throw new Error(`the pre-check of ${scenario.name} did not pass: ${JSON.stringify(results)}`);
    }
  }

  readonly meet: Readonly<Record<Fate, () => Promise<void>>> = {
    configured: async () => undefined,
    scheduled: async () => await this.#start(Date.now() + dayMs),
    incremental: async () => await this.#follow(),
    full: async () => {
      await this.#start();
      await this.#reaches("FULL_TRANSFER_STARTED");
    },
    paused: async () => {
      await this.#follow();
      await this.parts.handlers.batchPause({ jobs: [{ job_id: this.id, pause_mode: "target" }] }, "en");
      await this.#reaches("PAUSING");
    },
    frozen: async () => {
      await this.#follow();
      await this.parts.setBalance(emptyAccount, 0);
    },
    completed: async () => {
      await this.#start();
      await this.#reaches("FULL_TRANSFER_COMPLETE");
      await this.parts.handlers.batchDelete({ jobs: [{ job_id: this.id, delete_type: "terminate" }] }, "en");
      await this.#reaches("RELEASE_RESOURCE_COMPLETE");
    },
    conflict: async () => {
      await this.#follow();
      const review = (body: string) =>
        `INSERT INTO public.reviews (id, product_id, stars, body) VALUES (${conflictingReview}, 7, 5, '${body}')`;
      await runSql(this.parts.connection("target", this.scenario.database), [
        review("Written into the target by hand"),
      ]);
      await runSql(this.parts.connection("source", sourceDatabase), [
        review("The same review, from the shop"),
      ]);
      await this.#reaches("INCRE_TRANSFER_FAILED");
    },
    badPassword: async () => {
      const sql = `ALTER ROLE drs_billing PASSWORD '${changedPassword(this.parts.passwords)}'`;
      await runSql(this.parts.connection("source", sourceDatabase), [sql]);
      await this.#start();
      await this.#reaches("START_JOB_FAILED");
    },
  };

  async #follow(): Promise<void> {
    await this.#start();
    await this.#reaches("INCRE_TRANSFER_STARTED");
  }

  async #start(at?: number): Promise<void> {
    const start_time = at === undefined ? "" : String(at);
    const { results } = await this.parts.handlers.batchStarting(
      { jobs: [{ job_id: this.id, start_time }] },
      "en",
    );
    accepted(this.scenario, results[0]);
  }

  async #reaches(status: string): Promise<void> {
    await this.#until(`it is in ${status}`, () => this.parts.store.get(this.id)?.status === status);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + stepMs; !holds(); await delay(30)) {
      if (Date.now() > deadline) {
        const { status, failure } = this.parts.store.get(this.id) ?? {};
        throw new Error(
          `the demo's task ${this.scenario.name} did not come so far that ${what}; it is in ${status} ${JSON.stringify(failure)}`,
        );
      }
    }
  }
}

function accepted(
  scenario: Scenario,
  result:
    | { readonly error_code?: string | null | undefined; readonly error_msg?: string | null | undefined }
    | undefined,
): void {
  if (result === undefined || result.error_code) {
    throw new Error(`the demo's task ${scenario.name}: ${result?.error_code} ${result?.error_msg}`);
  }
}

/** Runs statements one after another on a connection of their own; answers the rows of the last. */
export async function runSql<R extends QueryResultRow>(
  connection: DatabaseLogin,
  statements: readonly string[],
): Promise<readonly R[]> {
  const client = ownClient(connection);
  await client.connect();
  try {
    let rows: readonly R[] = [];
    for (const sql of statements) {
      ({ rows } = await client.query<R>(sql));
    }
    return rows;
  } finally {
    await client.end();
  }
}
