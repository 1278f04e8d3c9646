/** The use cases of the extension against a backend of which a version of the API is taken away. */
import assert from "node:assert/strict";
import { limits } from "../../scripts/limits.mjs";
import { EitherVersion } from "../../src/drs/either-version";
import type { TaskFile } from "../../src/files/model";
import { planOf } from "../../src/files/plan";
import { mayChangePassword } from "../../src/tasks/allowed-actions";
import { changeObjects } from "../../src/tasks/use-cases/change-objects";
import { beginComparison, followComparison } from "../../src/tasks/use-cases/compare-ends";
import { applyPlan } from "../../src/tasks/use-cases/create-task";
import { perform } from "../../src/tasks/use-cases/perform";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf as databases, fingerprint } from "../support/backend-task";
import { sessionOf } from "../support/session";

describe("a service with one version of the API, both, or one that goes", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let faults: string[] = [];
  const gone = new Set<"v3" | "v5">();

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    backend.checkAnswers();
  });

  afterEach(async () => {
    for (const id of faults.splice(0)) {
      await backend.local("DELETE", `/_local/faults/${id}`);
    }
    faults = [];
    gone.clear();
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const takeAway = async (version: "v3" | "v5") => {
    const { id } = await backend.fault({ kind: "status", status: 404, path: `/${version}/` });
    faults.push(id);
    gone.add(version);
  };

  /** A task from its creation to its removal. @param between called when its changes flow. */
  async function life(name: string, hasV5: boolean, between: () => Promise<void> = async () => undefined) {
    const { source, target } = await databases(
      backend,
      name,
      `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT n, 'x' FROM generate_series(1, 500) n;
       CREATE TABLE u (id int PRIMARY KEY)`,
    );
    const session = sessionOf(new EitherVersion(backend.client));
    const end = ({ host, port, user, database }: typeof source) => ({ host, port, user, database });
    const file: TaskFile = {
      ...{ name: `task-${name}`, type: "full+incremental", objects: { tables: ["public.t"] } },
      ...{ source: end(source), target: end(target), tags: { stage: "test" } },
    };
    const plan = planOf(file, { source: source.password, target: target.password });
    const options = { signal: AbortSignal.timeout(limits.wait) };
    let id = "";
    await applyPlan(session, plan, {
      ...{ ...options, onStep: () => undefined, start: true },
      onCreated: (made) => {
        id = made;
      },
    });
    const seen = async (what: string, is: (status: string) => boolean) =>
      await until(
        `the list shows ${what}`,
        async () => {
          await session.store.refresh();
          assert.equal(session.store.snapshot.problem, undefined);
          return session.store.snapshot.tasks.get(id);
        },
        (task) => is(task?.status ?? "gone"),
      );
    const act = async (
      action: Parameters<typeof perform>[1],
      status: Parameters<typeof perform>[2][number]["status"],
    ) => {
      const [outcome] = await perform(session.client, action, [{ id, status }], options);
      assert.equal(outcome?.error, undefined, `${action}: ${outcome?.error?.message}`);
    };
    const running = await seen("the task run", (status) => status === "incremental");
    assert.deepEqual(
      [running?.name, running?.source?.database, running?.target?.user, running?.tags],
      [file.name, name, target.user, ["stage=test"]],
    );
    await between();
    await act("pause", "incremental");
    const paused = await seen("it paused", (status) => status === "paused");
    // Only v3 has a call for a new password, so nobody is asked for one without it.
    assert.equal(paused && mayChangePassword(paused), !gone.has("v3"));
    await act("resume", "paused");
    await seen("it run again", (status) => status === "incremental");
    const prints = async () => [
      await fingerprint(backend, "source", name, "t"),
      await fingerprint(backend, "target", name, "t"),
    ];
    const [ours, theirs] = await prints();
    assert.equal(ours, theirs);
    if (hasV5) {
      const objects = { object_scope: "all" } as const;
      await changeObjects(session, id, objects, { ...options, onStep: () => undefined });
      await until(
        "the table is there",
        async () => (await fingerprint(backend, "target", name, "u").catch(() => "")) !== "",
      );
      await seen("the change is over", (status) => status === "incremental");
      const compared = await beginComparison(session, id, "lines", options.signal);
      const state = await followComparison(
        session,
        id,
        { id: compared ?? "", begun: true },
        { ...options, limitMs: limits.wait },
      );
      assert.equal(state.comparison?.status, "SUCCESSFUL", JSON.stringify(state));
    }
    await act("end", "incremental");
    await seen("it ended", (status) => status === "completed");
    await act("delete", "completed");
    await seen("it gone", (status) => status === "gone");
  }

  it("takes a task through its life with both", async () => {
    await life("two_versions", true);
  });

  it("takes a task through its life with v3 alone", async () => {
    await takeAway("v5");
    await life("only_three", false);
  });

  it("takes a task through its life with v5 alone", async () => {
    await takeAway("v3");
    await life("only_five", true);
  });

  it("continues when v3 goes while a task runs", async () => {
    await life("loses_three", true, async () => await takeAway("v3"));
  });
});
