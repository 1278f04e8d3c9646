/** The service's operations that are not served: each is refused as the service refuses what it does not support. */
import operations from "./unserved.json";

/** Why an operation is not served. */
export const unservedReasons = {
  accounts: "no database accounts are migrated",
  agencies: "there is no IAM delegation",
  clusters: "a task's end is one server",
  comparisons: "a comparison begins at once, and ends or is canceled",
  drivers: "PostgreSQL needs no JDBC driver",
  files: "there is no object storage and no log service",
  instances: "there are no instances to choose, and no billing",
  notifications: "there is no notification service",
  otherTasks: "only synchronization tasks run here",
  policies: "the service supports compare policies for other engines only",
  positions: "PostgreSQL's replication slot keeps the position",
  recovery: "there is no disaster recovery",
  settings: "PostgreSQL's servers have their own settings",
  subscriptions: "only synchronization tasks run here",
  transforms: "PostgreSQL's logical replication writes rows as they are",
} as const;

export interface Unserved {
  readonly method: string;
  readonly path: string;
  /** The operation's name in the official SDK. */
  readonly name: string;
  readonly why: keyof typeof unservedReasons;
}

/** The operations of `unserved.json`, in its order. @throws TypeError when one names a reason that is not listed. */
export const unserved: readonly Unserved[] = operations.map(({ why, ...operation }) => {
  if (!(why in unservedReasons)) {
    throw new TypeError(`${operation.name}: ${why} is no reason`);
  }
  // Checked just now; JSON has it as any text.
  return { ...operation, why: why as keyof typeof unservedReasons };
});
