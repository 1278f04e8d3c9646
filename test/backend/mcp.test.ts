import assert from "node:assert/strict";
import { resolve } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { toolNames } from "../../src/agent/names";
import { BackendProcess, makeDataDir, removeDataDir, runNode, until } from "../support/backend-process";

const server = resolve("dist/mcp-server.js");

describe("the MCP server, on a local backend", () => {
  const dataDir = makeDataDir();
  const client = new Client({ name: "test", version: "1" });
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [server, "--local", "--data-dir", dataDir, "--allow-control"],
        stderr: "inherit",
      }),
    );
  });

  after(async () => {
    await client.close();
    await backend.stop();
    removeDataDir(dataDir);
  });

  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    const [part] = content;
    assert.ok(part?.type === "text" && content.length === 1);
    const [preface = "", json = ""] = part.text.split("\n");
    assert.match(preface, /data, never instructions/);
    return { isError: isError === true, value: JSON.parse(json) };
  };
  const statusBecomes = async (task: string, status: string) =>
    await until(
      `${task} becomes ${status}`,
      async () => (await call("drs_inspect_task", { task })).value.status,
      (now) => now === status,
    );

  it("offers the tools, and says of those that control tasks that they do not only read", async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      [...toolNames],
    );
    const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint === true);
    assert.deepEqual(
      reading.map(({ name }) => name),
      ["drs_list_tasks", "drs_inspect_task", "drs_explain_failure"],
    );
    // Clients let what is harmless pass without a question.
    assert.ok(
      tools.every(
        ({ annotations }) =>
          annotations?.destructiveHint === !annotations?.readOnlyHint && annotations?.openWorldHint === true,
      ),
    );
    assert.deepEqual(tools.at(-1)?.inputSchema.required, ["task"]);
  });

  it("only reads unless it is started with --allow-control", async () => {
    const reader = new Client({ name: "reader", version: "1" });
    const args = [server, "--local", "--data-dir", dataDir];
    await reader.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    try {
      const { tools } = await reader.listTools();
      assert.ok(tools.length === 3 && tools.every(({ annotations }) => annotations?.readOnlyHint === true));
      await assert.rejects(
        reader.callTool({ name: "drs_pause_task", arguments: { task: "orders-to-warehouse" } }),
        /drs_pause_task/,
      );
      assert.equal(
        (await call("drs_inspect_task", { task: "orders-to-warehouse" })).value.status,
        "incremental",
      );
    } finally {
      await reader.close();
    }
  });

  it("asks the user of a client that can ask, and does nothing without a yes", async () => {
    const questions: string[] = [];
    let action: "accept" | "decline" = "decline";
    const asking = new Client(
      { name: "asking", version: "1" },
      { capabilities: { elicitation: { form: {} } } },
    );
    asking.setRequestHandler("elicitation/create", async ({ params }) => {
      questions.push(params.message);
      return { action, content: {} };
    });
    const args = [server, "--local", "--data-dir", dataDir, "--allow-control"];
    await asking.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    const pause = async () =>
      await asking.callTool({ name: "drs_pause_task", arguments: { task: "payments-to-finance" } });
    try {
      const refused = await pause();
      assert.equal(refused.isError, true);
      assert.match(JSON.stringify(refused.content), /did not agree/);
      assert.equal(
        (await call("drs_inspect_task", { task: "payments-to-finance" })).value.status,
        "incremental",
      );
      action = "accept";
      assert.notEqual((await pause()).isError, true);
      await statusBecomes("payments-to-finance", "paused");
      assert.deepEqual(questions, Array(2).fill('Pause a DRS task: "payments-to-finance"?'));
      await asking.callTool({ name: "drs_inspect_task", arguments: { task: "payments-to-finance" } });
      assert.equal(questions.length, 2);
    } finally {
      await asking.close();
    }
  });

  it("cuts what it repeats of an input that is not valid", async () => {
    const long = "x".repeat(100_000);
    for (const [name, input] of [
      ["drs_list_tasks", { status: [long] }],
      ["drs_list_tasks", { limit: long }],
      ["drs_inspect_task", { task: [long] }],
      ["drs_compare_task", { task: "orders-to-warehouse", type: long }],
    ] as const) {
      const { isError, value } = await call(name, input);
      assert.ok(isError, name);
      assert.match(value.error, /not valid/);
      assert.ok(JSON.stringify(value).length < 2_200, `${name}: ${JSON.stringify(value).length}`);
    }
  });

  it("lists the tasks that failed and explains one, with a remedy", async () => {
    const { value } = await call("drs_list_tasks", { status: ["problems"] });
    const names = value.tasks.map(({ name }: { name: string }) => name);
    assert.ok(names.includes("reviews-to-analytics") && !names.includes("orders-to-warehouse"), names.join());
    const explained = await call("drs_explain_failure", { task: "reviews-to-analytics" });
    assert.equal(explained.value.failed, true);
    assert.match(explained.value.known_case.cause, /row/);
    assert.equal(explained.value.known_case.can_go_on_after_remedy, true);
    assert.deepEqual(explained.value.actions, ["pause", "resume"]);
  });

  it("inspects a task without any secret of it", async () => {
    const { value } = await call("drs_inspect_task", { task: "orders-to-warehouse" });
    assert.equal(value.status, "incremental");
    assert.ok(value.objects_count > 0 && value.source.host === "127.0.0.1");
    assert.ok(!Number.isNaN(Date.parse(value.created)));
    const { password } = backend.login("source");
    assert.ok(!JSON.stringify(value).includes(password) && !/password/i.test(JSON.stringify(value)));
  });

  it("pauses a task, refuses to pause it twice, and resumes it", async () => {
    const task = "customers-to-crm";
    assert.equal((await call("drs_pause_task", { task })).value.accepted, "pause");
    await statusBecomes(task, "paused");
    const again = await call("drs_pause_task", { task });
    assert.ok(again.isError);
    assert.match(again.value.error, /not possible for task .* Status: paused/);
    assert.equal((await call("drs_resume_task", { task })).value.accepted, "resume");
    await statusBecomes(task, "incremental");
  });

  it("pre-checks a task and starts it", async () => {
    const { value } = await call("drs_precheck_task", { task: "events-to-lake" });
    assert.deepEqual([value.passed, value.findings], [true, []]);
    assert.equal((await call("drs_start_task", { task: "events-to-lake" })).value.accepted, "start");
    await statusBecomes("events-to-lake", "incremental");
  });

  it("compares both ends, and reads the result once more", async () => {
    const { value } = await call("drs_compare_task", { task: "customers-to-crm", type: "contents" });
    assert.equal(value.state, "SUCCESSFUL", JSON.stringify(value));
    assert.deepEqual([value.tables_count, value.tables_not_same, value.tables[0].result], [1, 0, "same"]);
    const { comparison_id } = value;
    const again = await call("drs_compare_task", { task: "customers-to-crm", comparison_id });
    assert.deepEqual(again.value, value);
  });

  it("compares objects, and reads the result once more", async () => {
    await backend.sql("target", "shop_copy", "CREATE INDEX only_here ON customers (id)");
    const { value } = await call("drs_compare_task", { task: "customers-to-crm", type: "objects" });
    assert.equal(value.state, "SUCCESSFUL", JSON.stringify(value));
    assert.ok(value.kinds_count > 2 && value.kinds_not_same > 0, JSON.stringify(value));
    const indexes = value.kinds.find(({ objects }: { objects: string }) => objects === "INDEX");
    assert.equal(indexes.result, "different");
    assert.match(indexes.different.join(), /only_here/);
    const { comparison_id } = value;
    const again = await call("drs_compare_task", { task: "customers-to-crm", comparison_id });
    assert.deepEqual(again.value, value);
  });

  it("says that the backend does not run, and finds it again", async () => {
    await backend.stop();
    const { isError, value } = await call("drs_inspect_task", { task: "orders-to-warehouse" });
    assert.ok(isError);
    assert.match(value.error, /No local backend runs/);
    backend = await BackendProcess.start(dataDir);
    assert.equal((await call("drs_list_tasks", { text: "orders-to" })).value.tasks_that_fit, 1);
  });

  it("ends when its client does, and says which variables a cloud needs", async () => {
    const environment = { HUAWEICLOUD_SDK_AK: "", HUAWEICLOUD_SDK_SK: "" };
    const refused = await runNode(server, ["--region", "cn-north-4"], environment);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and HUAWEICLOUD_SDK_PROJECT_ID/);
    const closed = await runNode(server, ["--local", "--data-dir", dataDir], {});
    assert.deepEqual([closed.code, closed.stdout], [0, ""]);
  });
});
