/** Lists of tasks are asked for page by page, again and again, and few of their tasks have changed meanwhile. */
import type { Job } from "../jobs/job";
import type { ActionConstraints } from "../jobs/legal-actions";
import type { JobStore } from "../jobs/store";
import type { Language } from "../messages";

/** Lists that are remembered: those of a few clients. */
const mostLists = 16;

/** Which tasks a list has. */
export class JobLists {
  readonly #known = new Map<string, readonly Job[]>();
  #revision = -1;

  constructor(private readonly store: Pick<JobStore, "all" | "revision">) {}

  /**
   * The tasks of a list: found once for all of its pages, until any task changes.
   *
   * @param list what determines it, and nothing else
   * @param find gets all tasks, the oldest first
   */
  of(list: object, find: (jobs: readonly Job[]) => readonly Job[]): readonly Job[] {
    if (this.#revision !== this.store.revision || this.#known.size >= mostLists) {
      this.#revision = this.store.revision;
      this.#known.clear();
    }
    const key = JSON.stringify(list);
    const jobs = this.#known.get(key) ?? find(this.store.all());
    this.#known.set(key, jobs);
    return jobs;
  }
}

/** The text of an answer, in JSON. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** An answer with `jobs` beside the other fields. @param jobs the texts of its items */
export function listText(fields: Readonly<Record<string, number>>, jobs: readonly string[]): JsonText {
  return new JsonText(`${JSON.stringify(fields).slice(0, -1)},"jobs":[${jobs.join(",")}]}`);
}

/** Makes the text of a task's item once for each of its states, since a record never changes: it is replaced. */
export function remembered(
  itemOf: (job: Job, constraints: ActionConstraints, language: Language) => object,
): (job: Job, constraints: ActionConstraints, language: Language) => string {
  const items = new WeakMap<Job, { readonly key: string; readonly text: string }>();
  return (job, constraints, language) => {
    const key = `${language} ${constraints.frozen}`;
    const known = items.get(job);
    if (known?.key === key) {
      return known.text;
    }
    const text = JSON.stringify(itemOf(job, constraints, language));
    items.set(job, { key, text });
    return text;
  };
}
