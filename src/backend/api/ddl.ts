/** DDL of the source as v5 lists it: the changes found in a task's stream, and those that still need action. */
import type * as v from "valibot";
import type { ddlRequest } from "../../drs/schemas-v5-running";
import type { KnownFinding } from "../jobs/job";
import { type Language, render } from "../messages";

/** Of findings that DDL at the source has caused: of the publication, of tables, of their partitions and of columns. */
const ofDdl = /^L(S00[1-5]|W00[124569]|W01[0-3])$/;
type Wanted = v.InferOutput<typeof ddlRequest>;

const states = { cleared: 0, alarming: 1 } as const;

/** The oldest first. PostgreSQL does not publish DDL: instead of its text there is what it has changed. */
export function ddlEntries(
  findings: readonly KnownFinding[],
  { start_seq_no, end_seq_no, status }: Pick<Wanted, "start_seq_no" | "end_seq_no" | "status">,
  language: Language,
) {
  return findings
    .filter(({ side, code }) => side === "source" && ofDdl.test(code))
    .map(({ number = 0, code, message, since, clearedAt = null }) => ({
      seqno: number,
      checkpoint: "",
      status: clearedAt === null ? states.alarming : states.cleared,
      ddl_timestamp: since,
      ddl_text: `${code} ${render(message, language)}`,
      exe_result: false,
      record_time: since,
      clean_time: clearedAt,
    }))
    .toSorted((one, other) => one.seqno - other.seqno)
    .filter(
      (entry) =>
        entry.seqno >= (start_seq_no ?? 0) &&
        entry.seqno <= (end_seq_no ?? Number.POSITIVE_INFINITY) &&
        entry.status === (status ?? entry.status),
    );
}
