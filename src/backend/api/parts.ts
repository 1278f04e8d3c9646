import type { JobActions } from "../jobs/actions";
import type { Comparisons } from "../jobs/comparisons";
import type { Controller } from "../jobs/controller";
import type { JobStore } from "../jobs/store";
import type { SecretBox } from "../secrets";

/** What the handlers work with. */
export interface Parts {
  readonly store: JobStore;
  readonly runner: Controller;
  readonly actions: JobActions;
  readonly comparisons: Comparisons;
  readonly secrets: SecretBox;
}
