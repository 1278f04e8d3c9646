/** Which tasks somebody else's work hangs on. */
import { rowOf } from "../status/statuses";
import type { Task } from "./task";

/** `prod`, `prd` and `production` as words of their own (not `products`), or 生产. */
const productionWord = /(?<![a-z])(?:prod|prd|production)(?![a-z])|生产/i;

/**
 * Whether a task counts as production: every one of a cloud that has been started; on this machine only one whose name
 * or tags say so, for rehearsals.
 */
export function isProduction(
  { status, name, tags = [] }: Pick<Task, "status" | "name" | "tags">,
  place: "local" | "cloud",
): boolean {
  return (
    rowOf(status).started && (place === "cloud" || [name, ...tags].some((text) => productionWord.test(text)))
  );
}
