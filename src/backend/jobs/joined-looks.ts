/** Looks at single tasks that are asked for while another look is under way are made together. */
import type { DatabaseLogin } from "../engine/database-login";
import type { Engine } from "../engine/engine";
import type { EngineState } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import type { Side } from "../engine/side";

type Server = Pick<DatabaseLogin, "host" | "port">;

interface Look {
  readonly tasks: EngineTask[];
  readonly states: Promise<ReadonlyMap<string, EngineState>>;
}

/**
 * When many tasks take their steps at once, each wants to be looked at after each of them. One question for all costs
 * little more than one for a single task. Tasks between other servers do not wait for them.
 */
export class JoinedLooks {
  /** The looks that have not begun, by their servers. */
  readonly #next = new Map<string, Look>();
  /** The last look that was asked for, by its servers. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(private readonly engine: Pick<Engine, "observe">) {}

  /** What is seen by a look that begins after this call; undefined when the engine does not know the task. */
  async at(task: EngineTask): Promise<EngineState | undefined> {
    const servers = serversOf(task);
    const look = this.#next.get(servers) ?? this.#plan(servers);
    look.tasks.push(task);
    return (await look.states).get(task.id);
  }

  #plan(servers: string): Look {
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
    const look = { tasks, states };
    this.#next.set(servers, look);
    return look;
  }

  #forget(servers: string, look: Promise<void>): void {
    if (this.#last.get(servers) === look) {
      this.#last.delete(servers);
    }
  }
}

/** Names the pair of servers that a task is between. */
export function serversOf({ source, target }: Readonly<Record<Side, Server>>): string {
  return `${source.host}:${source.port} ${target.host}:${target.port}`;
}
