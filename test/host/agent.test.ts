import assert from "node:assert/strict";
import * as vscode from "vscode";
import { toolNames } from "../../src/agent/names";
import { prepared } from "../../src/agent/vscode-tools";
import type { LocalConnection } from "../../src/connections/connection";
import { pollIntervalsOf } from "../../src/connections/poll-intervals";
import { localizerFor } from "../../src/l10n/localizer";
import { Attempts } from "../../src/tasks/attempts";
import { TaskStore } from "../../src/tasks/store";
import { Control } from "../../src/tasks/use-cases/control";
import { MemoryService } from "../support/service";
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

  it("are available to every agent", () => {
    const known = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith("drs_"));
    assert.deepEqual(known.sort(), [...toolNames].sort());
  });

  it("list the tasks and explain the failed one", async () => {
    const { tasks } = await waitFor(
      () => call("drs_list_tasks", { status: ["problems"] }),
      (answer) => answer.tasks.length > 0,
    );
    assert.ok(tasks.some(({ name }: { name: string }) => name === "reviews-to-analytics"));
    const explained = await call("drs_explain_failure", { task: "reviews-to-analytics" });
    assert.ok(explained.known_case.remedy, JSON.stringify(explained));
  });

  it("are confirmed when they do more than look, by a question that names the task and opens no link", async () => {
    const service = new MemoryService();
    service.set("t-1", "INCRE_TRANSFER_STARTED", { name: "[orders](command:x)" });
    const store = new TaskStore(service.caller, pollIntervalsOf.local);
    await store.refresh();
    const connection: LocalConnection = {
      ...{ kind: "local", id: "c", name: "Mine", endpoint: "http://127.0.0.1:1", projectId: "p" },
    };
    const session = {
      connection,
      client: service.caller,
      store,
      control: new Control(),
      tryAgain: () => undefined,
      wake: () => undefined,
      dispose: () => store.dispose(),
    };
    const facts = { trouble: undefined, missing: undefined, readOnly: undefined };
    const parts = {
      sessions: { shown: [{ connection, phase: "open", session, ...facts } as const] },
      attempts: new Attempts(),
      l10n: localizerFor("en", vscode.l10n.t),
    };
    const questions = toolNames.map((name) => prepared(name, { task: "t-1" }, parts).confirmationMessages);
    assert.deepEqual(
      questions.map((question) => question?.title),
      [
        ...[undefined, undefined, undefined],
        'Pre-check task "[orders]\u200b(command:x)"',
        'Compare both databases of task "[orders]\u200b(command:x)"',
        'Start task "[orders]\u200b(command:x)"',
        'Pause task "[orders]\u200b(command:x)"',
        'Resume task "[orders]\u200b(command:x)"',
      ],
    );
    assert.equal(
      questions.at(-1)?.message.value,
      "An agent requested this action\\.\n\nConnection Mine\\, status Incremental synchronization\\, id t\\-1",
    );
    const unknown = prepared("drs_pause_task", { task: "x" }, parts).confirmationMessages;
    assert.equal(unknown?.title, 'Pause task "x"');
    store.dispose();
  });

  it("say why a call failed", async () => {
    await assert.rejects(call("drs_inspect_task", { task: "no such task" }), /There is no task of this name/);
  });
});
