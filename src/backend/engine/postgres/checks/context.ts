/** The facts for the items of a pre-check: each is read once. */
import type { EndLogin } from "../../database-login";
import { EngineError } from "../../engine-error";
import type { EngineTask } from "../../engine-task";
import type { Side } from "../../side";
import type { Row, Session } from "../databases";
import type { Asked } from "../per-table";
import { type Relation, relationParameters, relationsSql } from "../relations";
import { type ServerFacts, serverFacts } from "./server-facts";

/** A task that is checked. */
export interface CheckedTask extends EngineTask {
  /** The schemas of which all tables were selected; null: all schemas. */
  readonly wholeSchemas: readonly string[] | null;
}

/**
 * The facts of both ends for one run of the pre-check. Queries to an unreachable end are rejected with
 * EngineError.
 */
export class CheckContext {
  readonly source: Facts;
  readonly target: Facts;

  /** @param sessions at the ends that can be reached. */
  constructor(
    readonly task: CheckedTask,
    sessions: Readonly<Partial<Record<Side, Session>>>,
  ) {
    this.source = new Facts(task, "source", sessions.source);
    this.target = new Facts(task, "target", sessions.target);
  }
}

/** The facts of one end. */
export class Facts {
  #last: Promise<unknown> = Promise.resolve();
  /** The end's only connection, for other parts of the engine. */
  readonly asked: Asked = {
    query: async <R extends Row>(_: EndLogin, sql: string, values?: readonly unknown[]) =>
      await this.ask<R>(sql, values),
  };
  readonly server: () => Promise<ServerFacts>;
  /** The task's tables with their partitions; views and foreign tables of these names, too. */
  readonly relations: () => Promise<readonly Relation[]>;

  constructor(
    task: CheckedTask,
    readonly side: Side,
    private readonly session: Session | undefined,
  ) {
    this.server = once(async () => await serverFacts(this, task));
    this.relations = once(async () => {
      const { version } = await this.server();
      return await this.ask<Relation>(relationsSql, relationParameters(task.tables, version));
    });
  }

  /** @throws EngineError when the database refuses, or takes too long. */
  async ask<R extends Row>(sql: string, values: readonly unknown[] = []): Promise<readonly R[]> {
    const { session } = this;
    if (session === undefined) {
      throw new EngineError("08006", this.side, "no connection");
    }
    // A connection answers one question at a time.
    const answer = this.#last.then(async () => await session.query<R>(sql, values));
    this.#last = answer.catch(() => undefined);
    return await answer;
  }

  /** Tables of users and their partitions: what can be published, or written to by a subscription. */
  async parts(): Promise<readonly Relation[]> {
    const relations = await this.relations();
    return relations.filter(({ kind, system }) => !system && (kind === "r" || kind === "p"));
  }

  /** The same without partitions that are not selected themselves. */
  async tables(): Promise<readonly Relation[]> {
    return (await this.parts()).filter(({ is_root }) => is_root);
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
