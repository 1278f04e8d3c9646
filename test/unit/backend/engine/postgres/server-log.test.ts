import assert from "node:assert/strict";
import { ServerLog } from "../../../../../src/backend/engine/postgres/server-log";

describe("the log of a target server", () => {
  it("has the errors of workers", () => {
    const log = new ServerLog();
    const line = (pid: number, state: string, text: string, kind = "logical replication apply worker") =>
      log.read(`2026-01-01 00:00:00.000 UTC|${pid}|${kind}|${state}|${text}`);
    line(1, "00000", 'LOG:  logical replication apply worker for subscription "a" has started');
    line(
      2,
      "00000",
      'LOG:  logical replication table synchronization worker for subscription "b", table "t" has started',
    );
    line(1, "23505", 'ERROR:  conflict detected on relation "public.t1": conflict=insert_exists');
    line(1, "23505", "DETAIL:  Key already exists");
    log.read("\tremote row (1, two");
    log.read("\tlines).");
    line(2, "08006", "ERROR:  could not receive data");
    line(1, "42P01", "ERROR:  of somebody else", "client backend");
    assert.deepEqual(log.lastErrorOf("a"), {
      sqlState: "23505",
      message: 'conflict detected on relation "public.t1": conflict=insert_exists (Key already exists)',
      text: 'conflict detected on relation "public.t1": conflict=insert_exists',
      detail: "Key already exists\nremote row (1, two\nlines).",
      context: "",
      complete: false,
    });
    assert.equal(log.lastErrorOf("b")?.sqlState, "08006");
    log.forget("a");
    assert.equal(log.lastErrorOf("a"), undefined);
  });

  it("has the error of a worker that applies for another, and not that the other ends over it", () => {
    const log = new ServerLog();
    const line = (pid: number, kind: string, state: string, text: string) =>
      log.read(`2026-01-01 00:00:00.000 UTC|${pid}|logical replication ${kind}|${state}|${text}`);
    const echo = "ERROR:  logical replication parallel apply worker exited due to error";
    line(
      1,
      "apply worker",
      "00000",
      'LOG:  logical replication apply worker for subscription "a" has started',
    );
    line(
      2,
      "parallel worker",
      "00000",
      'LOG:  logical replication parallel apply worker for subscription "a" has started',
    );
    line(
      2,
      "parallel worker",
      "23505",
      'ERROR:  conflict detected on relation "public.t1": conflict=insert_exists',
    );
    line(2, "parallel worker", "23505", "DETAIL:  Key already exists");
    line(1, "apply worker", "55000", echo);
    line(1, "apply worker", "55000", "CONTEXT:  processing remote data");
    const { sqlState, detail, context, complete } = log.lastErrorOf("a") ?? {};
    assert.deepEqual([sqlState, detail, context, complete], ["23505", "Key already exists", "", true]);
    log.forget("a");
    line(1, "apply worker", "55000", echo);
    assert.equal(log.lastErrorOf("a")?.sqlState, "55000");
  });
});
