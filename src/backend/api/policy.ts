import { ApiError, message } from "../messages";

interface Policy {
  readonly conflict_policy?: string | null | undefined;
  readonly index_trans?: boolean | null | undefined;
  readonly ddl_trans?: boolean | null | undefined;
  readonly data_sync_topology_type?: string | null | undefined;
}

/** PostgreSQL's logical replication has one policy. @throws ApiError DRS.M10018 that names what asks for another one. */
export function requirePolicy(policy: Policy | null | undefined): void {
  const other = [
    ...((policy?.conflict_policy || "stop") === "stop" ? [] : ["conflict_policy"]),
    ...((policy?.index_trans ?? true) ? [] : ["index_trans"]),
    ...((policy?.ddl_trans ?? false) ? ["ddl_trans"] : []),
    ...((policy?.data_sync_topology_type || "one2one") === "one2one" ? [] : ["data_sync_topology_type"]),
  ];
  if (other.length > 0) {
    throw new ApiError("DRS.M10018", message("unsupported", { what: other.join(", ") }));
  }
}
