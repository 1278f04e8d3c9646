import assert from "node:assert/strict";
import { decodeTask, type JobDetail, type JobProgress, type ListedJob } from "../../../src/tasks/decode";

const listed = {
  id: "24834eb6-be30-464e-a299-f7aa730jb101",
  name: "orders",
  status: "INCRE_TRANSFER_STARTED",
};
const decoded = (
  job: Partial<ListedJob>,
  detail?: Omit<JobDetail, "id">,
  progress?: Omit<JobProgress, "job_id">,
) =>
  decodeTask(
    { ...listed, ...job },
    detail && { id: listed.id, ...detail },
    progress && { job_id: listed.id, ...progress },
  );

describe("a task, from what the service says of it", () => {
  it("is known from the list alone", () => {
    const task = decoded({ create_time: "2026-11-24 03:00:00", engine_type: "postgresql", description: "" });
    assert.equal(task?.status, "incremental");
    assert.equal(task?.createdAt, Date.UTC(2026, 10, 24, 3));
    assert.equal(task?.engine, "postgresql");
    assert.equal(task?.description, undefined);
    assert.equal(task?.detailed, false);
  });

  it("has its times in each form that the API writes them", () => {
    const at = Date.UTC(2026, 10, 24, 3);
    for (const text of [
      ...["2026-11-24 03:00:00", "2026-11-24T03:00:00", "2026-11-24T03:00:00Z", "2026-11-24T11:00:00+08:00"],
      ...["2026-11-24T03:00:00.000Z", "2026-11-24T11:00:00+0800", String(at)],
    ]) {
      assert.equal(decoded({ create_time: text })?.createdAt, at, text);
      assert.equal(decoded({}, { update_time: text })?.updatedAt, at, text);
    }
    for (const text of ["", "0", "12", "some words 12", "1970-01-01T00:00:00Z", "2999-01-01 00:00:00"]) {
      assert.equal(decoded({ create_time: text })?.createdAt, undefined, text);
    }
  });

  it("is none when it was deleted, and is kept when its status is new", () => {
    assert.equal(decoded({ status: "DELETED" }), undefined);
    assert.deepEqual(
      [decoded({ status: "STANDBY" })?.status, decoded({ status: "STANDBY" })?.apiStatus],
      ["unknown", "STANDBY"],
    );
  });

  it("is frozen when its order is, whatever the list says", () => {
    assert.equal(decoded({}, { period_order: { status: "FROZEN_CAN_RENEW" } })?.status, "frozen");
  });

  it("is frozen for what its order says, in the service's own word where that is new", () => {
    const freezes = ["FROZEN_POLICE", "frozen-can-free", "FROZEN_NEW", "PROCESSING"].map(
      (status) => decoded({}, { period_order: { status } })?.freeze,
    );
    assert.deepEqual(freezes, [
      { id: "police", word: "FROZEN_POLICE" },
      { id: "endable", word: "frozen-can-free" },
      { id: "other", word: "FROZEN_NEW" },
      undefined,
    ]);
    assert.deepEqual(decoded({ status: "FROZEN" })?.freeze, { id: "arrears", word: undefined });
  });

  it("is frozen when a code of its details or progress says so, unless it holds no instance", () => {
    const [details, progress] = [{ error_code: "CBC.99003602" }, { error_code: "DRS.JOB_FROZEN" }];
    assert.deepEqual(
      [decoded({}, details)?.freeze, decoded({}, {}, progress)?.status],
      [{ id: "refused", word: "CBC.99003602" }, "frozen"],
    );
    assert.equal(decoded({ status: "RELEASE_RESOURCE_COMPLETE" }, details)?.status, "completed");
    const text = { error_message: "The account is frozen.", error_code: "DRS.M05004" };
    assert.equal(decoded({}, text)?.status, "incremental", "a text may be a database's");
  });

  it("has the status of its details where the list gives none", () => {
    const task = decoded({ status: null }, { status: "FULL_TRANSFER_FAILED" });
    assert.deepEqual([task?.status, task?.apiStatus], ["fullFailed", "FULL_TRANSFER_FAILED"]);
  });

  it("has a name even where the service gives none", () => {
    assert.equal(decoded({ name: undefined })?.name, listed.id);
  });

  it("has its times only once they have come", () => {
    const task = decoded(
      {},
      { actual_start_time: "0", full_transfer_complete_time: "", create_time: "1700000000000" },
    );
    assert.deepEqual(
      [task?.startedAt, task?.fullCompletedAt, task?.createdAt],
      [undefined, undefined, 1_700_000_000_000],
    );
  });

  for (const senseless of [
    "8640000000000001",
    "9".repeat(300),
    "1700000000",
    "-1",
    "NaN",
    "253402300800000",
  ]) {
    it(`leaves out the time ${senseless.slice(0, 20)} alone`, () => {
      const task = decoded(
        { create_time: "2026-11-24 03:00:00" },
        { create_time: senseless, update_time: "1700000000000", period_order: { status: "FROZEN" } },
      );
      assert.deepEqual(
        [task?.createdAt, task?.updatedAt, task?.status],
        [Date.UTC(2026, 10, 24, 3), 1_700_000_000_000, "frozen"],
      );
    });
  }

  it("leaves out a remaining time and a port that make no sense, not the words of one", () => {
    const rest = (remaining_time: string) => decoded({}, undefined, { remaining_time })?.remaining;
    assert.deepEqual(["90", "5 min", "9".repeat(300), "-7", ""].map(rest), [
      "90",
      "5 min",
      undefined,
      undefined,
      undefined,
    ]);
    const ports = [5432, 0, -1, 70_000, 54.32].map(
      (db_port) => decoded({}, { source_endpoint: { ip: "10.0.0.1", db_port } })?.source,
    );
    assert.deepEqual(
      ports.map((source) => [source?.host, source?.port]),
      [["10.0.0.1", 5432], ...Array.from({ length: 4 }, () => ["10.0.0.1", undefined])],
    );
  });

  const delays: readonly [Omit<JobProgress, "job_id">, number | undefined][] = [
    [{ incre_trans_delay_millis: "12", incre_trans_delay: "3" }, 12],
    [{ incre_trans_delay_millis: "-1", incre_trans_delay: "3" }, 3000],
    [{ incre_trans_delay: "-1" }, undefined],
    [{ incre_trans_delay: "" }, undefined],
    [{ incre_trans_delay_millis: "1e999", incre_trans_delay: "3" }, 3000],
    [{ incre_trans_delay_millis: "9".repeat(300), incre_trans_delay: "3" }, 3000],
    [{ incre_trans_delay_millis: "999999999999999" }, undefined],
    [{ incre_trans_delay_millis: "Infinity" }, undefined],
    [{ incre_trans_delay_millis: "-5" }, undefined],
    [{}, undefined],
  ];
  for (const [progress, expected] of delays) {
    it(`has the delay ${expected} of ${JSON.stringify(progress)}`, () =>
      assert.equal(decoded({}, undefined, progress)?.delayMs, expected));
  }

  const percents: readonly [string, number | undefined][] = [
    ["42", 42],
    ["42.5%", 42.5],
    ["140", 100],
    ["-1", 0],
    ["", undefined],
    ["soon", undefined],
    ["9".repeat(300), undefined],
    ["Infinity", undefined],
  ];
  for (const [text, expected] of percents) {
    it(`has the progress ${expected} of "${text}"`, () =>
      assert.equal(decoded({}, undefined, { progress: text })?.percent, expected));
  }

  it("has the details' reason of a failure before the list's", () => {
    const error_msg = "failed";
    assert.deepEqual(decoded({ error_msg })?.error, { code: undefined, message: "failed" });
    assert.deepEqual(decoded({ error_msg }, { error_code: "23505", error_message: "duplicate key" })?.error, {
      code: "23505",
      message: "duplicate key",
    });
    assert.equal(decoded({})?.error, undefined);
  });

  it("never holds a password", () => {
    const source_endpoint = { ip: "10.0.0.1", db_user: "drs", db_password: "never-to-be-seen" };
    const task = decoded({}, { source_endpoint });
    assert.equal(task?.source?.user, "drs");
    assert.ok(!JSON.stringify(task).includes("never-to-be-seen"));
  });
});
