/**
 * Runs a case of trouble with a real task on real servers and judges it by plain SQL, which shares nothing with the
 * backend's own comparison.
 */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import * as v from "valibot";
import type { BackendProcess } from "../backend-process";
import { TestTask } from "../backend-task";
import { harmless, type TroubleCase } from "./cases";
import {
  existingId,
  existingSql,
  happeningSql,
  insertSql,
  type Names,
  nameOf,
  type Statement,
  setUpSql,
  tableOf,
} from "./sql";

/** How long a task may take to begin, and to come to rest after the last statement, in milliseconds. */
const beginMs = 60_000;
const restMs = 60_000;
const lookMs = 300;
/** A statement of the application takes no longer. */
const statementMs = 20_000;

export interface Verdict {
  /** How far the task came. */
  readonly end: "refused" | "not started" | "equal" | "failed" | "warned";
  /** The violations of the invariant; empty when it holds. */
  readonly violations: readonly string[];
  /** Refusals, findings of the pre-check and statuses, to find the cause of a violation. */
  readonly said: readonly string[];
}

let cases = 0;

/** Runs one case in databases and with roles of its own, which are gone afterwards. */
export async function runCase(backend: BackendProcess, one: TroubleCase): Promise<Verdict> {
  const database = `trouble_${process.pid}_${++cases}`;
  const roles = { sourceRole: `${database}_s`, targetRole: `${database}_t` };
  const world = new World(backend, one, database, roles);
  try {
    await world.create();
    return await world.run();
  } finally {
    await world.drop();
  }
}

class World {
  readonly #twin: string;
  readonly #said: string[] = [];
  readonly #violations: string[] = [];
  /** Tables with which a statement failed that its twin took, after a change that may explain it. */
  readonly #refused = new Set<string>();
  #task: TestTask | undefined;

  constructor(
    private readonly backend: BackendProcess,
    private readonly one: TroubleCase,
    private readonly database: string,
    private readonly roles: Pick<Names, "sourceRole" | "targetRole">,
  ) {
    this.#twin = `${database}_twin`;
  }

  async create(): Promise<void> {
    const { sourceRole, targetRole } = this.roles;
    const attributes = (login: TroubleCase["sourceLogin"]) =>
      login === "superuser" ? "SUPERUSER" : "NOSUPERUSER REPLICATION";
    await this.#admin(
      "source",
      `CREATE ROLE ${sourceRole} LOGIN PASSWORD 'secret' ${attributes(this.one.sourceLogin)}`,
    );
    await this.#admin(
      "target",
      `CREATE ROLE ${targetRole} LOGIN PASSWORD 'secret' ${attributes(this.one.targetLogin)}`,
    );
    if (this.one.targetLogin === "owner") {
      await this.#admin("target", `GRANT pg_create_subscription TO ${targetRole}`);
    }
    for (const setting of this.one.settings) {
      await this.#admin("source", `ALTER ROLE ${sourceRole} SET ${setting}`);
      await this.#admin("target", `ALTER ROLE ${targetRole} SET ${setting}`);
    }
    await this.#admin("source", `CREATE DATABASE ${this.database} OWNER ${sourceRole}`);
    await this.#admin("source", `CREATE DATABASE ${this.#twin}`);
    await this.#admin("target", `CREATE DATABASE ${this.database} OWNER ${targetRole}`);
    const as = (role: string, sql: string) => `SET search_path = public; SET ROLE ${role}; ${sql}`;
    await this.backend.sql("source", this.database, as(sourceRole, setUpSql(this.one)));
    await this.backend.sql("source", this.#twin, setUpSql(this.one));
    const existing = existingSql(this.one);
    if (existing !== "") {
      await this.backend.sql("target", this.database, as(targetRole, existing));
    }
  }

  async run(): Promise<Verdict> {
    const { one } = this;
    const end = (server: "source" | "target", user: string) => ({
      ...this.backend.login(server),
      ...{ user, password: "secret", database: this.database },
    });
    const task = await TestTask.create(this.backend, {
      name: this.database,
      source: end("source", this.roles.sourceRole),
      target: end("target", this.roles.targetRole),
    });
    this.#task = task;
    for (const side of ["so", "ta"] as const) {
      const tested = await task.test(side);
      if (tested.success !== true) {
        return this.#verdict("not started", `connection test: ${tested.error_msg}`);
      }
    }
    if (one.named) {
      const selected = await task.select(one.tables.map((_, index) => `public.${nameOf(index)}`));
      if (selected.status !== true) {
        return this.#verdict("refused", `selection: ${selected.error_msg}`);
      }
    }
    const check = await task.precheck();
    const findings = (check.precheck_result ?? []).filter(({ result }) => result !== "PASSED");
    this.#said.push(
      ...findings.map(({ item, result, failed_reason }) => `${result} ${item}: ${failed_reason}`),
    );
    if (findings.some(({ failed_reason }) => /internal error/i.test(failed_reason ?? ""))) {
      this.#violations.push("the pre-check answers an internal error");
    }
    if (check.result !== true) {
      return this.#verdict("refused");
    }
    const started = await task.start();
    if (started.status !== "success") {
      return this.#verdict("not started", `start: ${started.error_msg}`);
    }
    const begun = await this.#settles(
      beginMs,
      (seen) => seen.status === "INCRE_TRANSFER_STARTED" || seen.failed,
    );
    if (begun === undefined) {
      this.#violations.push(`the task neither runs nor fails within ${beginMs / 1000} s`);
      return this.#verdict("not started");
    }
    if (begun.failed) {
      return this.#failed(begun);
    }
    for (const [round, happening] of one.happenings.entries()) {
      const statements = happeningSql(happening, one, round, { slot: slotOf(task.id), ...this.roles });
      if (statements === undefined) {
        await this.#pauseAndResume(task);
      }
      for (const statement of statements ?? []) {
        await this.#make(statement, happening.table % one.tables.length);
      }
    }
    for (const [index, spec] of one.tables.entries()) {
      await this.#make({ at: "source", sql: insertSql(index, spec, 4_000, 4_001) }, index);
    }
    const explains = ({ words }: Seen) => [...this.#refused].every((table) => words.includes(table));
    const seen = await this.#settles(
      restMs,
      (now) => now.failed || ((now.warned || now.equal) && explains(now)),
    );
    if (seen === undefined) {
      const different = await this.#different();
      const refused = [...this.#refused];
      this.#violations.push(
        `nothing is said of what is different (${different.join(", ")}) or refused (${refused.join(", ")})`,
      );
      return this.#verdict("equal");
    }
    const calm = one.happenings.every(({ what }) => harmless.some((each) => each === what));
    if (calm && findings.length === 0 && (seen.failed || seen.warned)) {
      this.#violations.push("a healthy task is failed or warned");
    }
    if (seen.failed) {
      return this.#failed(seen);
    }
    return this.#verdict(seen.warned ? "warned" : "equal", seen.words);
  }

  /** Ends the task, looks for what it left behind, and drops databases and roles. */
  async drop(): Promise<void> {
    const id = this.#task?.id;
    if (this.#task !== undefined) {
      const task = this.#task;
      await task.end("force_terminate").catch(() => undefined);
      await this.#settles(
        20_000,
        (now) => now.status === "RELEASE_RESOURCE_COMPLETE" || now.status === "DELETED",
      );
      await task.end("delete").catch(() => undefined);
    }
    if (id !== undefined) {
      await this.#admin(
        "source",
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
                                   WHERE slot_name = '${slotOf(id)}' AND NOT active`,
      );
    }
    await this.#admin("target", `DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`);
    for (const name of [this.database, this.#twin]) {
      await this.#admin("source", `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
    await this.#admin("source", `DROP ROLE IF EXISTS ${this.roles.sourceRole}`);
    await this.#admin("target", `DROP ROLE IF EXISTS ${this.roles.targetRole}`);
  }

  async #admin(server: "source" | "target", sql: string): Promise<void> {
    await this.backend.sql(server, "postgres", sql);
  }

  /** Makes a statement, and at the twin what the application does; a difference between both is the task's doing. */
  async #make({ at, sql, own }: Statement, table: number): Promise<void> {
    const tried = async (database: string) => {
      const client = new pg.Client({ ...this.backend.login(at), database, statement_timeout: statementMs });
      // A happening may end the session.
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.query(sql);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    const refusal = await tried(this.database);
    if (at === "target" || own) {
      return;
    }
    const twin = await tried(this.#twin);
    if (refusal !== undefined && twin === undefined) {
      this.#said.push(`${sql}: ${refusal}`);
      this.#refused.add(nameOf(table));
    }
  }

  async #pauseAndResume(task: TestTask): Promise<void> {
    const paused = await task.pause();
    if (paused.status !== "success") {
      return;
    }
    await this.#settles(restMs, (now) => now.status === "PAUSING" || now.failed);
    const resumed = await task.retry();
    this.#said.push(`resume: ${resumed.status} ${resumed.error_msg ?? ""}`);
  }

  /** Looks until something is so; undefined when it is not in time. */
  async #settles(limit: number, is: (seen: Seen) => boolean): Promise<Seen | undefined> {
    const deadline = Date.now() + limit;
    for (;;) {
      const seen = await this.#look();
      if (is(seen)) {
        return seen;
      }
      if (Date.now() > deadline) {
        this.#said.push(`last seen: ${seen.status} ${seen.words}`);
        return undefined;
      }
      await delay(lookMs);
    }
  }

  async #look(): Promise<Seen> {
    const task = this.#task;
    if (task === undefined) {
      throw new Error("the case has no task");
    }
    const { status, error_code, error_message } = await task.detail();
    const warnings = await warningsOf(this.backend, task.id);
    const failed = /_FAILED$/.test(status ?? "");
    return {
      status: status ?? "",
      failed,
      warned: warnings.length > 0,
      equal: status === "INCRE_TRANSFER_STARTED" && (await this.#different()).length === 0,
      words: [failed ? `${error_code} ${error_message}` : "", ...warnings].join("\n"),
    };
  }

  /** The task's tables that are not alike at both ends. */
  async #different(): Promise<readonly string[]> {
    const { object_infos } = await this.#requireTask().detail();
    const chosen = new Set((object_infos ?? []).map(({ id }) => id));
    const different: string[] = [];
    for (const [index, spec] of this.one.tables.entries()) {
      if (chosen.has(`public.${nameOf(index)}`) || chosen.size === 0) {
        const only = spec.kind === "inherited" ? "ONLY " : "";
        const [source, target] = await Promise.all([
          this.#print("source", index, only),
          this.#print("target", index, only),
        ]);
        const isForetold =
          source !== target &&
          this.#isForetold(index) &&
          source === (await this.#print("target", index, only, `WHERE id <> ${existingId}`));
        if (source !== target && !isForetold) {
          different.push(`${nameOf(index)} (${source} / ${target})`);
        }
      }
    }
    return different;
  }

  /** Whether the pre-check has said that the target's table has a row already, which nothing removes. */
  #isForetold(index: number): boolean {
    return this.#said.some((line) => line.startsWith("ALARM target_rows: ") && line.includes(nameOf(index)));
  }

  /** Number and digest of a table's rows, with the columns that the source has now. */
  async #print(server: "source" | "target", index: number, only: string, where = ""): Promise<string> {
    const columns = await this.backend.sql<{ list: string | null }>(
      "source",
      this.database,
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
      [tableOf(index)],
    );
    const list = columns[0]?.list;
    if (list == null) {
      return `${server}: no such table at the source`;
    }
    try {
      const rows = await this.backend.sql<{ print: string }>(
        server,
        this.database,
        `SELECT count(*) || ' ' || md5(coalesce(string_agg(t, E'\\n' ORDER BY t COLLATE "C"), '')) AS print
         FROM (SELECT (ROW(${list}))::text AS t FROM ${only}${tableOf(index)} ${where}) rows`,
      );
      return rows[0]?.print ?? "";
    } catch (error) {
      return `${server}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #requireTask(): TestTask {
    if (this.#task === undefined) {
      throw new Error("the case has no task");
    }
    return this.#task;
  }

  #failed(seen: Seen): Verdict {
    if (
      !this.one.tables.some((_, index) => seen.words.includes(nameOf(index))) &&
      seen.words.trim().length < 20
    ) {
      this.#violations.push(`the failure says nothing: ${seen.words}`);
    }
    return this.#verdict("failed", seen.words);
  }

  #verdict(end: Verdict["end"], ...said: readonly string[]): Verdict {
    return { end, violations: this.#violations, said: [...this.#said, ...said] };
  }
}

interface Seen {
  readonly status: string;
  readonly failed: boolean;
  readonly warned: boolean;
  readonly equal: boolean;
  /** What the failure and the warnings say. */
  readonly words: string;
}

const slotOf = (id: string) => `drs_${id.replaceAll("-", "_")}`;

const warningsSchema = v.object({
  tasks: v.record(v.string(), v.object({ warnings: v.array(v.object({ message: v.string() })) })),
});

/** What `GET /_local/warnings` says of a task. */
async function warningsOf(backend: BackendProcess, id: string): Promise<readonly string[]> {
  const { tasks } = v.parse(warningsSchema, await backend.local("GET", "/_local/warnings"));
  return tasks[id]?.warnings.map(({ message }) => message) ?? [];
}
