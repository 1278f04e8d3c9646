/** The items of the pre-check, in the order in which they are shown. */
import {
  replicationOrigins,
  replicationSlots,
  sourceConnections,
  targetConnections,
  walSenders,
  workers,
} from "./capacity";
import type { Check } from "./check";
import { primaryKeys } from "./identity";
import { differentDatabases, targetReachesSource } from "./network";
import {
  sourceObjectPrivileges,
  sourcePrivileges,
  targetObjectPrivileges,
  targetPrivileges,
} from "./privileges";
import {
  encodings,
  sourceReadWrite,
  sourceVersion,
  targetReadWrite,
  targetSettings,
  targetVersion,
  walLevel,
} from "./servers";
import { largeObjects, partitions, sourceObjects, transactions } from "./source-objects";
import { targetColumns } from "./target-columns";
import { targetObjects } from "./target-objects";
import { otherTasks, targetForeignKeys, targetRows, targetTriggers } from "./target-state";
import { targetTypes } from "./target-types";

/** Items that say whether the ends can be reached; the others need the connections. */
export const connectionItems = ["source_connection", "target_connection"] as const;

export const checks: readonly Check[] = [
  differentDatabases,
  targetReachesSource,
  sourceVersion,
  targetVersion,
  walLevel,
  sourceReadWrite,
  targetReadWrite,
  replicationSlots,
  walSenders,
  workers,
  replicationOrigins,
  sourceConnections,
  targetConnections,
  encodings,
  targetSettings,
  sourcePrivileges,
  targetPrivileges,
  sourceObjects,
  primaryKeys,
  sourceObjectPrivileges,
  partitions,
  largeObjects,
  transactions,
  targetObjects,
  targetObjectPrivileges,
  targetColumns,
  targetTypes,
  targetRows,
  targetTriggers,
  targetForeignKeys,
  otherTasks,
];
