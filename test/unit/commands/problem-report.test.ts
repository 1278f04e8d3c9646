import assert from "node:assert/strict";
import { type Reported, remoteKind, reportOf } from "../../../src/commands/problem-report";
import type { CloudConnection } from "../../../src/connections/connection";
import { DrsError } from "../../../src/drs/errors";
import { shown } from "../../../src/l10n/shown";
import type { Task } from "../../../src/tasks/task";

const hidden = {
  name: "orders-of-acme",
  task: "24834eb6-be30-464e-a299-f7aa730jb101",
  project: "0123456789abcdef0123456789abcdef",
  host: "drs.internal.acme.example",
  account: "acme-account",
  user: "alice",
  path: "/home/alice/data",
  message: "password authentication failed for user alice",
  tag: "cost-center=4711",
};

const connection: CloudConnection = {
  ...{ kind: "cloud", id: "c1", name: hidden.name, site: "private", region: hidden.host },
  ...{ endpoint: `https://${hidden.host}`, projectId: hidden.project },
  signIn: { kind: "user", domain: hidden.account, user: hidden.user },
};
const task: Task = {
  ...{ id: hidden.task, name: hidden.name, status: "incrementalFailed", apiStatus: "X", detailed: true },
  ...{ description: hidden.message, error: { code: "23505", message: hidden.message }, tags: [hidden.tag] },
};
const problem = new DrsError({
  ...{ operation: "listJobs", kind: "authentication", reason: hidden.message, status: 401 },
  ...{
    code: "APIGW.0301",
    requestId: "e3a1c4f2-0001",
    fault: { id: "connectionRefused", subject: hidden.host },
  },
});
const state: Reported = {
  ...{ connection, phase: "open", missing: undefined, readOnly: shown(hidden.message) },
  session: {
    store: {
      snapshot: {
        tasks: new Map([
          [task.id, task],
          ["2", { ...task, id: "2", error: { code: hidden.message } }],
        ]),
        ...{ asOf: 40_000, problem },
      },
    },
  },
};

describe("the report of a problem", () => {
  const report = reportOf(
    { "VS Code": "1.120.0" },
    [
      { key: "drs.localBackend.dataDirectory", value: hidden.path },
      { key: "drs.alerts.connections", value: [hidden.name] },
      { key: "drs.cloud.requestBudget", value: 60 },
    ],
    [state],
    100_000,
  );

  it("contains what helps", () => {
    assert.equal(
      report,
      `## Surroundings

- VS Code: 1.120.0

## Settings that are not the usual ones

- drs.localBackend.dataDirectory: set
- drs.alerts.connections: 1 entries
- drs.cloud.requestBudget: 60

## Connection 1

- kind: cloud, site: private, sign-in: user
- state: open, read-only
- tasks: 2
- status incrementalFailed: 2
- error 23505: 1
- last read: 60 s ago
- problem: kind authentication, operation listJobs, fault connectionRefused, status 401, code APIGW.0301, request e3a1c4f2-0001
`,
    );
  });

  for (const [what, text] of Object.entries(hidden)) {
    it(`leaves out the ${what}`, () => assert.ok(!report.includes(text)));
  }

  it("contains the kind of a remote, and not its address", () => {
    assert.deepEqual([undefined, "ssh-remote", "127.0.0.1:34875", hidden.host].map(remoteKind), [
      "none",
      "ssh-remote",
      "another",
      "another",
    ]);
  });
});
