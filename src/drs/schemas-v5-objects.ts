/** The objects of a task and of its databases in v5. */
import * as v from "valibot";
import { byName, flag, jobId, text } from "./schemas";
import { texts } from "./schemas-page";

/** What the objects of a database are called at the target, and which of them are synchronized. */
const tableObject = v.looseObject({ name: text, type: text, all: flag });
export const databaseObject = v.looseObject({
  name: text,
  all: flag,
  schemas: v.nullish(
    byName(v.looseObject({ name: text, all: flag, tables: v.nullish(byName(tableObject)) })),
  ),
  tables: v.nullish(byName(tableObject)),
});

/** The objects that a task is to synchronize. */
export const chosenObjects = v.nullish(
  v.looseObject({
    object_scope: v.picklist(["all", "database", "table"]),
    object_info: v.nullish(byName(databaseObject)),
  }),
);

export const objectsRequest = v.looseObject({
  job_id: jobId,
  type: v.picklist(["source", "modified", "synchronized"]),
  /** The databases that are meant; absent: all. */
  db_names: v.optional(texts),
});
export const collectRequest = v.looseObject({
  ...objectsRequest.entries,
  is_refresh: v.nullish(v.union([v.boolean(), v.picklist(["true", "false"])])),
});
/** `status` is `pending`, `success` or `failed`. */
export const collecting = v.looseObject({ id: text, job_id: text, status: text });
/** `status` is `success`, `failed` or `pending`. */
export const savingState = v.looseObject({
  id: text,
  job_id: text,
  status: text,
  error_code: text,
  error_msg: text,
});
/** The same, with objects by the name of their database. */
export const objectsState = v.looseObject({
  id: text,
  status: text,
  object_scope: text,
  object_info: v.nullish(byName(databaseObject)),
  error_code: text,
  error_msg: text,
});
