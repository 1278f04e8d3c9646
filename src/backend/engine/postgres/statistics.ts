/** PostgreSQL's counts for a task. */
import type { EndLogin } from "../database-login";
import type { Databases, Row } from "./databases";

export interface WrittenRow extends Row {
  readonly name: string;
  readonly written: number;
  readonly copying: number;
}

/**
 * Rows written into the tables of subscriptions. The server counts a transaction within a second of its commit where the
 * worker that applied it then has a second without a message. Changes of any database of the source's server bring it
 * messages: on such a server the rows of a task's last transaction may be missing until its next one.
 */
export async function writtenRows(
  databases: Databases,
  target: EndLogin,
  names: readonly string[],
): Promise<readonly WrittenRow[]> {
  return await databases.repeated<WrittenRow>(
    target,
    `SELECT s.subname AS name,
            coalesce(sum(pg_stat_get_tuples_inserted(r.srrelid) + pg_stat_get_tuples_updated(r.srrelid)
                         + pg_stat_get_tuples_deleted(r.srrelid)), 0)::float8 AS written,
            coalesce((SELECT sum(p.tuples_processed) FROM pg_stat_subscription w
                      JOIN pg_stat_progress_copy p ON p.pid = w.pid WHERE w.subid = s.oid), 0)::float8 AS copying
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
     JOIN pg_subscription_rel r ON r.srsubid = s.oid
     WHERE d.datname = current_database() AND s.subname = ANY($1)
     GROUP BY s.oid, s.subname`,
    [names],
  );
}

/** Rows inserted, changed and deleted in the tables of publications, partitions included, as the source counts them. */
export async function changedRows(
  databases: Databases,
  source: EndLogin,
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly changed: number }[]> {
  return await databases.query<{ name: string; changed: number }>(
    source,
    `SELECT p.pubname AS name,
            coalesce(sum(pg_stat_get_tuples_inserted(t.relid) + pg_stat_get_tuples_updated(t.relid)
                         + pg_stat_get_tuples_deleted(t.relid)), 0)::float8 AS changed
     FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
     CROSS JOIN LATERAL (SELECT r.prrelid AS relid UNION SELECT relid FROM pg_partition_tree(r.prrelid)) t
     WHERE p.pubname = ANY($1) GROUP BY p.pubname`,
    [names],
  );
}
