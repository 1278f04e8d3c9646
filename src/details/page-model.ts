/** The content of a page beyond the list's data: parts, charts, and their buttons. */

import { localId, type TaskRef } from "../connections/connection";
import { readingPaceOf } from "../connections/poll-intervals";
import { joined, shown } from "../l10n/shown";
import { isStreaming, rowOf } from "../status/statuses";
import { hasFailed, mayPrecheck } from "../tasks/allowed-actions";
import { behindMs } from "../tasks/delay/diagnose";
import { beginComparison, type ComparisonType } from "../tasks/use-cases/compare-ends";
import { type Since, sinceIn } from "../tasks/use-cases/status-since";
import type { DetailsHost } from "./host";
import { delayMarks, marksOf } from "./marks";
import type { MoreView } from "./page-view";
import { type Source, TaskReader } from "./part-reader";
import { partsOf } from "./part-views";
import type { SeenStatus } from "./parts/part";
import { partIds } from "./parts/parts";
import type { PageMessage } from "./protocol";
import { chartsOf, Samples } from "./samples";
import { copyButton } from "./sections";
import { type Unready, unreadyIn } from "./unready";

type MoreMessage = Extract<PageMessage, { type: "open" | "ask" | "compare" }>;

const seenStatuses = 100;

/** What a page reads beyond the task's row: parts, charts and statuses seen. It reads while the page is visible. */
export class PageModel {
  readonly #reader: TaskReader;
  readonly #samples = new Samples();
  readonly #lifetime = new AbortController();
  #seen: readonly SeenStatus[] = [];
  #reportsSpeeds: boolean | undefined;
  #wasBehind = false;
  #problem: unknown;

  constructor(
    private readonly host: DetailsHost,
    private readonly ref: TaskRef,
    private readonly changed: () => void,
  ) {
    this.#reader = new TaskReader(
      ref.id,
      () => this.#source(),
      changed,
      (monitor, pace) => {
        const task = host.task(ref);
        const { freshness } = host.facts(ref.connection);
        this.#reportsSpeeds = monitor !== undefined;
        if (task !== undefined && freshness.problem === undefined) {
          const delay = isStreaming(task.status)
            ? (task.delayMs ?? secondsToMs(monitor?.dst_delay))
            : undefined;
          this.#samples.add(
            {
              at: Date.now(),
              delay: delay ?? null,
              rows: numberOf(monitor?.dst_rps),
              progress: task.percent ?? null,
            },
            pace,
          );
        }
        changed();
      },
    );
  }

  setVisible(visible: boolean): void {
    this.#reader.setVisible(visible);
    if (visible) {
      void this.#remember();
    }
  }

  /** Charts begin with what was measured before the page was open, and with what it has missed while it was hidden. */
  async #remember(): Promise<void> {
    const { connection, id } = this.ref;
    const { values, statuses } = this.host.past(this.ref);
    if (this.#seen.length === 0) {
      this.#seen = statuses;
    }
    this.#samples.begin(values, Date.now());
    const kept = await this.host
      .session(connection)
      ?.local?.past(id, this.#lifetime.signal)
      // The poll of the list reports trouble with the connection.
      .catch(() => []);
    if (kept !== undefined && kept.length > 0 && !this.#lifetime.signal.aborted) {
      this.#samples.begin(kept, Date.now());
      this.changed();
    }
  }

  refresh(): void {
    this.#reader.refresh();
  }

  dispose(): void {
    this.#lifetime.abort();
    this.#reader.dispose();
  }

  handle(message: MoreMessage): void {
    switch (message.type) {
      case "open":
        this.#reader.setOpen(message.part, message.open);
        break;
      case "ask":
        this.#reader.ask(message.part, { offset: message.offset, filter: message.filter });
        break;
      case "compare":
        void this.#compare(message.kind);
        break;
      default:
        message satisfies never;
    }
    this.changed();
  }

  /** What was read, as the service has it. */
  get raw(): Readonly<Record<string, unknown>> {
    const { readings } = this.#reader;
    return {
      ...Object.fromEntries(partIds.map((part) => [part, readings[part]?.value])),
      samples: this.#samples.all,
    };
  }

  /** Since when the task has its status: by the timeline, or as this window has seen it. */
  get since(): Since | undefined {
    const status = this.host.task(this.ref)?.status;
    const isNewest = this.#reader.query("timeline").offset === 0;
    const rows = isNewest ? this.#reader.readings.timeline?.value?.rows : undefined;
    const seen = this.host.past(this.ref).statuses.at(-1);
    return status === undefined
      ? undefined
      : (sinceIn(rows ?? [], status, Date.now()) ??
          (seen?.status === status ? { at: seen.at, times: 1 } : undefined));
  }

  /** What keeps a configured task from being started, as far as it was read. */
  get unready(): Unready | undefined {
    const task = this.host.task(this.ref);
    const isNewest = this.#reader.query("timeline").offset === 0;
    const { timeline, ...others } = this.#reader.readings;
    return task && unreadyIn(task, isNewest ? this.#reader.readings : others);
  }

  /** @param active whether anything may be done with the task now. */
  view(active: boolean): MoreView | undefined {
    this.#note();
    if (this.#source() === undefined) {
      return undefined;
    }
    const { l10n } = this.host;
    const task = this.host.task(this.ref);
    const reader = this.#reader;
    const all = l10n.t("Everything");
    return {
      charts: chartsOf(
        this.#samples.all,
        this.#reportsSpeeds,
        l10n,
        [
          ...marksOf(reader.readings.timeline?.value?.rows, this.#seen, l10n),
          ...delayMarks(this.#samples.all, this.host.thresholds(), l10n),
        ].toSorted((one, other) => one.at - other.at),
      ),
      parts: partsOf({
        l10n,
        local: this.ref.connection === localId,
        status: task?.status,
        readings: reader.readings,
        isOpen: (part) => reader.isOpen(part),
        query: (part) => reader.query(part),
        seen: this.#seen,
        mayPrecheck: active && task !== undefined && mayPrecheck(task),
        mayCompare: active && task !== undefined && isStreaming(task.status),
        problem: this.#problem,
      }),
      copyAll: [
        copyButton("markdown", joined(" ", [all, shown("(Markdown)")]), l10n.t),
        copyButton("json", joined(" ", [all, shown("(JSON)")]), l10n.t),
      ],
    };
  }

  #source(): Source | undefined {
    const { connection } = this.ref;
    const session = this.host.session(connection);
    return (
      session && {
        session,
        past: () =>
          this.#samples.all.flatMap(({ at, delay }) => (delay === null ? [] : [{ at, delayMs: delay }])),
        pace: readingPaceOf(connection),
      }
    );
  }

  /** Keeps the status for the timeline; a new one means that there is more to read. */
  #note(): void {
    const { status, delayMs = 0 } = this.host.task(this.ref) ?? {};
    const last = this.#seen.at(-1);
    if (!this.#wasBehind && status !== undefined && isStreaming(status) && delayMs >= behindMs) {
      // The cause of a delay is what the reader has come for.
      this.#wasBehind = true;
      queueMicrotask(() => this.#reader.setOpen("delay", true));
    }
    if (last === undefined && status !== undefined) {
      // So is what says why a task does not run.
      if (rowOf(status).configurable) {
        queueMicrotask(() => this.#reader.setOpen("precheck", true));
      } else if (hasFailed({ status })) {
        queueMicrotask(() => this.#reader.setOpen("dirty", true));
      }
    }
    if (status === undefined || status === last?.status) {
      return;
    }
    this.#seen = [...this.#seen, { at: Date.now(), status }].slice(-seenStatuses);
    if (last !== undefined) {
      queueMicrotask(() => this.#reader.refresh());
    }
  }

  async #compare(type: ComparisonType): Promise<void> {
    const session = this.host.session(this.ref.connection);
    if (session === undefined) {
      return;
    }
    try {
      await beginComparison(session, this.ref.id, type, this.#lifetime.signal);
      this.#problem = undefined;
      this.#reader.setOpen("compare", true);
    } catch (problem) {
      this.#problem = problem;
    }
    if (!this.#lifetime.signal.aborted) {
      this.changed();
    }
  }
}

function numberOf(text: string | null | undefined): number | null {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? value : null;
}

function secondsToMs(seconds: number | null | undefined): number | undefined {
  return seconds == null || seconds < 0 ? undefined : seconds * 1_000;
}
