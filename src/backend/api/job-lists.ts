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

/** An answer as it is sent, in JSON. */
export class JsonBytes {
  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {}
}

/** Bytes of answers that are remembered: the pages of 10,000 tasks, twice. A list may also be asked for as one page. */
const mostBytes = 12_000_000;

/** Answers with a list of tasks, which are the same bytes for as long as they say the same. */
export class ListAnswers {
  #bytes = 0;
  readonly #known = new Map<
    string,
    { readonly fields: string; readonly jobs: readonly string[]; readonly answer: JsonBytes }
  >();

  /** An answer with `jobs` beside the other fields. @param jobs the texts of its items */
  of(others: Readonly<Record<string, number>>, jobs: readonly string[]): JsonBytes {
    const fields = JSON.stringify(others).slice(0, -1);
    const [first = ""] = jobs;
    const known = this.#known.get(first);
    if (
      known?.fields === fields &&
      known.jobs.length === jobs.length &&
      known.jobs.every((job, index) => job === jobs[index])
    ) {
      return known.answer;
    }
    const answer = new JsonBytes(Buffer.from(`${fields},"jobs":[${jobs.join(",")}]}`));
    this.#bytes += answer.bytes.length - (known?.answer.bytes.length ?? 0);
    if (this.#bytes > mostBytes) {
      this.#known.clear();
      this.#bytes = answer.bytes.length;
    }
    this.#known.set(first, { fields, jobs, answer });
    return answer;
  }
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
