/** A connection that a user has saved for later tasks. */
import * as v from "valibot";
import { newConnection } from "../../drs/schemas-records";

export const savedConnection = v.object({
  id: v.string(),
  createdAt: v.number(),
  /** As it was sent, with an empty password. */
  given: newConnection,
  /** Sealed; see SecretBox. */
  sealedPassword: v.string(),
});
export type SavedConnection = v.InferOutput<typeof savedConnection>;
