/** Single tasks that are to be observed while another observation is under way are observed together. */
import type { DatabaseLogin } from "../engine/database-login";
import type { Engine } from "../engine/engine";
import type { EngineState } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import type { Side } from "../engine/side";

type Server = Pick<DatabaseLogin, "host" | "port">;

interface Batch {
  readonly tasks: EngineTask[];
  readonly states: Promise<ReadonlyMap<string, EngineState>>;
}

/**
 * When many tasks take their steps at once, each is observed after each step. One question for all tasks costs little
 * more than one for a single task. Tasks between other servers do not wait for them.
 */
export class ObservationBatches {
  /** The batches that have not begun, by their servers. */
  readonly #next = new Map<string, Batch>();
  /** The last batch that was asked for, by its servers. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(private readonly engine: Pick<Engine, "observe">) {}

  /** The result of an observation that begins after this call; undefined when the engine does not know the task. */
  async at(task: EngineTask): Promise<EngineState | undefined> {
    const servers = serversOf(task);
    const batch = this.#next.get(servers) ?? this.#plan(servers);
    batch.tasks.push(task);
    return (await batch.states).get(task.id);
  }

  #plan(servers: string): Batch {
    const tasks: EngineTask[] = [];
    const states = (this.#last.get(servers) ?? Promise.resolve()).then(async () => {
      this.#next.delete(servers);
      return await this.engine.observe(tasks);
    });
    const over: Promise<void> = states
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#forget(servers, over));
    this.#last.set(servers, over);
    const batch = { tasks, states };
    this.#next.set(servers, batch);
    return batch;
  }

  #forget(servers: string, batch: Promise<void>): void {
    if (this.#last.get(servers) === batch) {
      this.#last.delete(servers);
    }
  }
}

/** Names the pair of servers that a task is between. */
export function serversOf({ source, target }: Readonly<Record<Side, Server>>): string {
  return `${source.host}:${source.port} ${target.host}:${target.port}`;
}
