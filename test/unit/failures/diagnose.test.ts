import assert from "node:assert/strict";
import { type MessageId, message, render } from "../../../src/backend/messages";
import { diagnose } from "../../../src/failures/diagnose";
import { diagnosisOf, diagnosisOfFindings } from "../../../src/failures/diagnosis";

const idOf = (...args: Parameters<typeof diagnose>) => diagnose(...args)?.id;

describe("a diagnosis", () => {
  it("prefers the phase that the task is in, and says when it had to take another", () => {
    const text = "service INCREMENT failed, cause by: Table 'a.b' doesn't exist";
    const incremental = diagnose({ error: { message: text }, engine: "mysql", phase: "incremental" });
    assert.deepEqual([incremental?.id, incremental?.sure], ["mysql-inc-table-missing", true]);
    const elsewhere = diagnose({ error: { message: text }, engine: "mysql", phase: "full" });
    assert.deepEqual([elsewhere?.id, elsewhere?.sure], ["mysql-inc-table-missing", false]);
  });

  it("prefers the task's databases, takes related ones as likely, and none that has nothing to do with them", () => {
    const error = { message: "Too many keys specified; max 64 keys allowed" };
    assert.equal(diagnose({ error, engine: "mysql" })?.sure, true);
    assert.equal(diagnose({ error, engine: "cloudDataGuard-mysql" })?.sure, true);
    const related = diagnose({ error, engine: "mysql-to-taurus" });
    assert.deepEqual([related?.id, related?.sure], ["mysql-full-too-many-keys", false]);
    assert.equal(diagnose({ error, engine: "oracle-to-gaussdbv5" }), undefined);
    assert.equal(
      idOf({ error: { message: "Invalid BSON field name a.b" }, engine: "mongodb" }),
      "mongo-any-invalid-bson-field",
    );
  });

  it("takes what only names the failed part of the service as the last resort", () => {
    const engine = "mysql";
    const plain = diagnose({
      error: { message: "service INCREMENT failed, cause by: nobody knows" },
      engine,
    });
    assert.deepEqual([plain?.id, plain?.sure], ["any-increment-failed", false]);
    const known = { message: "service INCREMENT failed, cause by: Lock wait timeout exceeded" };
    assert.equal(idOf({ error: known, engine }), "mysql-any-lock-wait-timeout");
    const logs = ["nothing of note", "cause by: Lock wait timeout exceeded; try restarting transaction"];
    assert.equal(
      idOf({ error: { message: "service INCREMENT failed" }, logs, engine }),
      "mysql-any-lock-wait-timeout",
    );
  });

  it("calls general knowledge likely only", () => {
    assert.equal(diagnose({ error: { message: "Unable to connect to DBMS" }, engine: "mysql" })?.sure, false);
  });

  it("reads the end of a long text, too", () => {
    const message = `${"retry structures ".repeat(5_000)} Too many keys specified; max 64 keys allowed`;
    assert.equal(idOf({ error: { message }, engine: "mysql" }), "mysql-full-too-many-keys");
  });

  it("falls back to the code, and never takes a pre-check's words from a log", () => {
    assert.equal(idOf({ error: { code: "DRS.M05066", message: "?" } }), "api-drs-m05066");
    assert.equal(idOf({ error: { message: "srcDbBinlogIsOff" }, logs: ["wal_level"] }), undefined);
  });

  it("takes an item's exact name before the words of another, and the first finding that is known", () => {
    const finding = { item: "srcDbBinlogIsOff", reason: "wal_level binlog_row_image value is not FULL" };
    assert.equal(idOf({ findings: [{ item: "nobody knows" }, finding] }), "precheck-binlog-off");
    const reason = "SRC_HAS_TTL_INDEXES";
    assert.equal(idOf({ findings: [{ item: "new", reason }] }), "precheck-mongo-ttl-index");
  });

  it("is none for what is not known, and takes anything", () => {
    for (const error of [
      undefined,
      {},
      { code: "", message: "" },
      { code: "constructor", message: "__proto__" },
    ]) {
      assert.equal(diagnose({ error, engine: "hasOwnProperty-to-" }), undefined);
    }
  });

  it("knows what the local backend says in its own words, in both languages", () => {
    const said: readonly (readonly [code: string, MessageId, id: string])[] = [
      ["55000", "logLost", "local-log-lost"],
      ["42704", "dropped", "local-subscription-dropped"],
      ["", "stoppedUnknown", "local-stopped-unknown"],
      ["", "noWorker", "local-no-worker"],
      ["", "instanceFailed", "local-instance-failed"],
      ["", "noObjects", "local-no-objects"],
      ["28P01", "badLogin", "local-wrong-password"],
      ["3D000", "noDatabase", "local-no-database"],
      ["ECONNREFUSED", "unreachable", "local-nothing-listens"],
    ];
    for (const [code, text, id] of said) {
      for (const language of ["en", "zh"] as const) {
        const error = { code, message: render(message(text, { reason: "x" }), language) };
        assert.equal(idOf({ error, engine: "postgresql" }), id, `${text} ${language}`);
      }
    }
  });

  it("is asked for with a task: null when nothing matches, undefined without an error", async () => {
    const task = { status: "incrementalFailed", engine: "postgresql" } as const;
    const conflict = await diagnosisOf({
      ...task,
      error: { code: "23505", message: "conflict=insert_exists" },
    });
    assert.deepEqual([conflict?.id, conflict?.resumable], ["local-conflicting-row", true]);
    const copying = await diagnosisOf({ ...task, status: "fullFailed", error: { code: "23505" } });
    assert.equal(copying?.id, "local-row-in-the-way");
    assert.equal(await diagnosisOf({ ...task, error: { message: "nobody knows" } }), null);
    assert.equal(await diagnosisOf(task), undefined);
    const finding = await diagnosisOfFindings(
      [{ item: "source_wal_level", reason: "replica" }],
      "postgresql",
    );
    assert.equal(finding?.id, "local-precheck-wal-level");
  });
});
