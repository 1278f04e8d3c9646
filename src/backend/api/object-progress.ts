/** How far the objects of a task are, one by one. */
import { plainName } from "../engine/table-name";
import type { Live } from "../jobs/controller";
import { indexPercent } from "../jobs/indexes";
import { type Job, tableId } from "../jobs/job";
import { hasStructure, tablePercent } from "./progress";

/** @param type `table`, `table_structure`, `table_indexs` [sic] or `database`; there is nothing of other types. */
export function objectProgress(job: Job, type: string, live: Live) {
  const made = hasStructure(job) ? 100 : 0;
  const [src_db, dst_db] = [job.source.database, job.target.database];
  const rows = (progress: (table: string) => number) =>
    job.tables.map((table) => {
      const name = tableId(table);
      return { ...{ src_db, src_tb: name, dst_db, dst_tb: name }, progress: progress(plainName(table)) };
    });
  switch (type) {
    case "table": {
      const states = live.engine?.kind === "present" ? live.engine.tables : [];
      const percents = new Map(states.map((table) => [table.name, tablePercent(job, table)]));
      const otherwise = job.fullCompletedAt === null ? 0 : 100;
      return rows((name) => percents.get(name) ?? otherwise);
    }
    case "table_structure":
      return rows(() => made);
    case "table_indexs":
      return rows((name) => (hasStructure(job) ? indexPercent(job, live.indexing, name) : 0));
    case "database":
      return [{ src_db, src_tb: src_db, dst_db, dst_tb: dst_db, progress: made }];
    default:
      return [];
  }
}
