import type { DetailsFacts } from "../../../src/details/facts";
import { type Localizer, localizerFor } from "../../../src/l10n/localizer";
import { legalActions } from "../../../src/tasks/allowed-actions";
import type { Task } from "../../../src/tasks/task";
import { english, fill } from "../../support/texts";

export const now = Date.UTC(2026, 10, 24, 3, 0, 0);

export { english };

/** A task that runs well, but for `facts`. */
export const task = (facts: Partial<Task> = {}): Task => ({
  id: "0d7a6c1e-4f6b-4d0e-9b58-5a3c2e1fjb11",
  name: "orders",
  status: "incremental",
  apiStatus: "INCRE_TRANSFER_STARTED",
  detailed: true,
  ...facts,
});

/** The facts of a task that is listed and freshly read. */
export const factsOf = (shown: Task, facts: Partial<DetailsFacts> = {}): DetailsFacts => ({
  l10n: english,
  connection: "cn-north-4",
  readOnly: undefined,
  freshness: { connected: true, asOf: now, problem: undefined },
  listed: true,
  place: "cloud",
  actions: legalActions(shown),
  running: undefined,
  attempt: undefined,
  taken: undefined,
  since: undefined,
  unready: undefined,
  diagnosis: undefined,
  ...facts,
});

/** A localizer that note down the sentences they were asked for. */
export function recording(
  language: string,
  messages: Set<string>,
  texts: Readonly<Record<string, string>>,
): Localizer {
  return localizerFor(language, (message, ...args) => {
    messages.add(message);
    return fill(texts[message] ?? message, ...args);
  });
}
