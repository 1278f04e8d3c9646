import type { JobActions } from "../jobs/actions";
import type { Comparisons } from "../jobs/comparisons";
import type { Controller } from "../jobs/controller";
import type { EndpointActions } from "../jobs/endpoint-actions";
import type { Prechecks } from "../jobs/prechecks";
import type { JobStore } from "../jobs/store";
import type { SecretBox } from "../secrets";

/** The parts of the backend that handlers use. */
export interface Parts {
  readonly store: JobStore;
  readonly controller: Controller;
  readonly actions: JobActions;
  readonly endpoints: EndpointActions;
  readonly prechecks: Prechecks;
  readonly comparisons: Comparisons;
  readonly secrets: SecretBox;
}
