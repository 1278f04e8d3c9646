/** What a page reads for itself while it is on the screen: the parts that are open, and what is measured. */
import type { TablesCaller } from "../drs/client";
import type { ResponseIn } from "../drs/operations";
import type { OperationsV5 } from "../drs/operations-v5";
import { type V5, v5Of } from "../drs/v5";
import { type PartId, partIds } from "./part-view";

/** Where to read. */
export interface Source {
  readonly client: TablesCaller;
  /** Milliseconds between readings. */
  readonly pace: number;
}

/** The page of a part that is looked at. `filter` is the text, level, phase or comparison that was chosen. */
export interface Query {
  readonly offset: number;
  readonly filter: string;
}

export const pageSize = 50;
/** Databases of a comparison whose tables are read. */
const comparedDatabases = 10;

type V5Answer<N extends keyof OperationsV5> = ResponseIn<OperationsV5, N>;
type CompareResult = NonNullable<V5Answer<"showJobDetail">["job"]["compare_result"]>;
type Items<T> = NonNullable<T>;

/** The rows of each part, as the service has them, with how many there are in all. */
export interface PartValues {
  timeline: { count: number; rows: V5Answer<"showTimeline">["timelines"] };
  tables: { count: number; rows: V5Answer<"showProgressData">["flow_compare_data"] };
  precheck: {
    passed: boolean | undefined;
    rows: readonly PrecheckRow[];
  };
  compare: {
    count: number;
    tasks: Items<CompareResult["data_compare_task_list"]>;
    lines: Items<CompareResult["line_compare_detail_infos"]>;
    contents: Items<CompareResult["content_compare_detail_infos"]>;
    differences: CompareResult["content_diff_detail_info"];
  };
  dirty: { count: number; rows: V5Answer<"showDirtyData">["dirty_data_list"] };
  log: { count: number; rows: Items<V5Answer<"showJobDetail">["job"]["logs"]> };
}

interface PrecheckRow {
  readonly item?: string | null | undefined;
  readonly result?: string | null | undefined;
  readonly failed_reason?: string | null | undefined;
  readonly raw_error_msg?: string | null | undefined;
}

/** What is known of a part. The last good value stays when a reading fails. */
export interface PartReading<T> {
  readonly value?: T | undefined;
  /** When it was read, milliseconds since 1970. */
  readonly asOf?: number | undefined;
  /** Why the last reading failed. */
  readonly problem?: unknown;
  /** The service does not tell this. */
  readonly absent?: boolean | undefined;
}

export type Readings = { readonly [P in PartId]?: PartReading<PartValues[P]> };

interface Asked {
  readonly client: TablesCaller;
  readonly v5: V5;
  readonly id: string;
  readonly query: Query;
  readonly signal: AbortSignal;
}

/** How each part is read; undefined where the service has no v5. */
const readers: { readonly [P in PartId]: (asked: Asked) => Promise<PartValues[P] | undefined> } = {
  timeline: async ({ v5, id, query: { offset }, signal }) => {
    const answer = await v5.call("showTimeline", { job_id: id, offset, limit: pageSize }, { signal });
    return answer && { count: answer.count ?? answer.timelines.length, rows: answer.timelines };
  },
  tables: async ({ v5, id, query: { offset, filter }, signal }) => {
    const search = filter === "" ? {} : { search_name: filter };
    const input = { job_id: id, type: "table", offset, limit: pageSize, ...search };
    const answer = await v5.call("showProgressData", input, { signal });
    return (
      answer && { count: answer.count ?? answer.flow_compare_data.length, rows: answer.flow_compare_data }
    );
  },
  precheck: async ({ client, id, signal }) => {
    const { results } = await client.call("batchPrecheckResult", { jobs: [id] }, { signal });
    const [state] = results;
    return { passed: state?.result ?? undefined, rows: state?.precheck_result ?? [] };
  },
  compare: async (asked) => (asked.query.filter === "" ? await comparisons(asked) : await comparison(asked)),
  dirty: async ({ v5, id, query: { offset, filter }, signal }) => {
    const phase = filter === "" ? {} : { task_mode: filter };
    const answer = await v5.call(
      "showDirtyData",
      { job_id: id, offset, limit: pageSize, ...phase },
      { signal },
    );
    return answer && { count: answer.count ?? answer.dirty_data_list.length, rows: answer.dirty_data_list };
  },
  log: async ({ v5, id, query: { offset, filter }, signal }) => {
    const level = filter === "" ? {} : { log_level: filter };
    const input = { job_id: id, type: "log", offset, limit: pageSize, ...level };
    const answer = await v5.call("showJobDetail", input, { signal });
    const rows = answer?.job.logs ?? [];
    return answer && { count: answer.job.total_count ?? rows.length, rows };
  },
};

const nothingCompared = { count: 0, tasks: [], lines: [], contents: [], differences: undefined };

async function comparisons({ v5, id, query: { offset }, signal }: Asked) {
  const input = { job_id: id, type: "compare", query_type: "list", offset, limit: pageSize };
  const answer = await v5.call("showJobDetail", input, { signal });
  const tasks = answer?.job.compare_result?.data_compare_task_list ?? [];
  return answer && { ...nothingCompared, count: answer.job.total_count ?? tasks.length, tasks };
}

/** The tables of one comparison; `filter` is its kind and its id. */
async function comparison({ v5, id, query: { offset, filter }, signal }: Asked) {
  const [kind = "", compare_task_id = ""] = filter.split("/");
  const compare_type = kind === "contents" ? "content_compare" : "line_compare";
  const ask = async (query_type: string, more: Record<string, string | number> = {}) => {
    const input = { job_id: id, type: "compare", compare_type, query_type, compare_task_id, ...more };
    return (await v5.call("showJobDetail", input, { signal }))?.job;
  };
  const overview = (await ask("overview", { limit: comparedDatabases }))?.compare_result;
  const databases = [
    ...(overview?.line_compare_overview_infos ?? []).map((info) => [
      info.source_db_name,
      info.target_db_name,
    ]),
    ...(overview?.content_compare_overview_infos ?? []).map((info) => [info.source_db, info.target_db]),
  ];
  let [count, differences] = [0, undefined as CompareResult["content_diff_detail_info"]];
  const lines: Items<CompareResult["line_compare_detail_infos"]> = [];
  const contents: Items<CompareResult["content_compare_detail_infos"]> = [];
  for (const [source, target] of databases) {
    const names = { source_db_name: source ?? "", target_db_name: target ?? "" };
    const detail = await ask("detail", { ...names, offset, limit: pageSize });
    count += detail?.total_count ?? 0;
    lines.push(...(detail?.compare_result?.line_compare_detail_infos ?? []));
    contents.push(...(detail?.compare_result?.content_compare_detail_infos ?? []));
    if (
      kind === "contents" &&
      contents.some(({ content_compare_result }) => content_compare_result === false)
    ) {
      const diff = await ask("diff", { ...names, limit: pageSize });
      differences = diff?.compare_result?.content_diff_detail_info ?? differences;
    }
  }
  return { ...nothingCompared, count, lines, contents, differences };
}

/** Reads for one page. Owns its timer and its requests; ended by `dispose`. */
export class TaskReader {
  readonly #id: string;
  readonly #source: () => Source | undefined;
  readonly #changed: () => void;
  readonly #measured: (monitor: V5Answer<"showMonitorData"> | undefined, pace: number) => void;
  readonly #queries = new Map<PartId, Query>();
  readonly #open = new Set<PartId>(["timeline"]);
  readonly #asking = new Map<PartId, AbortController>();
  #readings: Readings = {};
  #client: TablesCaller | undefined;
  #visible = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = new AbortController();

  /**
   * @param source undefined while there is no connection.
   * @param changed called when something was read or asked for.
   * @param measured receives what the service measures now, undefined where it does not tell.
   */
  constructor(
    id: string,
    source: () => Source | undefined,
    changed: () => void,
    measured: (monitor: V5Answer<"showMonitorData"> | undefined, pace: number) => void,
  ) {
    this.#id = id;
    this.#source = source;
    this.#changed = changed;
    this.#measured = measured;
  }

  get readings(): Readings {
    return this.#readings;
  }

  /** Whether the service has no v5; undefined while nothing was asked. */
  get withoutV5(): boolean | undefined {
    return this.#client === undefined ? undefined : v5Of(this.#client).absent;
  }

  isOpen(part: PartId): boolean {
    return this.#open.has(part);
  }

  query(part: PartId): Query {
    return this.#queries.get(part) ?? { offset: 0, filter: "" };
  }

  /** Reads from now on, or stops. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#end();
    if (visible) {
      this.#round = new AbortController();
      this.#tick();
    }
  }

  /** Opens a part and reads it, or closes it. */
  setOpen(part: PartId, open: boolean): void {
    if (open) {
      this.#open.add(part);
      void this.#read(part);
    } else {
      this.#open.delete(part);
      this.#asking.get(part)?.abort();
      this.#asking.delete(part);
    }
  }

  /** Shows another page of a part. */
  ask(part: PartId, query: Query): void {
    this.#queries.set(part, query);
    this.#readings = { ...this.#readings, [part]: undefined };
    void this.#read(part);
  }

  /** Reads the open parts now. */
  refresh(): void {
    if (this.#visible) {
      for (const part of partIds.filter((one) => this.#open.has(one) && !this.#asking.has(one))) {
        void this.#read(part);
      }
    }
  }

  dispose(): void {
    this.setVisible(false);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#round.abort();
    for (const asking of this.#asking.values()) {
      asking.abort();
    }
    this.#asking.clear();
  }

  #tick(): void {
    const source = this.#source();
    if (source !== undefined) {
      void this.#measure(source);
      this.refresh();
    }
    this.#timer = setTimeout(() => this.#tick(), source?.pace ?? 5_000);
  }

  async #measure({ client, pace }: Source): Promise<void> {
    const { signal } = this.#round;
    const monitor = await v5Of(client)
      .call("showMonitorData", { job_id: this.#id }, { signal })
      // The list's own reading tells of trouble with the connection.
      .catch(() => undefined);
    if (!signal.aborted) {
      this.#measured(monitor, pace);
    }
  }

  async #read<P extends PartId>(part: P): Promise<void> {
    const client = this.#source()?.client;
    this.#asking.get(part)?.abort();
    if (client === undefined || !this.#visible) {
      return;
    }
    const asking = new AbortController();
    this.#asking.set(part, asking);
    if (client !== this.#client) {
      this.#client = client;
      this.#readings = {};
    }
    this.#changed();
    const { signal } = asking;
    try {
      const value = await readers[part]({
        client,
        v5: v5Of(client),
        id: this.#id,
        query: this.query(part),
        signal,
      });
      this.#keep(part, signal, value === undefined ? { absent: true } : { value, asOf: Date.now() });
    } catch (problem) {
      this.#keep(part, signal, { ...this.#readings[part], problem });
    }
  }

  #keep<P extends PartId>(part: P, signal: AbortSignal, reading: PartReading<PartValues[P]>): void {
    if (!signal.aborted) {
      this.#asking.delete(part);
      this.#readings = { ...this.#readings, [part]: reading };
      this.#changed();
    }
  }
}
