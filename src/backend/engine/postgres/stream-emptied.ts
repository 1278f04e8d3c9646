/**
 * Tables that were emptied by hand at the target. TRUNCATE gives a table another file, and is replicated: so what happens
 * at the target alone is noticed only when the source's table keeps its file, and the target has fewer rows although it
 * has applied what the source had by then. VACUUM FULL and CLUSTER count the rows when they rewrite the table.
 */
import type { MemberFacts, SourceFacts, SourceTableFacts, TargetTableFacts } from "./stream-facts";
import type { End, Joined } from "./stream-memory";

/** The counts of servers are not exact. */
const fewer = 0.9;

/** A table's `renewed` and `emptied`, from those before. */
export function emptying(
  before: Joined,
  source: SourceTableFacts,
  target: TargetTableFacts,
  { position, applied }: Pick<SourceFacts, "position" | "applied">,
): Pick<Joined, "renewed" | "emptied"> {
  const isApplied = (at: string) => applied !== null && BigInt(applied) >= BigInt(at);
  const atSource = renewed(before.source, source.members).length > 0;
  if (atSource || before.renewed !== undefined) {
    // A rewrite at the target may follow the source's.
    const since = atSource ? position : before.renewed;
    return since === undefined || (!atSource && isApplied(since)) ? {} : { renewed: since };
  }
  if (renewed(before.target, target.members).some(({ tuples }) => tuples < 0)) {
    return target.copying ? {} : { emptied: { at: position, told: false } };
  }
  const { emptied } = before;
  if (emptied === undefined || !isApplied(emptied.at)) {
    return emptied === undefined ? {} : { emptied };
  }
  return hasFewer(source, target) ? { emptied: { ...emptied, told: true } } : {};
}

/** The table or its partitions that hold rows, where these were rewritten and their columns not altered. */
function renewed(end: End, members: readonly MemberFacts[]): readonly MemberFacts[] {
  return members.filter(({ oid, link, node, shape }) => {
    const before = link === "" ? end : end.parts[String(oid)];
    return before !== undefined && before.node !== node && before.shape === shape;
  });
}

function hasFewer(source: SourceTableFacts, target: TargetTableFacts): boolean {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  const atSource = sum(source.members.map(({ live, tuples }) => Math.max(live, tuples, 0)));
  return sum(target.members.map(({ live }) => live)) < atSource * fewer;
}
