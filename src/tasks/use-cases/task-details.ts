/** All that the service says of how a task is configured. */
import { refusalOf } from "../../drs/batch";
import type { TablesCaller } from "../../drs/client";
import { v5Of } from "../../drs/v5";
import type { JobDetail } from "../decode";
import type { ObjectMap } from "./change-objects";

/** @throws DrsError as `DrsClient.call` does, and when there is no such task. */
export async function taskDetails(client: TablesCaller, id: string, signal: AbortSignal): Promise<JobDetail> {
  const { results, request_id } = await client.call("batchDetail", { jobs: [id] }, { signal });
  const [found] = results;
  // A task that has failed has the error of its failure; one that is not there has no name.
  if (found?.name == null) {
    const { error_code, error_message } = found ?? {};
    throw refusalOf("batchDetail", { error_code, error_msg: error_message }, request_id);
  }
  if (found.object_infos != null) {
    return found;
  }
  // v5 has the objects elsewhere.
  const chosen = await v5Of(client).call("listDbObjects", { job_id: id, type: "modified" }, { signal });
  return { ...found, object_infos: infosOf(chosen?.object_info ?? {}) };
}

function infosOf(map: ObjectMap): NonNullable<JobDetail["object_infos"]> {
  return Object.entries(map).flatMap(([database, { schemas, tables }]) => {
    const inSchemas = Object.entries(schemas ?? {}).flatMap(([schema, one]) =>
      one.all === true || !one.tables
        ? [{ type: "schema", name: schema, parent_id: database }]
        : Object.keys(one.tables).map((table) => ({ type: "table", name: `${schema}.${table}` })),
    );
    const below = Object.keys(tables ?? {}).map((name) => ({ type: "table", name, parent_id: database }));
    return schemas || tables ? [...inSchemas, ...below] : [{ type: "database", name: database }];
  });
}
