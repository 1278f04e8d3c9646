/** The links that a service has: which engines, in which direction, over which network, in which modes. */
import type { TablesCaller } from "../../drs/client";
import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { v5Of } from "../../drs/v5";
import { allPages } from "./all-pages";

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
  const v5 = v5Of(client);
  return await allPages(async (page) => {
    const answer = await v5.call("listSupportLinks", { job_type: "sync", ...page }, { signal });
    return answer?.body.flatMap(({ support_links }) => support_links ?? []);
  });
}
