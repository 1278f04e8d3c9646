/** The enterprise projects whose tasks can be shown; only v5 lists them. */
import type { TablesCaller } from "../../drs/client";
import { v5Of } from "../../drs/v5";

/** The most items the service answers at once. */
const pageSize = 100;

/** @throws DrsError as `DrsClient.call` does, and `notFound` where the service has no v5. */
export async function enterpriseProjects(
  client: TablesCaller,
  signal: AbortSignal,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const found: { id: string; name: string }[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const page = { offset, limit: pageSize };
    const { enterprise_project_list: list } = await v5Of(client).need("listEnterpriseProjects", page, {
      signal,
    });
    found.push(...list.flatMap(({ id, name }) => (id ? [{ id, name: name || id }] : [])));
    if (list.length < pageSize) {
      return found;
    }
  }
}
