/**
 * Whether somebody else moves the slots of tasks: anybody who reads from a slot, advances it, or recreates it frees the
 * source's log up to there, and the task's target never sees what was in it. A slot shows how far it was read, and not by
 * whom. So it is compared only between two polls between which no worker of the task can have been connected: its
 * subscription was disabled all the time, or nobody came through its link.
 */
import { EngineError } from "../engine-error";
import type { EngineTask, LinkUse } from "../engine-task";
import type { Databases } from "./databases";
import { grouped } from "./grouped";
import { logPosition, objectName, objectNames } from "./names";
import { type SlotFacts, slotFacts } from "./publisher";
import { memoryOf, type SlotNews } from "./stream-memory";
import type { SubscriptionFacts } from "./subscriber";

/**
 * Where a target does not come through a link, a worker could come and go between two polls. It is not thought to have
 * done so after it was away for so long.
 */
const steadyMs = 5_000;

/** A slot that nobody read from, while its subscription is or may be enabled. */
interface Idle {
  readonly position: string;
  readonly since: number;
  /** Of the task's link, and how many connections had been made through it. */
  readonly link: LinkUse | undefined;
  readonly made: number;
}

/** The position of a slot whose subscription has been disabled since. */
interface Mark {
  readonly position: string;
}

type Answers<F> = (task: EngineTask) => F | EngineError | undefined;

/** The positions of slots between polls, in memory: after a restart, a move is noticed from the second poll on. */
export class SlotWatch {
  readonly #idle = new Map<string, Idle>();
  readonly #marks = new Map<string, Mark>();
  readonly #moves = new Map<string, NonNullable<SlotNews["moved"]>>();
  /** Counts how often a task was enabled, so that an observation which began before is ignored. */
  readonly #restarts = new Map<string, number>();

  constructor(private readonly databases: Databases) {}

  /** Its slot is made, or begins where the rest of its log is needed by nobody. */
  forget(id: string): void {
    this.restart(id);
    this.#moves.delete(id);
  }

  /** Its workers are about to read again. */
  restart(id: string): void {
    this.#idle.delete(id);
    this.#marks.delete(id);
    this.#restarts.set(id, this.#restartsOf(id) + 1);
  }

  /** Begins a poll: to be called before the servers are asked; its answer is for the end of the poll. */
  begin(tasks: readonly EngineTask[]) {
    const before = new Map(
      tasks.map(({ id, publisher: { link } }) => [
        id,
        { restarts: this.#restartsOf(id), made: link?.made ?? 0, open: link?.open ?? 0 },
      ]),
    );
    return async (subscriptions: Answers<SubscriptionFacts>, slots: Answers<SlotFacts>) => {
      // Nothing has flowed yet where nothing is remembered of the stream.
      const unmarked = tasks.filter(
        (task) => task.memory !== null && rests(subscriptions(task)) && this.#markOf(task) === undefined,
      );
      // Only after its worker has gone it is known how far the worker has moved it.
      const again = await grouped(
        unmarked,
        "source",
        async (login, some) => await slotFacts(this.databases, login, objectNames(some)),
      );
      for (const task of tasks) {
        const was = before.get(task.id);
        if (was?.restarts !== this.#restartsOf(task.id)) {
          continue;
        }
        const subscription = subscriptions(task);
        if (rests(subscription)) {
          this.#idle.delete(task.id);
          this.#compare(task, slotIn(again(task) ?? slots(task)));
        } else {
          if (subscription !== undefined && !(subscription instanceof EngineError)) {
            this.#marks.delete(task.id);
          }
          this.#await(task, subscription, slotIn(slots(task)), was);
        }
      }
      return (task: EngineTask) => this.#newsOf(task);
    };
  }

  /** Whether a disabled task's slot was moved since the last poll. @throws EngineError when the source cannot say so. */
  async wasMoved({ id, source }: EngineTask): Promise<boolean> {
    const mark = this.#marks.get(id);
    if (mark === undefined) {
      return false;
    }
    const [slot] = await slotFacts(this.databases, source, [objectName(id)]);
    return slot !== undefined && isBeyond(slot, mark.position);
  }

  #restartsOf(id: string): number {
    return this.#restarts.get(id) ?? 0;
  }

  /** Of a subscription that has been disabled since the mark was made. */
  #markOf({ id, memory, rest }: EngineTask): Mark | undefined {
    const stored = memoryOf(memory).task?.slot;
    return this.#marks.get(id) ?? (rest !== undefined && stored?.rest === rest ? stored : undefined);
  }

  #compare(task: EngineTask, slot: SlotFacts | undefined): void {
    if (slot === undefined || slot.confirmed === null) {
      return;
    }
    const mark = this.#markOf(task);
    if (mark !== undefined) {
      this.#marks.set(task.id, mark);
      if (isBeyond(slot, mark.position)) {
        this.#note(task, mark.position, slot.confirmed);
      }
    } else if (task.memory !== null && !slot.active) {
      // Whatever its last worker has sent is taken in before it is inactive.
      this.#marks.set(task.id, { position: slot.confirmed });
    }
  }

  /** Nobody is connected, as it seems, although somebody should be. */
  #await(
    task: EngineTask,
    subscription: SubscriptionFacts | EngineError | undefined,
    slot: SlotFacts | undefined,
    before: { readonly made: number; readonly open: number },
  ): void {
    const { id } = task;
    const { link } = task.publisher;
    const idle = this.#idle.get(id);
    if (slot === undefined || slot.confirmed === null) {
      if (link === undefined) {
        this.#idle.delete(id);
      }
      return;
    }
    const away =
      subscription instanceof EngineError
        ? subscription.kind === "loss"
        : isWorkerless(subscription, link !== undefined);
    const now = { position: slot.confirmed, since: Date.now(), link, made: link?.made ?? 0 };
    const isSame = idle !== undefined && idle.link === link && idle.made === now.made;
    if (isSame && (link !== undefined || (away && !slot.active))) {
      if (!isBeyond(slot, idle.position)) {
        return;
      }
      if (link !== undefined || now.since - idle.since >= steadyMs) {
        this.#note(task, idle.position, slot.confirmed);
        return;
      }
    }
    const isIdle = away && !slot.active && before.open === 0 && before.made === now.made;
    if (isIdle) {
      this.#idle.set(id, now);
    } else {
      this.#idle.delete(id);
    }
  }

  #note({ id }: EngineTask, from: string, to: string): void {
    if (!this.#moves.has(id)) {
      this.#moves.set(id, { from: logPosition(from), to: logPosition(to) });
    }
  }

  /** The news that the task's memory lacks. */
  #newsOf({ id, memory, rest, tables }: EngineTask): SlotNews | undefined {
    const known = memoryOf(memory);
    const [mark, moved] = [this.#marks.get(id), this.#moves.get(id)];
    const isKnown = tables.every(
      ({ schema, table }) => known.tables[`${schema}.${table}`]?.lost !== undefined,
    );
    const isNew = mark !== undefined && rest !== undefined && known.task?.slot?.rest !== rest;
    const news = {
      ...(isNew ? { mark: { rest, position: mark.position } } : {}),
      ...(moved === undefined || isKnown ? {} : { moved }),
    };
    return Object.keys(news).length === 0 ? undefined : news;
  }
}

/** Whether no worker can be connected: the subscription is disabled, and those that it had have gone. */
function rests(subscription: SubscriptionFacts | EngineError | undefined): subscription is SubscriptionFacts {
  return (
    subscription !== undefined &&
    !(subscription instanceof EngineError) &&
    !subscription.enabled &&
    subscription.pid === null &&
    subscription.copyWorkers === 0
  );
}

/**
 * Whether nobody applies changes although somebody should.
 *
 * @param counted whether connections are counted; else a worker that fails again and again may be seen by no poll.
 */
function isWorkerless(subscription: SubscriptionFacts | undefined, counted: boolean): boolean {
  return subscription?.enabled === true && subscription.pid === null && (counted || !subscription.endless);
}

function slotIn(answer: SlotFacts | EngineError | undefined): SlotFacts | undefined {
  return answer instanceof EngineError ? undefined : answer;
}

/** After a crash of the source a slot may be further back. */
function isBeyond({ confirmed }: SlotFacts, position: string): boolean {
  return confirmed !== null && BigInt(confirmed) > BigInt(position);
}
