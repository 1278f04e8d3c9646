/** What the tests of the tree show. */
import { localizerFor } from "../../../src/l10n/localizer";
import type { Task } from "../../../src/tasks/task";
import type { LayoutMarks } from "../../../src/tree/layout";
import { fill } from "../../support/texts";

export const english = localizerFor("en", fill);
export const thresholds = { delayMs: 300_000 };
export const marks = (facts: Partial<LayoutMarks> = {}): LayoutMarks => ({
  ...{ isPinned: () => false, isMuted: () => false, thresholds },
  ...facts,
});

export const task = (name: string, facts: Partial<Task> = {}): Task => ({
  id: `id-${name}`,
  name,
  status: "incremental",
  apiStatus: "INCRE_TRANSFER_STARTED",
  detailed: true,
  ...facts,
});
