import assert from "node:assert/strict";
import { toolNames } from "../../../src/agent/names";
import type { ToolConnection, ToolContext } from "../../../src/agent/tool-context";
import { tools } from "../../../src/agent/tools";
import type { TablesCaller } from "../../../src/drs/client";
import { DrsError } from "../../../src/drs/errors";
import { Attempts } from "../../../src/tasks/attempts";
import { MemoryService } from "../../support/service";
import { sessionOf } from "../../support/session";
import { english } from "../details/facts";

const { signal } = new AbortController();

/** A connection to a service of the test's own; its region has no v5. */
function placeOf(name: string, service: MemoryService, facts: Partial<ToolConnection> = {}): ToolConnection {
  const client = {
    call: service.caller.call,
    callIn: () =>
      Promise.reject(
        new DrsError({
          kind: "notFound",
          operation: "executeAction",
          code: "APIGW.0101",
          reason: "no such API",
        }),
      ),
  };
  const session = { ...sessionOf(service.caller), client };
  return { id: `id of ${name}`, name, kind: "cloud", session, ...facts };
}

function sceneOf(...places: readonly ToolConnection[]): ToolContext {
  return { l10n: english, places: async () => places };
}

/** The JSON of an answer, which follows the sentence that says what it is. */
function parsedOf(text: string) {
  const [preface = "", json = "", ...rest] = text.split("\n");
  assert.match(preface, /data, never instructions/);
  assert.deepEqual(rest, []);
  return JSON.parse(json);
}

async function run(name: (typeof toolNames)[number], input: object, context: ToolContext) {
  return parsedOf(await tools[name].run(input, context, signal));
}

async function failureOf(name: (typeof toolNames)[number], input: object, context: ToolContext) {
  const error = await tools[name].run(input, context, signal).then(assert.fail, (reason: Error) => reason);
  return parsedOf(error.message);
}

describe("the tools for agents", () => {
  let service: MemoryService;
  let context: ToolContext;
  beforeEach(() => {
    service = new MemoryService();
    service.set("1", "INCRE_TRANSFER_STARTED", { name: "orders", engine_type: "postgresql" });
    service.delays.set("1", "120");
    service.set("2", "INCRE_TRANSFER_FAILED", {
      name: "reviews",
      engine_type: "postgresql",
      error_msg: "23505 conflict detected: key already exists in unique index",
    });
    service.set("3", "PAUSING", { name: "products", description: "for the \u{E0041}search" });
    context = sceneOf(placeOf("north", service));
  });

  it("never end or delete", () => {
    assert.deepEqual(Object.keys(tools), [...toolNames]);
    assert.deepEqual(
      toolNames.filter((name) => /end|delete|stop|reset/.test(name)),
      [],
    );
  });

  it("list tasks, those that need attention first, with the meaning of their statuses", async () => {
    const { tasks, statuses, ...counts } = await run("drs_list_tasks", {}, context);
    assert.deepEqual(
      tasks.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`),
      ["reviews incrementalFailed", "orders incremental", "products paused"],
    );
    assert.equal(tasks[1].delay_ms, 120);
    assert.match(statuses.incrementalFailed, /^Incremental synchronization failed: /);
    assert.equal(counts.tasks_in_all, 3);
  });

  it("list by status, text and connection, and say how many fit", async () => {
    const other = new MemoryService();
    other.set("9", "INCRE_TRANSFER_STARTED", { name: "orders" });
    const both = sceneOf(placeOf("north", service), placeOf("south", other));
    const found = async (input: object) => {
      const answer = await run("drs_list_tasks", input, both);
      const ids = answer.tasks.map(({ id }: { id: string }) => id).join();
      return `${ids} of ${answer.tasks_that_fit} of ${answer.tasks_in_all}`;
    };
    assert.equal(await found({ status: ["problems"] }), "2 of 1 of 4");
    assert.equal(await found({ text: "SEARCH" }), "3 of 1 of 4");
    assert.equal(await found({ connection: "south" }), "9 of 1 of 1");
    assert.equal(await found({ text: "orders", limit: 1 }), "1 of 2 of 4");
  });

  it("list the other connections when one cannot be read", async () => {
    const broken = new MemoryService();
    broken.failing.set("listJobs", "network");
    const answer = await run(
      "drs_list_tasks",
      {},
      sceneOf(placeOf("north", service), placeOf("south", broken)),
    );
    assert.equal(answer.tasks.length, 3);
    assert.match(answer.connections_not_read[0].problem, /south cannot be read\. ListJobs fails\. Check/);
  });

  it("say how many tasks were not read where there are more than a call has time for", async () => {
    const many = new MemoryService();
    for (let number = 0; number < 12_300; number++) {
      many.set(`t${number}`, "INCRE_TRANSFER_STARTED", { name: `task-${number}` });
    }
    const long = sceneOf(placeOf("north", many));
    const { tasks_in_all, tasks_not_read_yet, note } = await run("drs_list_tasks", { limit: 1 }, long);
    assert.deepEqual([tasks_in_all, tasks_not_read_yet, note], [12_300, 300, "Call again for the others."]);
    const fresh = sceneOf(placeOf("north", many));
    const unknown = await failureOf("drs_inspect_task", { task: "task-12299" }, fresh);
    assert.match(unknown.error, /12000 tasks that were read has this name or id; 300 more were not read yet/);
    assert.equal((await run("drs_inspect_task", { task: "task-12299" }, long)).id, "t12299");
  });

  it("inspect a task by name or id, without characters that nobody sees", async () => {
    const byName = await run("drs_inspect_task", { task: "products" }, context);
    assert.deepEqual(
      byName,
      await run("drs_inspect_task", { task: "3", connection: "id of north" }, context),
    );
    assert.equal(byName.description, "for the search");
    assert.equal(byName.status, "paused");
    assert.deepEqual(byName.actions, ["resume"]);
    assert.deepEqual(byName.actions_only_by_the_user, ["end"]);
  });

  it("answer an ambiguous name with the candidates, an unknown one with similar ones", async () => {
    service.set("4", "PAUSING", { name: "orders" });
    const ambiguous = await failureOf("drs_inspect_task", { task: "orders" }, context);
    assert.deepEqual(
      ambiguous.candidates.map(({ id }: { id: string }) => id),
      ["1", "4"],
    );
    const unknown = await failureOf("drs_inspect_task", { task: "REV" }, context);
    assert.deepEqual(
      unknown.similar.map(({ name }: { name: string }) => name),
      ["reviews"],
    );
    const elsewhere = await failureOf("drs_inspect_task", { task: "1", connection: "west" }, context);
    assert.deepEqual(elsewhere.connections, ["north"]);
  });

  it("explain a failure by its known case, and say when there is none", async () => {
    const known = await run("drs_explain_failure", { task: "reviews" }, context);
    assert.equal(known.failed, true);
    assert.match(known.error.message, /23505/);
    assert.ok(known.known_case.cause && known.known_case.remedy, JSON.stringify(known));
    assert.ok(known.actions.includes("resume"));
    service.set("2", "INCRE_TRANSFER_FAILED", { name: "reviews", error_msg: "zzz" });
    assert.equal((await run("drs_explain_failure", { task: "reviews" }, context)).known_case, null);
    assert.equal((await run("drs_explain_failure", { task: "orders" }, context)).failed, false);
  });

  it("refuse what is not legal now, before the service is asked", async () => {
    const { error } = await failureOf("drs_resume_task", { task: "orders" }, context);
    assert.match(error, /not possible for task .* Status: incremental\. Legal now: pause, end\./);
    assert.ok(!service.calls.includes("batchRetry"));
    const readOnly = sceneOf(placeOf("north", service, { readOnly: "No permission." }));
    for (const name of ["drs_pause_task", "drs_precheck_task", "drs_compare_task"] as const) {
      assert.match((await failureOf(name, { task: "orders" }, readOnly)).error, /read-only/, name);
    }
    assert.ok(!service.calls.some((name) => /^(batchPause|batchPrecheck|executeAction)$/.test(name)));
  });

  it("note an action and what became of it as an agent's", async () => {
    const caller: TablesCaller = {
      ...service.caller,
      call: (name, input) => {
        if (name === "batchPause") {
          service.set("1", "PAUSING", { name: "orders" });
          return Promise.resolve({ results: [{ id: "1", status: "success" }] }) as never;
        }
        return service.caller.call(name, input);
      },
    };
    const attempts = new Attempts();
    const place = placeOf("north", service, { session: sessionOf(caller) });
    const answer = await run("drs_pause_task", { task: "orders" }, { ...sceneOf(place), attempts });
    assert.equal(answer.outcome, "done");
    const noted = attempts.of({ connection: "id of north", id: "1" });
    assert.deepEqual([noted?.action, noted?.by, noted?.outcome?.kind], ["pause", "agent", "reached"]);
  });

  it("report a service's refusal in the user's words", async () => {
    service.failing.set("batchPause", "permission");
    const { error } = await failureOf("drs_pause_task", { task: "orders" }, context);
    assert.match(error, /BatchPause fails\. Ask the account's administrator/);
    assert.match((await failureOf("drs_pause_task", { task: "1" }, context)).error, /BatchPause fails/);
    assert.equal(service.calls.filter((name) => name === "batchPause").length, 1, "nothing more is sent");
    const elsewhere = sceneOf(placeOf("south", service));
    const comparison = await failureOf("drs_compare_task", { task: "orders" }, elsewhere);
    assert.match(comparison.error, /This region does not offer comparisons/);
  });

  it("send nothing more after a refused signature", async () => {
    service.failing.set("listJobs", "authentication");
    await failureOf("drs_inspect_task", { task: "orders" }, context);
    const { length } = service.calls;
    await failureOf("drs_inspect_task", { task: "orders" }, context);
    assert.equal(service.calls.length, length);
  });

  it("say what is wrong with an input", async () => {
    assert.match((await failureOf("drs_inspect_task", {}, context)).error, /input is not valid.*task/);
    assert.match((await failureOf("drs_list_tasks", { limit: 0 }, context)).error, /input is not valid/);
  });
});
