/** The enterprise projects whose tasks can be shown; only v5 lists them. */
import type { TablesCaller } from "../../drs/client";
import { v5Of } from "../../drs/v5";
import { allPages } from "./all-pages";

/** @throws DrsError as `DrsClient.call` does, and `notFound` where the service has no v5. */
export async function enterpriseProjects(
  client: TablesCaller,
  signal: AbortSignal,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const v5 = v5Of(client);
  const list = await allPages(
    async (page) => (await v5.need("listEnterpriseProjects", page, { signal })).enterprise_project_list,
  );
  return (list ?? []).flatMap(({ id, name }) => (id ? [{ id, name: name || id }] : []));
}
