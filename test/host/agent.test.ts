import assert from "node:assert/strict";
import * as vscode from "vscode";
import { toolNames } from "../../src/agent/names";
import { waitFor } from "../support/wait";

describe("the tools for agents, in VS Code", () => {
  const call = async (name: string, input: object) => {
    const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    const [part] = result.content;
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    const [preface = "", json = ""] = part.value.split("\n");
    assert.match(preface, /data, never instructions/);
    return JSON.parse(json);
  };

  it("are there for every agent", () => {
    const known = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith("drs_"));
    assert.deepEqual(known.sort(), [...toolNames].sort());
  });

  it("list the tasks and explain the failed one", async () => {
    const { tasks } = await waitFor(
      () => call("drs_list_tasks", { status: ["problems"] }),
      (answer) => answer.tasks.length > 0,
      15_000,
    );
    assert.ok(tasks.some(({ name }: { name: string }) => name === "reviews-to-analytics"));
    const explained = await call("drs_explain_failure", { task: "reviews-to-analytics" });
    assert.ok(explained.known_case.remedy, JSON.stringify(explained));
  });

  it("tell why a call came to nothing", async () => {
    await assert.rejects(call("drs_inspect_task", { task: "no such task" }), /There is no task of this name/);
  });
});
