/** What the local backend serves, for the page docs/api-coverage.md. */

import { iamCalls } from "../../src/backend/api/iam-calls";
import { unserved, unservedReasons } from "../../src/backend/api/unserved";
import { operations } from "../../src/drs/operations";
import { operationsCompare } from "../../src/drs/operations-compare";
import { operationsOtherClients } from "../../src/drs/operations-other-clients";
import { operationsRecords } from "../../src/drs/operations-records";
import { operationsV5 } from "../../src/drs/operations-v5";

export const servedTables = [
  { title: "Version 3", operations },
  { title: "Comparisons", operations: operationsCompare },
  { title: "Version 5", operations: operationsV5 },
  { title: "Both versions, for clients other than the extension", operations: operationsOtherClients },
  { title: "Version 5: tags, saved connections, prepared creations", operations: operationsRecords },
  { title: "IAM", operations: iamCalls },
];

/** The service's other operations, and why each is refused. */
export const refusedOperations = unserved.map(({ method, path, name, why }) => ({
  ...{ method, path, name },
  why: unservedReasons[why],
}));
