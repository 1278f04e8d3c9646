/** Pre-checks of tasks: they are begun, run beside everything else, and stored with the task. */
import { randomUUID } from "node:crypto";
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { TableName } from "../engine/table-name";
import { log, reasonOf } from "../log";
import { ApiError, message } from "../messages";
import type { Controller } from "./controller";
import { type Job, tablesOf, without } from "./job";
import type { LegalChanges } from "./legal-changes";
import type { JobStore } from "./store";

/** A task has one pre-check, the last one; a new one replaces it. */
export class Prechecks {
  constructor(
    private readonly changes: LegalChanges,
    private readonly store: JobStore,
    private readonly controller: Controller,
    private readonly engine: Engine,
  ) {}

  /**
   * Begins a pre-check and answers its id.
   *
   * @throws ApiError DRS.M00300 when a connection was not tested.
   */
  async begin(id: string): Promise<string> {
    const checkId = randomUUID();
    const job = await this.changes.change(id, "PRE_CHECK", (latest) => {
      if (!latest.source.tested || !latest.target.tested) {
        throw new ApiError("DRS.M00300", message("needsTest"));
      }
      return { ...latest, precheck: { id: checkId, at: Date.now(), done: false, items: [] } };
    });
    void this.#check(job, checkId).catch((error: unknown) =>
      log(`task ${job.name}: pre-check: ${reasonOf(error)}`),
    );
    return checkId;
  }

  async #check(job: Job, checkId: string): Promise<void> {
    let items: NonNullable<Job["precheck"]>["items"];
    try {
      items = await this.find(job);
    } catch (error) {
      const reason = message("internal", { reason: reasonOf(error) });
      items = [
        { item: "precheck", group: "internal", result: "FAILED", reasons: [copied(reason)], remedies: [] },
      ];
    }
    await this.store.update(job.id, (latest) =>
      latest.precheck?.id === checkId
        ? { ...latest, precheck: { ...latest.precheck, done: true, items } }
        : latest,
    );
  }

  /** Returns a pre-check of the task as of now, without storing it. */
  async find(job: Job) {
    const task = this.controller.taskOf(job);
    // Without the source the check itself says what is wrong with it.
    const all = async () =>
      await this.engine.tablesOf(task.source).catch((error: unknown) => {
        requireEngineError(error);
        return [];
      });
    const tables = await this.#tablesToCheck(job, all);
    const items = await this.engine.check({ ...task, tables }, wholeSchemasOf(job));
    return items.map(({ item, group, result, reasons, remedies, raw }) => ({
      ...{ item, group, result, reasons: reasons.map(copied), remedies: [...remedies] },
      ...(raw === undefined ? {} : { raw }),
    }));
  }

  /** The task's tables; of an edited selection those that are added, for the others are in use. */
  async #tablesToCheck(job: Job, all: () => Promise<readonly TableName[]>): Promise<readonly TableName[]> {
    if (job.edit !== null) {
      const edited = tablesOf(job.edit.selection, await all());
      const added = without(edited, job.tables);
      return added.length > 0 ? added : edited;
    }
    return job.tables.length > 0 ? job.tables : tablesOf(job.selection, await all());
  }
}

/** @throws ApiError DRS.M00304 when the task's last pre-check did not pass. */
export function requirePassedPrecheck({ precheck }: Job): void {
  if (precheck?.done !== true || precheck.items.some(({ result }) => result === "FAILED")) {
    throw new ApiError("DRS.M00304", message("needsPrecheck"));
  }
}

/** The schemas that were selected whole; null where that is the database. */
function wholeSchemasOf({ edit, selection }: Job): readonly string[] | null {
  const selected = edit === null ? selection : edit.selection;
  return selected === null ? null : selected.flatMap(({ schema, table }) => (table === null ? [schema] : []));
}

function copied({ id, values }: { readonly id: string; readonly values: Readonly<Record<string, string>> }) {
  return { id, values: { ...values } };
}
