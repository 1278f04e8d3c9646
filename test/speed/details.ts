import { mock } from "node:test";
import type * as vscode from "vscode";
import { localId } from "../../src/connections/connection";
import type { DetailsHost } from "../../src/details/host";
import { DetailsPages } from "../../src/details/panel";
import { localizerFor } from "../../src/l10n/localizer";
import { shown } from "../../src/l10n/shown";
import type { PastValue } from "../../src/tasks/past-values";
import { TaskStore } from "../../src/tasks/store";
import type { TaskSession } from "../../src/tasks/use-cases/control";
import { fill } from "../support/texts";
import { LargeService } from "./large-service";
import { cpuMs, type Figure, median } from "./measure";
import { posted, Uri } from "./vscode";

const pages = 10;
const hour = 3_600;
const pace = { soon: 1, fast: 1, steady: 1, background: 1, longest: 1, detailMaxAge: 0, perRequest: 0 };

/** Details pages with their host and tasks. @param values what was measured of each task before its page was open. */
export function detailsPages(count: number, values: readonly PastValue[] = []) {
  const service = new LargeService(count);
  const store = new TaskStore(service.caller, pace);
  const session = { client: service.caller, store } as TaskSession & { readonly store: TaskStore };
  const listeners = new Set<() => void>();
  const host: DetailsHost = {
    extensionUri: Uri.file("/extension") as vscode.Uri,
    l10n: localizerFor("en", fill),
    task: ({ id }) => store.snapshot.tasks.get(id),
    facts: () => ({
      ...{ connection: shown("Local backend"), isAlone: true, readOnly: undefined },
      freshness: { connected: true, asOf: store.snapshot.asOf, problem: undefined },
    }),
    session: () => session,
    run: async () => undefined,
    refresh: () => undefined,
    onDidChange: (listener) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    preview: () => "",
    setPreview: () => undefined,
    attempt: () => undefined,
    taken: () => undefined,
    thresholds: () => ({ delayMs: undefined }),
    past: () => ({ values, statuses: [] }),
    setVisible: () => undefined,
  };
  store.onDidChange(() => {
    for (const listener of listeners) {
      listener();
    }
  });
  return { service, store, all: new DetailsPages(host) };
}

/** Ten details pages on the screen, each task's delay changing every second, in simulated time. */
export async function details(long: boolean): Promise<readonly Figure[]> {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 10, 24) });
  const { service, store, all } = detailsPages(pages);
  await store.refresh();
  for (let index = 0; index < pages; index++) {
    all.open({ connection: localId, id: service.id(index) }, false);
  }
  const seconds: number[] = [];
  const heaps: number[] = [];
  for (let second = 1; second <= (long ? 8 * hour : 600); second++) {
    service.delay(second);
    const begin = cpuMs();
    await store.refresh();
    mock.timers.tick(1_000);
    for (let turn = 0; turn < 6; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    seconds.push(cpuMs() - begin);
    if (second % (long ? hour : 300) === 0) {
      globalThis.gc?.();
      heaps.push(process.memoryUsage().heapUsed);
    }
  }
  all.dispose();
  store.dispose();
  mock.timers.reset();
  const last = seconds.slice(-600);
  const [first = 0, end = 0] = [heaps[0], heaps.at(-1)];
  return [
    {
      id: "detailsSecond",
      what: `10 details pages open and live (${posted.count} updates): CPU of a second, ms`,
      ...{ kind: "ms", value: median(last), bound: 30 },
    },
    {
      id: "detailsBlock",
      what: "the same: CPU of the heaviest of 600 seconds, which is the longest possible block, ms",
      ...{ kind: "ms", value: Math.max(...last), bound: 50 },
    },
    {
      id: "detailsHeap",
      what: "the same: growth of the heap from the first to the last of 8 simulated hours, as a part of it",
      ...{ kind: "ratio", value: Math.max(0, end / first - 1), bound: 0.05 },
    },
  ];
}
