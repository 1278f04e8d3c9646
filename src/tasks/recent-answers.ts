import type { StatusId } from "../status/statuses";
import type { Task } from "./task";

/** The answer about a task in a status, and when it was asked for, milliseconds since 1970. */
interface Answer<T> {
  readonly status: StatusId;
  readonly at: number;
  readonly value: Promise<T>;
}

/** Answers about tasks for hovers: rows that are pointed at again and again leave the requests of a connection to actions. */
export class RecentAnswers<T> {
  readonly #bySession = new WeakMap<object, Map<string, Answer<T>>>();

  /**
   * What `ask` answers; within `freshMs` milliseconds, and while the task keeps its status, what it last answered.
   *
   * @param session whose tasks it knows apart.
   */
  async of(
    session: object,
    { id, status }: Pick<Task, "id" | "status">,
    freshMs: number,
    ask: () => Promise<T>,
  ): Promise<T> {
    const answers = this.#bySession.get(session) ?? new Map<string, Answer<T>>();
    this.#bySession.set(session, answers);
    const last = answers.get(id);
    if (last?.status === status && Math.abs(Date.now() - last.at) < freshMs) {
      return await last.value;
    }
    const value = ask();
    answers.set(id, { status, at: Date.now(), value });
    return await value;
  }
}
