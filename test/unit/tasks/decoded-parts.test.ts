import assert from "node:assert/strict";
import { decodeTask, type JobDetail, type JobProgress, type ListedJob } from "../../../src/tasks/decode";

const id = "24834eb6-be30-464e-a299-f7aa730jb101";
const decoded = (
  job: Partial<ListedJob>,
  detail?: Omit<JobDetail, "id">,
  progress?: Omit<JobProgress, "job_id">,
  options?: Parameters<typeof decodeTask>[3],
) =>
  decodeTask(
    { id, name: "orders", status: "INCRE_TRANSFER_STARTED", ...job },
    detail && { id, ...detail },
    progress && { job_id: id, ...progress },
    options,
  );

describe("the decoded parts of a task", () => {
  it("are the list's own words before those of the details, which fill what the list does not say", () => {
    const detail = { description: "of detail", inst_info: { engine_type: "mysql" }, task_type: "FULL_TRANS" };
    const of = (job: Partial<ListedJob>) => {
      const { description, engine, taskType, detailed } = decoded(job, detail) ?? {};
      return [description, engine, taskType, detailed];
    };
    assert.deepEqual(of({}), ["of detail", "mysql", "FULL_TRANS", true]);
    const listed = { description: "of list", engine_type: "oracle", task_type: "INCR_TRANS" };
    assert.deepEqual(of(listed), ["of list", "oracle", "INCR_TRANS", true]);
    assert.equal(decoded({})?.detailed, false);
    assert.equal(decoded({ status: "" })?.apiStatus, "");
  });

  it("is the parent of the list's nesting, or else of the details", () => {
    const detail = { parent_id: "p2" };
    assert.equal(decoded({}, detail, undefined, { parentId: "p1" })?.parentId, "p1");
    assert.equal(decoded({}, detail)?.parentId, "p2");
    assert.equal(decoded({})?.parentId, undefined);
  });

  it("is the time of a start only while that is still to come", () => {
    const detail = { inst_info: { start_time: "1700000000000" } };
    assert.equal(decoded({ status: "WAITING_FOR_START" }, detail)?.scheduledAt, 1_700_000_000_000);
    assert.equal(decoded({ status: "WAITING_FOR_START" })?.scheduledAt, undefined);
    assert.equal(decoded({ status: "WAITING_FOR_START" }, {})?.scheduledAt, undefined);
    assert.equal(decoded({}, detail)?.scheduledAt, undefined);
  });

  it("are tags as key=value, or the key alone", () => {
    const tags = [{ key: "team", value: "a" }, { key: "prod" }, { key: "x", value: "" }, { value: "v" }, {}];
    assert.deepEqual(decoded({}, { tags })?.tags, ["team=a", "prod", "x", "=v", ""]);
    assert.equal(decoded({}, {})?.tags, undefined);
  });

  it("are the objects, tables unless they say otherwise, by name or id", () => {
    const object_infos = [
      { id: "o1", name: "public.orders", alias_name: "orders" },
      { id: "o2", type: "schema" },
      {},
    ] as NonNullable<JobDetail["object_infos"]>;
    assert.deepEqual(decoded({}, { object_infos })?.objects, [
      { type: "table", name: "public.orders", alias: "orders" },
      { type: "schema", name: "o2", alias: undefined },
      { type: "table", name: "", alias: undefined },
    ]);
  });

  it("are both ends, with their instances by name or id", () => {
    const [source_endpoint, target_endpoint] = [
      { db_type: "postgresql", ip: "10.0.0.1", db_port: 65_535, db_name: "shop", db_user: "u", inst_id: "i" },
      { inst_name: "n", inst_id: "i", db_port: 1 },
    ];
    const { source, target } = decoded({}, { source_endpoint, target_endpoint }) ?? {};
    assert.deepEqual(source, {
      ...{ dbType: "postgresql", host: "10.0.0.1", port: 65_535, database: "shop", user: "u", instance: "i" },
    });
    assert.deepEqual([target?.instance, target?.port, target?.host], ["n", 1, undefined]);
    assert.equal(decoded({}, { source_endpoint: null })?.source, undefined);
  });

  it("are the actions that the list offers, and the one that is under way", () => {
    const job_action = { available_actions: ["PAUSE"], current_action: "STOP_JOB" };
    const { availableActions, currentAction } = decoded({ job_action }) ?? {};
    assert.deepEqual([availableActions, currentAction], [["PAUSE"], "STOP_JOB"]);
    const none = decoded({ job_action: { available_actions: null, current_action: "" } });
    assert.deepEqual([none?.availableActions, none?.currentAction], [undefined, undefined]);
  });

  it("is what is known besides: whose service it is, and whether it can be started over", () => {
    const { cloud, resettable } = decoded({}, undefined, undefined, { cloud: true, resettable: true }) ?? {};
    assert.deepEqual([cloud, resettable], [true, true]);
    assert.deepEqual([decoded({})?.cloud, decoded({})?.resettable], [undefined, undefined]);
  });

  it("is when its order ends, and whether it renews itself, as far as the service says", () => {
    const order = (is_auto_renew?: number | null) =>
      decoded({}, { period_order: { exp_time: "2026-12-01 00:00:00", is_auto_renew } })?.order;
    const endsAt = Date.UTC(2026, 11, 1);
    assert.deepEqual(
      [order(1), order(0), order(), order(null)],
      [true, false, undefined, undefined].map((renews) => ({ endsAt, renews })),
    );
    assert.equal(decoded({}, { period_order: { is_auto_renew: 1 } })?.order, undefined);
    assert.equal(decoded({}, { period_order: null })?.order, undefined);
  });

  it("are the days after which the service ends a failed task, within the API's limits", () => {
    const days = ["14", "100", "30", "13", "101", "-20", "soon", ""].map(
      (expired_days) => decoded({}, { expired_days })?.expiredDays,
    );
    assert.deepEqual(days, [14, 100, 30, undefined, undefined, undefined, undefined, undefined]);
  });

  it("is how far each part of the full synchronization is", () => {
    const progress_map = { struct: { completed: "100" }, data: { completed: "41.5%" }, index: {} };
    assert.deepEqual(decoded({}, undefined, { progress_map } as never)?.parts, [
      { part: "struct", percent: 100 },
      { part: "data", percent: 41.5 },
    ]);
    assert.equal(decoded({}, undefined, { progress_map: { index: {} } } as never)?.parts, undefined);
    assert.equal(decoded({}, undefined, {})?.parts, undefined);
  });

  it("are times, delays and durations up to where they make no sense", () => {
    const updated = (ms: number) => decoded({}, { update_time: String(ms) })?.updatedAt;
    const [earliest, latest] = [Date.UTC(2015, 0, 1), Date.UTC(2200, 0, 1)];
    assert.deepEqual([earliest - 1, earliest, latest - 1, latest].map(updated), [
      undefined,
      earliest,
      latest - 1,
      undefined,
    ]);
    const longest = 10 * 366 * 24 * 3_600_000;
    const delayed = (ms: number) => decoded({}, undefined, { incre_trans_delay_millis: String(ms) })?.delayMs;
    assert.deepEqual([0, longest, longest + 1].map(delayed), [0, longest, undefined]);
    const left = (seconds: number) => decoded({}, undefined, { remaining_time: String(seconds) })?.remaining;
    assert.deepEqual([0, longest / 1000, longest / 1000 + 1].map(left), [
      "0",
      String(longest / 1000),
      undefined,
    ]);
    assert.equal(decoded({ create_time: null })?.createdAt, undefined);
    assert.equal(decoded({}, undefined, { progress: "42.123456789" })?.percent, 42.123456789);
  });

  it("is the first reason of a failure that the service gives, from details, list or progress", () => {
    const progress = { error_code: "P", error_msg: "of progress" };
    const error = (detail?: Omit<JobDetail, "id">, error_msg?: string) =>
      decoded({ error_msg }, detail, progress)?.error;
    const full = { error_code: "D", error_message: "of details", failed_reason: "its reason" };
    assert.deepEqual(error(full, "of list"), { code: "D", message: "of details" });
    assert.deepEqual(error({ failed_reason: "its reason" }, "of list"), { code: "P", message: "its reason" });
    assert.deepEqual(error({}, "of list"), { code: "P", message: "of list" });
    assert.deepEqual(error(), { code: "P", message: "of progress" });
  });

  it("is the freeze of the order before a refusal that says less", () => {
    const freeze = decoded(
      {},
      { period_order: { status: "FROZEN_POLICE" }, error_code: "CBC.99003602" },
    )?.freeze;
    assert.deepEqual(freeze, { id: "police", word: "FROZEN_POLICE" });
    assert.equal(decoded({ status: "DELETED" }, { error_code: "CBC.99003602" }), undefined);
    assert.deepEqual(decoded({ status: "FROZEN" }, {})?.freeze, { id: "arrears", word: undefined });
  });

  it("is decoded once from the same details", () => {
    const detail = { id, tags: [{ key: "a" }] };
    const job = { id, name: "orders", status: "INCRE_TRANSFER_STARTED" };
    const known = decodeTask(job, detail, { job_id: id, progress: "10" });
    const next = decodeTask(job, detail, { job_id: id, progress: "20" }, { known });
    assert.equal(next?.tags, known?.tags);
    assert.deepEqual(next, decodeTask(job, detail, { job_id: id, progress: "20" }));
  });
});
