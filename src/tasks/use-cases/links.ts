/** The links that a service has: which engines, in which direction, over which network, in which modes. */
import type { TablesCaller } from "../../drs/client";
import type { ResponseIn } from "../../drs/operations";
import type { OperationsV5 } from "../../drs/operations-v5";
import { v5Of } from "../../drs/v5";

/** The most items the service answers at once. */
const pageSize = 100;

export type Link = NonNullable<
  ResponseIn<OperationsV5, "listSupportLinks">["body"][number]["support_links"]
>[number];

/**
 * @returns undefined where the service has no v5, which alone lists them.
 * @throws DrsError as `DrsClient.call` does.
 */
export async function supportedLinks(
  client: TablesCaller,
  signal: AbortSignal,
): Promise<readonly Link[] | undefined> {
  const found: Link[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const page = { job_type: "sync", offset, limit: pageSize } as const;
    const answer = await v5Of(client).call("listSupportLinks", page, { signal });
    if (answer === undefined) {
      return undefined;
    }
    const links = answer.body.flatMap(({ support_links }) => support_links ?? []);
    found.push(...links);
    if (links.length < pageSize) {
      return found;
    }
  }
}
