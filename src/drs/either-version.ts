/**
 * The calls of the extension, carried out by the version of the API that a service has. Callers speak v3; what v5 says
 * in other words is in `v5-forms.ts`.
 *
 * - What changes a running task goes to v5 where the service has it: v3 is not promoted any more.
 * - Lists and details come from v3 while it is there: one call answers for a hundred tasks, and v5 needs one for each.
 *   Creating and configuring a task stays with v3, too: v5 is documented for few engines.
 *
 * What a service does not have it answers with the gateway's `APIGW.0101`, before anything was done: then the other
 * version is asked, and the first one is not asked again for this.
 */
import type { Answer, CallOptions, Identified, TablesCaller } from "./client";
import { DrsError, faultOf, isDrsError } from "./errors";
import type { OperationTable, RequestIn, ResponseIn } from "./operation";
import type { OperationName, RequestOf } from "./operations";
import type { OperationsV5 } from "./operations-v5";
import { noSuchPath, v5Of } from "./v5";
import type { Forms } from "./v5-forms";

const firstByV5: ReadonlySet<OperationName> = new Set([
  "batchStarting",
  "batchPause",
  "batchRetry",
  "batchDelete",
  "batchModification",
]);

/** A client of both versions of the API, for callers that do not care which one answers. */
export class EitherVersion implements TablesCaller {
  readonly #lists: { readonly enterprise_project_id?: string };
  /** Operations of v3 that the service does not have. */
  readonly #gone = new Set<OperationName>();
  #forms: Promise<Forms> | undefined;

  /** @param enterpriseProject id of the only one whose tasks lists have; undefined: as the service does it. */
  constructor(
    private readonly client: TablesCaller,
    enterpriseProject?: string,
  ) {
    this.#lists = enterpriseProject === undefined ? {} : { enterprise_project_id: enterpriseProject };
  }

  /** @throws DrsError as `DrsClient.call` does, and `notFound` where neither version has it. */
  async call<N extends OperationName>(
    name: N,
    input: RequestOf<N>,
    options: CallOptions = {},
  ): Promise<Answer<N>> {
    const prefersV5 = firstByV5.has(name) || this.#gone.has(name);
    const early = prefersV5 ? await this.#byV5(name, input, options) : undefined;
    if (early !== undefined) {
      return early;
    }
    try {
      const asked = name === "listJobs" ? { ...input, ...this.#lists } : input;
      const answer = await this.client.call(name, asked, options);
      this.#gone.delete(name);
      return answer;
    } catch (error) {
      if (!isDrsError(error) || error.failure.code !== noSuchPath) {
        throw error;
      }
      this.#gone.add(name);
      const late = prefersV5 ? undefined : await this.#byV5(name, input, options);
      if (late !== undefined) {
        return late;
      }
      throw new DrsError({ ...error.failure, ...faultOf("noV3") }, { cause: error });
    }
  }

  async callIn<T extends OperationTable, N extends keyof T & string>(
    table: T,
    name: N,
    input: RequestIn<T, N>,
    options: CallOptions = {},
  ): Promise<Identified<ResponseIn<T, N>>> {
    const isList = name === "listJobsV5";
    const asked = isList ? Object.assign({}, input, this.#lists) : input;
    const answer = await this.client.callIn(table, name, asked, options);
    return isList && this.#gone.has("listJobs") ? withoutV3(answer) : answer;
  }

  /** The answer in v3's words; undefined where v5 is not there, or has nothing for it. */
  async #byV5<N extends OperationName>(
    name: N,
    input: RequestOf<N>,
    options: CallOptions,
  ): Promise<Answer<N> | undefined> {
    // Loaded where it is used: most windows only read, and most services have v3 for that.
    this.#forms ??= import("./v5-forms").then(({ createForms }) => createForms(v5Of(this)));
    return await (await this.#forms)[name]?.(input, options);
  }
}

/** What tasks allow that only v3 has a call for: v5 lists that, too. */
const onlyByV3 = "RESET_DB_PWD";

/** A list of v5 where v3 is gone: nobody is to be offered, and asked a password for, what cannot be sent. */
function withoutV3<A extends object>(list: A): A {
  const { jobs } = list as A & ResponseIn<OperationsV5, "listJobsV5">;
  const possible = <J extends Pick<(typeof jobs)[number], "job_action">>(job: J): J => {
    const available_actions = job.job_action?.available_actions?.filter((one) => one !== onlyByV3);
    return available_actions ? { ...job, job_action: { ...job.job_action, available_actions } } : job;
  };
  return {
    ...list,
    jobs: jobs.map((job) => possible({ ...job, children: job.children?.map(possible) })),
  };
}
