/** Comparisons of objects, and comparisons in the words of v3's `create-compare-task`, against both ends of a real task. */
import assert from "node:assert/strict";
import type { RequestIn } from "../../src/drs/operation";
import { type OperationsCompare, operationsCompare } from "../../src/drs/operations-compare";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";

describe("the comparison of objects", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let task: TestTask;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    backend.checkAnswers();
    await backend.sql("source", "postgres", "CREATE DATABASE objects");
    await backend.sql("target", "postgres", "CREATE DATABASE objects_copy");
    await backend.sql(
      "source",
      "objects",
      `CREATE TABLE parent (id int PRIMARY KEY, v text UNIQUE);
       CREATE TABLE child (id int PRIMARY KEY, parent int CONSTRAINT of_parent REFERENCES parent, CHECK (id > 0));
       CREATE INDEX by_parent ON child (parent);
       CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER notes BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION noted();
       CREATE VIEW children AS SELECT c.id, p.v FROM child c JOIN parent p ON p.id = c.parent;
       CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM children;
       CREATE FUNCTION unrelated() RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE RULE "not here" AS ON DELETE TO parent DO INSTEAD NOTHING;
       INSERT INTO parent SELECT n, n::text FROM generate_series(1, 50) n`,
    );
    task = await TestTask.started(backend, {
      name: "objects-task",
      source: { ...backend.login("source"), database: "objects" },
      target: { ...backend.login("target"), database: "objects_copy" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const call = async <N extends keyof OperationsCompare & string>(
    name: N,
    input: RequestIn<OperationsCompare, N>,
  ) => await backend.client.callIn(operationsCompare, name, input);
  const v5 = async (query: Readonly<Record<string, string>>) =>
    (
      await backend.client.callIn(operationsV5, "showJobDetail", {
        ...{ job_id: task.id, type: "compare" },
        ...query,
      })
    ).job.compare_result;
  const overview = async () =>
    await until(
      "the comparison of objects ends",
      async () => await call("showObjectComparison", { job_id: task.id }),
      ({ status }) => status === "SUCCESSFUL",
    );
  const query = async (named: Readonly<Record<string, string>>) =>
    await call("queryComparisons", { job_id: task.id, current_page: 1, per_page: 10, ...named });
  const ended = async (id: string) =>
    await until(
      "the comparison ends",
      async () =>
        (await query({})).compare_task_list_results?.compare_task_list?.find(
          (one) => one.compare_task_id === id,
        ),
      (one) =>
        one !== undefined && !["RUNNING", "WAITING_FOR_RUNNING"].includes(one.compare_task_status ?? ""),
    );

  const says = (source: string, target: string) =>
    `The definitions differ. Only in the source: ${source}. Only in the target: ${target}.`;

  it("counts what each end has of each kind, and names what only one of them has", async () => {
    assert.deepEqual((await call("showObjectComparison", { job_id: task.id })).compare_result, []);
    await call("createObjectComparison", { job_id: task.id });
    const { compare_result, compare_job_id } = await overview();
    const counts = compare_result?.map((one) => [one.type, one.source_count, one.target_count, one.status]);
    assert.deepEqual(counts, [
      ["DB", 1, 1, 2],
      ["TABLE", 2, 2, 2],
      ["INDEX", 4, 4, 2],
      ["CONSTRAINT", 5, 4, 0],
      ["TRIGGER", 1, 0, 0],
      ["RULE", 1, 0, 0],
      ["VIEW", 2, 0, 0],
      ["FUNCTION", 1, 0, 0],
    ]);
    const constraints = await call("listComparedObjects", { job_id: task.id, compare_type: "CONSTRAINT" });
    assert.equal(constraints.count, 5);
    const [one, ...others] = constraints.compare_detail.filter(({ status }) => status !== 2);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [one?.source_db_name, one?.source_db_value, one?.target_db_name, one?.target_db_value, one?.status],
      ["objects", "public.child.of_parent", "objects_copy", null, 0],
    );
    assert.match(one?.error_message ?? "", /does not create foreign keys.*Create what is missing/);
    const compare_task_id = compare_job_id ?? "";
    const named = { compare_type: "object_compare", compare_task_id };
    const five = (await v5({ ...named, query_type: "overview" }))?.objects_compare_overview_info;
    assert.deepEqual(
      five?.compare_results?.map(
        (kind) => `${kind.type} ${kind.source_count} ${kind.target_count} ${kind.status}`,
      ),
      [
        "DB 1 1 CONSISTENT",
        "TABLE 2 2 CONSISTENT",
        "INDEX 4 4 CONSISTENT",
        "CONSTRAINT 5 4 INCONSISTENT",
        "TRIGGER 1 0 INCONSISTENT",
        "RULE 1 0 INCONSISTENT",
        "VIEW 2 0 INCONSISTENT",
        "FUNCTION 1 0 INCONSISTENT",
      ],
    );
    const details = await v5({ ...named, query_type: "detail", object_type: "TABLE" });
    assert.deepEqual(
      details?.objects_compare_detail_infos?.map((table) => [table.source_db_value, table.target_db_value]),
      [
        ["public.child", "public.child"],
        ["public.parent", "public.parent"],
      ],
    );
    const listed = (await v5({ query_type: "list" }))?.data_compare_task_list;
    assert.deepEqual(
      listed?.map(({ id, type, status }) => [id, type, status]),
      [[compare_task_id, "object", "SUCCESSFUL"]],
    );
  });

  it("finds what the target has lost and what it has more", async () => {
    await backend.sql("target", "objects_copy", "DROP INDEX by_parent; CREATE INDEX by_value ON parent (v)");
    const { query_id } = await backend.client.callIn(operationsV5, "executeAction", {
      job_id: task.id,
      job: { action_name: "create_compare", action_params: { compare_task_param: { type: "object" } } },
    });
    await ended(query_id ?? "");
    const { object_level_compare_results: found } = await query({ object_level_compare_id: query_id ?? "" });
    const indexes = found?.object_compare_overview?.find(({ object_type }) => object_type === "INDEX");
    assert.deepEqual(
      [indexes?.object_compare_result, indexes?.source_count, indexes?.target_count, indexes?.diff_count],
      ["INCONSISTENT", 4, 4, 2],
    );
    assert.deepEqual(
      found?.object_compare_details?.INDEX?.map(({ source_db_value, target_db_value }) =>
        [source_db_value, target_db_value].join(" | "),
      ),
      [
        "public.child.by_parent | ",
        "public.child.child_pkey | public.child.child_pkey",
        " | public.parent.by_value",
        "public.parent.parent_pkey | public.parent.parent_pkey",
        "public.parent.parent_v_key | public.parent.parent_v_key",
      ],
    );
    const { logs } = (
      await backend.client.callIn(operationsV5, "showJobDetail", { job_id: task.id, type: "log" })
    ).job;
    assert.match(
      logs?.[0]?.message ?? "",
      /18 objects ended\. At one end only, or defined differently: public\.child\.by_parent, public\.parent\.by_value/,
    );
  });

  it("finds what both ends have, but define differently", async () => {
    await backend.sql(
      "target",
      "objects_copy",
      `DROP INDEX by_value; CREATE INDEX by_parent ON child (parent DESC);
       ALTER TABLE child DROP CONSTRAINT child_id_check, ADD CONSTRAINT child_id_check CHECK (id >= 0);
       ALTER TABLE child ADD CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parent;
       ALTER TABLE parent ALTER v SET DEFAULT 'none';
       CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE VIEW children AS SELECT c.id, p.v FROM child c JOIN parent p ON p.id = c.parent;
       CREATE MATERIALIZED VIEW counted AS SELECT count(*) + 1 AS count FROM children;
       CREATE RULE "not here" AS ON DELETE TO parent DO INSTEAD NOTHING`,
    );
    const { query_id } = await backend.client.callIn(operationsV5, "executeAction", {
      job_id: task.id,
      job: { action_name: "create_compare", action_params: { compare_task_param: { type: "object" } } },
    });
    await ended(query_id ?? "");
    const named = { compare_type: "object_compare", compare_task_id: query_id ?? "" };
    const { objects_compare_overview_info: five } = (await v5({ ...named, query_type: "overview" })) ?? {};
    assert.deepEqual(
      five?.compare_results?.map(
        (kind) => `${kind.type} ${kind.source_count} ${kind.target_count} ${kind.status}`,
      ),
      [
        "DB 1 1 CONSISTENT",
        "TABLE 2 2 INCONSISTENT",
        "INDEX 4 4 INCONSISTENT",
        "CONSTRAINT 5 5 INCONSISTENT",
        "TRIGGER 1 0 INCONSISTENT",
        "RULE 1 1 CONSISTENT",
        "VIEW 2 2 INCONSISTENT",
        "FUNCTION 1 1 INCONSISTENT",
      ],
    );
    const details =
      (await v5({ ...named, query_type: "detail", limit: "100" }))?.objects_compare_detail_infos ?? [];
    const different = details.filter((one) => one.source_db_value && one.error_message);
    assert.deepEqual(
      different.map((one) => [one.target_db_value, one.error_message]),
      [
        ["public.parent", says("v text", "v text DEFAULT 'none'::text")],
        [
          "public.child.by_parent",
          says(
            "CREATE INDEX by_parent ON public.child USING btree (parent)",
            "CREATE INDEX by_parent ON public.child USING btree (parent DESC)",
          ),
        ],
        ["public.child.child_id_check", says("CHECK ((id > 0))", "CHECK ((id >= 0))")],
        [
          null,
          "Synchronization does not create foreign keys, triggers, rules, views and functions at the target. Create what is missing there before applications use the target.",
        ],
        ["public.counted", says("SELECT count(*) AS count", "SELECT (count(*) + 1) AS count")],
        [
          "public.noted()",
          says(
            "AS $function$BEGIN RETURN NEW; END$function$",
            "AS $function$BEGIN RETURN NULL; END$function$",
          ),
        ],
      ],
    );
  });

  it("begins comparisons of objects and of data in one call, and answers the results of both", async () => {
    const data = { compare_type: "contents", conflict_policy: "keep" } as const;
    const made = await call("createComparisons", {
      ...{ job_id: task.id, object_level_compare_type: "objects" },
      data_level_compare_info: data,
    });
    const objects = made.object_level_compare_create_result?.compare_task_id ?? "";
    const contents = made.data_level_compare_create_result?.compare_task_id ?? "";
    assert.deepEqual(
      [(await ended(objects))?.compare_type, (await ended(contents))?.compare_type],
      ["object_comparison", "contents"],
    );
    await backend.sql("target", "objects_copy", "UPDATE parent SET v = 'other' WHERE id = 7");
    const again = await call("createComparisons", { job_id: task.id, data_level_compare_info: data });
    const second = again.data_level_compare_create_result?.compare_task_id ?? "";
    await ended(second);
    const first = (await query({ content_compare_id: contents })).content_compare_results;
    assert.equal(first?.content_compare_overview?.[0]?.content_compare_result, "CONSISTENT");
    const results = await query({ content_compare_id: second, line_compare_id: second });
    // The rows are as many.
    assert.equal(results.line_compare_results?.line_compare_overview?.[0]?.line_compare_result, "CONSISTENT");
    const { content_compare_details, content_compare_diffs } = results.content_compare_results ?? {};
    assert.deepEqual(
      content_compare_details?.[0]?.content_compare_detail?.map((table) => [
        ...[table.source_table_name, table.line_compare_result, table.content_compare_result],
        table.diff_row_num,
      ]),
      [
        ["public.child", "CONSISTENT", "CONSISTENT", 0],
        ["public.parent", "CONSISTENT", "INCONSISTENT", 1],
      ],
    );
    assert.deepEqual(
      content_compare_diffs?.map((table) => [
        table.source_table_name,
        table.content_compare_diff?.[0]?.source_key_value,
      ]),
      [["public.parent", ["7"]]],
    );
    const { count, compare_jobs } = await call("listHealthComparisons", { job_id: task.id });
    assert.deepEqual([count, compare_jobs], [0, []]);
  });

  it("never shows a comparison as one of another kind", async () => {
    const begin = async (type: "lines" | "contents") => {
      const { id } = await call("createComparison", { job_id: task.id, type });
      await ended(id ?? "");
      return id ?? "";
    };
    const lines = await begin("lines");
    // Row counts are alike; that says nothing of the contents.
    await assert.rejects(
      call("listContentOverview", { job_id: task.id, compare_job_id: lines }),
      /DRS\.M00007/,
    );
    await assert.rejects(
      v5({ compare_type: "content_compare", query_type: "overview", compare_task_id: lines }),
      /DRS\.M00007/,
    );
    const { content_compare_results: none } = await query({ content_compare_id: lines });
    assert.deepEqual([none?.error_code, none?.content_compare_overview], ["DRS.M00007", undefined]);
    const contents = await begin("contents");
    const counted = await call("listLineOverview", { job_id: task.id, compare_job_id: contents });
    assert.equal(counted.data_compare_overview_infos[0]?.status, 2);
    const compared = await call("listContentOverview", { job_id: task.id, compare_job_id: contents });
    assert.equal(compared.content_compare_result_infos[0]?.status, 0);
    const { compare_job_id } = await call("showObjectComparison", { job_id: task.id });
    for (const name of ["listLineOverview", "listContentOverview"] as const) {
      await assert.rejects(
        call(name, { job_id: task.id, compare_job_id: compare_job_id ?? "" }),
        /DRS\.M00007/,
      );
    }
  });

  it("keeps or cancels a comparison of data that is not over, as the call says", async () => {
    const release = await backend.held("target", "objects_copy", "LOCK TABLE parent");
    const begin = async (conflict_policy: "keep" | "cancel") =>
      (
        await call("createComparisons", {
          job_id: task.id,
          data_level_compare_info: { compare_type: "lines", conflict_policy },
        })
      ).data_level_compare_create_result?.compare_task_id ?? "";
    const first = await begin("keep");
    assert.equal(await begin("keep"), first);
    // One of objects may run beside it.
    await call("createObjectComparison", { job_id: task.id });
    const second = await begin("cancel");
    assert.notEqual(second, first);
    assert.equal((await ended(first))?.compare_task_status, "CANCELLED");
    await release();
    await overview();
    assert.equal((await ended(second))?.compare_task_status, "SUCCESSFUL");
  });
});
