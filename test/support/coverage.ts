/** What the local backend serves, for the page docs/api-coverage.md. */

import { iamCalls } from "../../src/backend/api/iam-calls";
import { operations } from "../../src/drs/operations";
import { operationsCompare } from "../../src/drs/operations-compare";
import { operationsV5 } from "../../src/drs/operations-v5";

export const servedTables = [
  { title: "Version 3", operations },
  { title: "Version 3, comparisons", operations: operationsCompare },
  { title: "Version 5", operations: operationsV5 },
  { title: "IAM", operations: iamCalls },
];
