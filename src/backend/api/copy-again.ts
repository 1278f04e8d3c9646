/** The control calls about copying tables of a task again. */
import * as v from "valibot";
import { plainName } from "../engine/table-name";
import type { JobActions } from "../jobs/actions";
import type { Controller } from "../jobs/controller";
import { tableId } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";
import { noted } from "./outcome";
import { tablePercent } from "./progress";

export const copyAgainRequest = v.object({
  /** The tables' ids, as the task lists them. */
  tables: v.pipe(v.array(v.string()), v.minLength(1)),
  /** Whether the rows that the target has stay there; else they are removed before the copy. */
  keep_rows: v.optional(v.boolean(), false),
});

/** How far the tables are that are to be copied again; empty when there are none (any more). */
export interface CopyState {
  readonly tables: readonly {
    readonly id: string;
    readonly keep_rows: boolean;
    /** 0 to 100; below 100 until the table is in step with the stream. */
    readonly percent: number;
  }[];
}

export interface CopyParts {
  readonly store: JobStore;
  readonly controller: Controller;
  readonly actions: JobActions;
}

/** @throws ApiError for what is in the way, and for a task that is not there. */
export async function copyAgain(
  parts: CopyParts,
  id: string,
  { tables, keep_rows }: v.InferOutput<typeof copyAgainRequest>,
): Promise<CopyState> {
  const { store, controller, actions } = parts;
  const step = async () => await actions.copyAgain(id, tables, keep_rows);
  await noted(store, id, "COPY_AGAIN", step);
  controller.wake();
  return copyState(parts, id);
}

/** @throws ApiError DRS.M00289 for a task that is not there. */
export function copyState({ store, controller }: CopyParts, id: string): CopyState {
  const job = store.get(id);
  if (job === undefined) {
    throw new ApiError("DRS.M00289", message("noSuchJob"));
  }
  const { engine } = controller.live(id);
  const states = new Map(
    engine?.kind === "present" ? engine.tables.map((table) => [table.name, table] as const) : [],
  );
  const tables = (job.copyAgain?.tables ?? []).map((table) => {
    const state = states.get(plainName(table));
    const known = job.copyAgain?.begun === true && state !== undefined;
    return {
      id: tableId(table),
      keep_rows: table.keepRows,
      percent: known ? tablePercent(job, state) : 0,
    };
  });
  return { tables };
}
