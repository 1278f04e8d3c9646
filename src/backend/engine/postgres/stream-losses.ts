/** Permanent losses of a task's stream: objects dropped, replaced or left out at one of the ends since a table joined. */
import type { Side } from "../side";
import type { SourceFacts, SourceTableFacts, TargetFacts, TargetTableFacts } from "./stream-facts";
import type { Joined, Lost } from "./stream-memory";

/** One table at one check. */
interface Seen {
  readonly joined: Joined | undefined;
  readonly source: SourceTableFacts | undefined;
  readonly target: TargetTableFacts | undefined;
}

/** Why changes of a table are lost, as far as a check can tell; undefined: they are not. */
export function lossOf(
  { publication }: Pick<SourceFacts, "publication">,
  subscription: Pick<TargetFacts, "name" | "publications" | "origin">,
  { joined, source, target }: Seen,
): Lost | undefined {
  const because = (kind: Lost["kind"], what = "") => ({ kind, what });
  if (publication === null || (joined !== undefined && joined.publication !== publication.oid)) {
    return because("publicationGone");
  }
  if (source === undefined) {
    return because("sourceTableGone");
  }
  if (joined !== undefined && joined.source.oid !== source.oid) {
    return because("sourceTableReplaced");
  }
  if (source.published === null || source.restricted) {
    return because("tableUnpublished");
  }
  if (publication.missing.length > 0) {
    return because("publicationPartial", publication.missing.join(", "));
  }
  if (source.partitioned && !publication.viaRoot) {
    return because("publicationPartial", "publish_via_partition_root");
  }
  const published = joined?.published;
  if (published !== undefined && published.as !== source.published) {
    return because("tableRepublished");
  }
  // Who owns it makes no difference.
  if (published?.owner === publication.owner && published.version !== publication.version) {
    return because("publicationAltered");
  }
  if (!subscription.publications.includes(subscription.name)) {
    return because("subscriptionAltered", `SET PUBLICATION ${subscription.publications.join(", ")}`);
  }
  if (subscription.origin !== "any") {
    return because("subscriptionAltered", `origin = ${subscription.origin}`);
  }
  if (
    target === undefined ||
    !target.subscribed ||
    (joined !== undefined && joined.target.oid !== target.oid)
  ) {
    return because("targetTableLost");
  }
  return target.copying && source.members[0]?.filtered === true ? because("copyFiltered") : undefined;
}

const ofStream: ReadonlySet<Lost["kind"]> = new Set([
  "publicationGone",
  "publicationPartial",
  "publicationAltered",
  "slotMoved",
  "subscriptionAltered",
  "targetSetBack",
  "sourceSetBack",
]);
const ofTarget: ReadonlySet<Lost["kind"]> = new Set([
  "targetTableLost",
  "subscriptionAltered",
  "targetSetBack",
]);

/** Whether the whole stream is hit, and not only a table. */
export function isOfStream(kind: Lost["kind"]): boolean {
  return ofStream.has(kind);
}

/** At which end it happened. */
export function sideOf(kind: Lost["kind"]): Side {
  return ofTarget.has(kind) ? "target" : "source";
}
