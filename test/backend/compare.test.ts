import assert from "node:assert/strict";
import { operationsCompare } from "../../src/drs/operations-compare";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";

describe("the comparison of both ends", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let task: TestTask;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    backend.checkAnswers();
    await backend.sql("source", "postgres", "CREATE DATABASE compared");
    await backend.sql("target", "postgres", "CREATE DATABASE compared");
    await backend.sql(
      "source",
      "compared",
      `CREATE TABLE busy (id int PRIMARY KEY, at timestamptz, amount float8, raw bytea, doc jsonb);
       INSERT INTO busy SELECT n, now(), random(), decode(md5(n::text), 'hex'), '{"a": 1}' FROM generate_series(1, 30000) n;
       CREATE TABLE pairs ("the key" text, n int, v text, PRIMARY KEY ("the key", n));
       INSERT INTO pairs SELECT 'k''' || n, n, NULL FROM generate_series(1, 5000) n;
       CREATE TABLE keyless (v text);
       ALTER TABLE keyless REPLICA IDENTITY FULL;
       INSERT INTO keyless SELECT 'v' FROM generate_series(1, 100) n;
       CREATE TABLE empty (id int PRIMARY KEY)`,
    );
    // Columns in another order and one more than the source has.
    await backend.sql(
      "target",
      "compared",
      `CREATE TABLE pairs (extra int, v text, n int, "the key" text, PRIMARY KEY ("the key", n))`,
    );
    task = await TestTask.started(backend, {
      name: "compared-task",
      source: { ...backend.login("source"), database: "compared" },
      target: { ...backend.login("target"), database: "compared" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const create = async (type: "lines" | "contents", table?: string) => {
    const db_object =
      table === undefined ? undefined : { compared: { schemas: { public: { tables: { [table]: {} } } } } };
    const { query_id } = await backend.client.callIn(operationsV5, "executeAction", {
      job_id: task.id,
      job: { action_name: "create_compare", action_params: { compare_task_param: { type, db_object } } },
    });
    return query_id ?? "";
  };
  const detail = async (query: Readonly<Record<string, string>>) =>
    (
      await backend.client.callIn(operationsV5, "showJobDetail", {
        ...{ job_id: task.id, type: "compare", limit: 1000 },
        ...query,
      })
    ).job.compare_result;
  const ended = async (id: string) =>
    await until(
      "the comparison ends",
      async () =>
        (await detail({ query_type: "list" }))?.data_compare_task_list?.find((one) => one.id === id),
      (one) => one !== undefined && !["RUNNING", "WAITING_FOR_RUNNING"].includes(one.status ?? ""),
    );
  const contents = async (id: string) => {
    const query = { compare_type: "content_compare", compare_task_id: id };
    const details = await detail({ ...query, query_type: "detail" });
    return Object.fromEntries(
      (details?.content_compare_detail_infos ?? []).map((table) => [
        table.source_table_name,
        `${table.content_compare_result} ${table.source_row_num} ${table.target_row_num} ${table.difference_row_num}`,
      ]),
    );
  };

  it("finds both ends alike while the source is being changed all the time", async () => {
    const writing = new AbortController();
    const writer = (async () => {
      for (let n = 1; !writing.signal.aborted; n++) {
        await backend.sql(
          "source",
          "compared",
          `UPDATE busy SET amount = amount + 1 WHERE id % 500 = ${n % 500};
           INSERT INTO busy VALUES (${100_000 + n}, now(), 1, '', '{}');
           DELETE FROM busy WHERE id = ${100_000 + n - 5}`,
        );
      }
    })();
    try {
      const id = await create("contents");
      assert.equal((await ended(id))?.status, "SUCCESSFUL");
      const [overview] =
        (await detail({ compare_type: "content_compare", compare_task_id: id, query_type: "overview" }))
          ?.content_compare_overview_infos ?? [];
      assert.deepEqual([overview?.status, overview?.compare_result], ["CONSISTENT", true]);
      const { "public.busy": busy, ...steady } = await contents(id);
      assert.match(busy ?? "", /^true 300\d\d 300\d\d 0$/);
      assert.deepEqual(steady, {
        "public.empty": "true 0 0 0",
        "public.keyless": "true 100 100 0",
        "public.pairs": "true 5000 5000 0",
      });
    } finally {
      writing.abort();
      await writer;
    }
  });

  it("names the tables that differ and the rows, of each kind", async () => {
    await backend.sql(
      "target",
      "compared",
      `DELETE FROM pairs WHERE n = 7;
       INSERT INTO pairs ("the key", n) VALUES ('stray', -1);
       UPDATE pairs SET v = 'other' WHERE n = 11;
       UPDATE pairs SET extra = 1 WHERE n = 12;
       INSERT INTO keyless VALUES ('stray')`,
    );
    const id = await create("contents");
    assert.equal((await ended(id))?.status, "SUCCESSFUL");
    const { "public.busy": _, ...tables } = await contents(id);
    assert.deepEqual(tables, {
      "public.empty": "true 0 0 0",
      "public.keyless": "false 100 101 1",
      "public.pairs": "false 5000 5000 3",
    });
    const diff = (await detail({ compare_type: "content_compare", compare_task_id: id, query_type: "diff" }))
      ?.content_diff_detail_info;
    assert.deepEqual(
      [diff?.target_meta_is_null, diff?.source_meta_is_null, diff?.source_target_meta_not_null],
      [1, 1, 2],
    );
    assert.deepEqual(
      new Set(
        diff?.contents_infos?.map(
          (row) => `${row.source_key_value?.join()} | ${row.target_key_value?.join()}`,
        ),
      ),
      new Set(["k'7,7 | ", " | stray,-1", "k'11,11 | k'11,11"]),
    );
    const changed = diff?.contents_infos?.find((row) => row.source_key_value?.[1] === "11");
    for (const [server, value] of [
      ["source", null],
      ["target", "other"],
    ] as const) {
      const rows = await backend.sql(server, "compared", changed?.target_select_sql ?? "");
      assert.deepEqual(
        rows.map(({ v }) => v),
        [value],
      );
    }

    // The same in the words of v3.
    const callIn = backend.client.callIn.bind(backend.client);
    const v3 = { job_id: task.id, compare_job_id: id };
    const { content_compare_result_infos: overviews } = await callIn(
      operationsCompare,
      "listContentOverview",
      v3,
    );
    assert.deepEqual(
      overviews.map((one) => [one.status, one.compare_num, one.compare_end_num, one.data_inconsistent_num]),
      [[0, 4, 4, 2]],
    );
    const { content_compare_result_infos: found } = await callIn(operationsCompare, "listContentDetail", v3);
    assert.equal(
      found.find((one) => one.source_table_name === "public.pairs")?.content_compare_result,
      false,
    );
    const three = await callIn(operationsCompare, "listContentDifference", { ...v3, table_name: "pairs" });
    assert.deepEqual([three.count, three.contents_infos.length], [3, 3]);

    const { full_info } = await callIn(operationsCompare, "showComparisonProgress", v3);
    assert.equal(full_info?.progress, 100);

    const { id: made } = await callIn(operationsCompare, "createComparison", {
      ...{ job_id: task.id, type: "lines", start_time: "" },
      compare_object: [{ db_name: "compared", table_name: ["public.pairs"] }],
    });
    await ended(made ?? "");
    const { compare_jobs } = await callIn(operationsCompare, "listComparisons", {
      job_id: task.id,
      limit: 1,
    });
    assert.deepEqual(
      compare_jobs.map((one) => [one.id, one.type, one.status]),
      [[made, "lines", "SUCCESSFUL"]],
    );
    const { table_line_compare_result_infos: counts } = await callIn(operationsCompare, "listLineDetail", {
      ...{ job_id: task.id, compare_job_id: made ?? "" },
    });
    assert.deepEqual(
      counts.map((one) => [one.source_table_name, one.source_row_num, one.target_row_num, one.status]),
      [["public.pairs", 5000, 5000, 2]],
    );
    await assert.rejects(
      callIn(operationsCompare, "cancelComparison", { job_id: task.id, compare_job_id: made ?? "" }),
      /DRS\.M00007/,
    );

    const lines = await create("lines", "keyless");
    await ended(lines);
    const counted = await detail({
      compare_type: "line_compare",
      compare_task_id: lines,
      query_type: "detail",
    });
    assert.deepEqual(
      counted?.line_compare_detail_infos?.map((table) => [
        table.source_table_name,
        table.source_row_num,
        table.target_row_num,
        table.difference_row_num,
        table.status,
      ]),
      [["public.keyless", "100", "101", "1", "INCONSISTENT"]],
    );
  });

  it("says what cannot be compared, and keeps the results over a restart", async () => {
    await backend.sql("target", "compared", "ALTER TABLE empty RENAME TO gone");
    const id = await create("lines", "empty");
    assert.equal((await ended(id))?.status, "SUCCESSFUL");
    await backend.stop();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    const counted = await detail({ compare_type: "line_compare", compare_task_id: id, query_type: "detail" });
    const [table] = counted?.line_compare_detail_infos ?? [];
    assert.deepEqual([table?.status, table?.source_row_num], ["CAN_NOT_COMPARE", null]);
    assert.match(table?.message ?? "", /public\.empty does not exist in the target/);
    await backend.sql("target", "compared", "ALTER TABLE gone RENAME TO empty");
  });

  it("compares one at a time, cancels, and refuses where nothing flows", async () => {
    task = TestTask.known(backend, task.id, task.plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    const release = await backend.held("target", "compared", "LOCK TABLE busy");
    const id = await create("contents");
    await assert.rejects(create("lines"), /DRS\.M01504/);
    const cancel = async (compare_task_id: string) =>
      await backend.client.callIn(operationsV5, "executeAction", {
        job_id: task.id,
        job: { action_name: "cancel_compare", action_params: { compare_task_param: { compare_task_id } } },
      });
    await cancel(id);
    assert.equal((await ended(id))?.status, "CANCELLED");
    await release();
    await assert.rejects(cancel(id), /has already ended \(CANCELLED\).*DRS\.M00007/);
    await assert.rejects(cancel("none"), /does not exist.*DRS\.M00007/);
    await assert.rejects(create("lines", "nothing"), /DRS\.M00007/);
    await task.pause();
    await task.reaches("PAUSING");
    await assert.rejects(create("lines"), /DRS\.M00304/);
  });
});
