/** The task of simulated worlds. */
import { type Job, newJobId } from "../../src/backend/jobs/job";
import { SecretBox } from "../../src/backend/secrets";

export const account = "0";
export const seal = new SecretBox(Buffer.alloc(32, 1).toString("base64"));

/** A task that was just created, over one table. */
export function newJob(taskType: Job["taskType"]): Job {
  const end = { host: "127.0.0.1", port: 5432, user: "u", sealedPassword: seal.seal("p"), database: "d" };
  const endpoint = { ...end, ssl: false, tested: true, shown: {} };
  const now = Date.now();
  return {
    ...{ id: newJobId(), name: "walk", description: "", engineType: "postgresql", taskType },
    ...{
      dbUseType: "sync",
      netType: "eip",
      direction: "non-dbs",
      account,
      tags: [],
      sent: {},
      speedLimits: [],
      alarms: null,
    },
    ...{ source: endpoint, target: endpoint, edit: null, change: null, copyAgain: null, precheck: null },
    failure: null,
    selection: [{ schema: "public", table: "a" }],
    desired: { goal: "configured", attempt: 0, startAt: null, force: false },
    ...{
      status: "CREATING",
      provisioned: false,
      linkPort: null,
      tables: [],
      prepared: false,
      fullResync: false,
    },
    ...{
      stream: null,
      unindexed: [],
      findings: [],
      lastFinding: 0,
      sourceRows: {},
      released: false,
      createdAt: now,
      startedAt: null,
      fullCompletedAt: null,
      updatedAt: now,
    },
  };
}
