/** The objects of a task and of its source, in the words of v5. */
import type { InputOf } from "../../drs/all-operations";
import type { Job } from "../jobs/job";
import { knownJob } from "./known-job";
import { ObjectCollections } from "./object-collections";
import { objectMap } from "./object-map";
import type { Parts } from "./parts";
import type { Handlers } from "./server";

type Kind = InputOf<"listDbObjects">["type"];

export type ObjectHandlers = Pick<
  Handlers,
  | "listDbObjects"
  | "collectDbObjects"
  | "showDbObjectsCollected"
  | "collectObjects"
  | "listChosenObjects"
  | "showObjectSupport"
>;

/**
 * Operations that read objects. Those that read the source answer a query id at once; the objects are fetched with it.
 */
export function createHandlersObjects({ store, endpoints }: Parts): ObjectHandlers {
  const collections = new ObjectCollections();

  const objectsOf = async (job: Job, type: Kind, databases: readonly string[] | undefined) => {
    const chosen = job.edit?.selection ?? job.selection;
    if (type === "modified" && chosen === null) {
      return { id: job.id, status: "success", object_scope: "all" };
    }
    const { database } = job.source;
    const isMeant = databases === undefined || databases.includes(database);
    const tables =
      type === "source" && isMeant ? await endpoints.sourceTables(job.id) : isMeant ? job.tables : [];
    return {
      ...{ id: job.id, status: "success", object_scope: "table" },
      object_info: isMeant ? objectMap(database, type === "modified" ? (chosen ?? []) : tables) : {},
    };
  };
  const collect = ({ job_id, type, db_names }: InputOf<"collectDbObjects"> | InputOf<"collectObjects">) => {
    const job = knownJob(store, job_id);
    const id = collections.begin(job_id, async () => await objectsOf(job, type, db_names));
    return { id, job_id, status: "pending" };
  };

  return {
    listDbObjects: async ({ job_id, type, db_names }) =>
      await objectsOf(knownJob(store, job_id), type, db_names),

    listChosenObjects: async ({ job_id, type }) => await objectsOf(knownJob(store, job_id), type, undefined),

    collectDbObjects: async (request) => collect(request),
    collectObjects: async (request) => collect(request),

    showDbObjectsCollected: async ({ job_id, query_id }, language) =>
      collections.stateOf(knownJob(store, job_id).id, query_id, language),

    showObjectSupport: async ({ job_id }) => {
      knownJob(store, job_id);
      return {
        is_full_trans_support_object: true,
        is_incre_trans_support_object: true,
        is_full_incre_trans_support_object: true,
        is_database_support_search: false,
        is_schema_support_search: false,
        is_table_support_search: false,
        is_support_column_mapping: false,
        is_import_cloumn: false,
        is_import_unique_key: false,
        support_object_import_engine: [],
      };
    },
  };
}
