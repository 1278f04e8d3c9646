/** The actions of v5 by name. */

import type { InputOf } from "../../drs/all-operations";
import { connectionRequest } from "../../drs/schemas";
import type { OperationCode } from "../../status/operation-names";
import { tableId } from "../jobs/job";
import { ApiError, message } from "../messages";
import { loginOf } from "./endpoint-v5";
import { checked } from "./input";
import type { NetworkTest, NetworkTests } from "./network-tests";
import { outcomeOf } from "./outcome";
import type { Parts } from "./parts";

type Params = NonNullable<InputOf<"executeAction">["job"]["action_params"]>;

/** The name of an action in the history, and the function that carries it out; it returns further fields of the answer. */
export interface NamedStep {
  readonly action: OperationCode;
  readonly step: () => Promise<Record<string, unknown> | undefined>;
}

/** @throws ApiError DRS.M10018 for an action that is not done here. */
export function executeAction(
  { actions, endpoints, prechecks, comparisons, tests, store }: Parts & { readonly tests: NetworkTests },
  id: string,
  name: string,
  params: Params,
): NamedStep {
  const plain = (action: OperationCode, work: () => Promise<void>): NamedStep => ({
    action,
    step: async () => {
      await work();
    },
  });
  switch (name) {
    case "start":
      return plain("START", async () => {
        const startAt = Number(params.start_time || 0);
        await actions.start(id, startAt > Date.now() ? startAt : undefined);
      });
    case "stop":
      return plain("PAUSE", async () => await actions.pause(id));
    case "restart":
      return plain("RETRY", async () => {
        await (params.is_sync_re_edit === true ? actions.applyEdit(id) : actions.retry(id));
      });
    case "reset":
      return plain("RESET", async () => await actions.reset(id));
    case "terminate":
      return plain("FREE_RESOURCE", async () => await actions.end(id, params.force_delete === true));
    case "precheck":
      return { action: "PRE_CHECK", step: async () => ({ query_id: await prechecks.begin(id) }) };
    case "create_compare":
      return {
        action: "CREATE_COMPARE",
        step: async () => {
          const { type, start_time, db_object } = params.compare_task_param ?? {};
          const job = store.get(id);
          if (job === undefined || type == null || Number(start_time || 0) > Date.now()) {
            throw new ApiError(
              "DRS.M10018",
              message("unsupported", { what: `create_compare ${type ?? ""}` }),
            );
          }
          const kind = type === "object" ? "objects" : type;
          const tables = db_object && kind !== "objects" ? tablesOf(db_object) : undefined;
          return { query_id: await comparisons.create(job, kind, tables) };
        },
      };
    case "cancel_compare":
      return plain("CANCEL_COMPARE", async () => {
        await comparisons.cancel(id, params.compare_task_param?.compare_task_id ?? "");
      });
    case "network":
      return {
        action: "MODIFY_DB_CONFIG",
        step: async () => {
          const outcomes: NetworkTest[] = [];
          for (const endpoint of params.endpoints ?? []) {
            const request = checked(connectionRequest.entries.jobs.item, {
              ...loginOf(endpoint),
              ...{ id, net_type: store.get(id)?.netType ?? "eip", end_point_type: endpoint.endpoint_role },
            });
            const { refusal } = await outcomeOf(async () => await endpoints.testConnection(request));
            outcomes.push({ ip: request.ip, refusal });
          }
          return { query_id: tests.keep(outcomes) };
        },
      };
    default:
      throw new ApiError("DRS.M10018", message("unsupported", { what: name }));
  }
}

/** The ids of the tables that an object map names; a whole database or schema stands for all of the task. */
function tablesOf(
  databases: NonNullable<NonNullable<Params["compare_task_param"]>["db_object"]>,
): ReadonlySet<string> | undefined {
  const ids = new Set<string>();
  for (const { schemas, tables } of Object.values(databases)) {
    if (!schemas && !tables) {
      return undefined;
    }
    for (const table of Object.keys(tables ?? {})) {
      ids.add(tableId({ schema: "public", table }));
    }
    for (const [schema, { tables: named }] of Object.entries(schemas ?? {})) {
      if (!named) {
        return undefined;
      }
      for (const table of Object.keys(named)) {
        ids.add(tableId({ schema, table }));
      }
    }
  }
  return ids;
}
