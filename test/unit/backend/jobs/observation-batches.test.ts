import assert from "node:assert/strict";
import type { EngineState } from "../../../../src/backend/engine/engine-state";
import type { EngineTask } from "../../../../src/backend/engine/engine-task";
import { ObservationBatches } from "../../../../src/backend/jobs/observation-batches";

describe("observations of single tasks", () => {
  /** Answers only when told to, and notes of which tasks it was asked. */
  class Asked {
    readonly questions: { readonly ids: readonly string[]; answer: (error?: Error) => void }[] = [];

    observe(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, EngineState>> {
      return new Promise((resolve, reject) => {
        const ids = tasks.map(({ id }) => id);
        const states = new Map(ids.map((id) => [id, { kind: "absent" } as const]));
        this.questions.push({ ids, answer: (error) => (error ? reject(error) : resolve(states)) });
      });
    }
  }

  const task = (id: string, host = "127.0.0.1"): EngineTask => {
    const login = {
      side: "source" as const,
      host,
      port: 5432,
      user: "u",
      password: "p",
      database: "d",
      ssl: false,
    };
    return {
      ...{ id, source: login, target: login, publisher: { host, port: 5432 } },
      ...{ tables: [], copiesRows: true, rest: undefined, unindexed: [], memory: null },
    };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const ids = ({ questions }: Asked) => questions.map((question) => question.ids);

  it("are made together when they are asked for while another is under way", async () => {
    const engine = new Asked();
    const batches = new ObservationBatches(engine);
    const first = batches.at(task("a"));
    await turn();
    const others = [batches.at(task("b")), batches.at(task("c"))];
    await turn();
    assert.deepEqual(ids(engine), [["a"]]);
    engine.questions[0]?.answer();
    assert.deepEqual(await first, { kind: "absent" });
    await turn();
    assert.deepEqual(ids(engine), [["a"], ["b", "c"]]);
    engine.questions[1]?.answer();
    assert.deepEqual(await Promise.all(others), [{ kind: "absent" }, { kind: "absent" }]);
  });

  it("between other servers do not wait for it", async () => {
    const engine = new Asked();
    const batches = new ObservationBatches(engine);
    void batches.at(task("a"));
    await turn();
    void batches.at(task("b", "::1"));
    await turn();
    assert.deepEqual(ids(engine), [["a"], ["b"]]);
  });

  it("continue after one that failed, which fails only for those who asked for it", async () => {
    const engine = new Asked();
    const batches = new ObservationBatches(engine);
    const first = batches.at(task("a"));
    await turn();
    const second = batches.at(task("b"));
    engine.questions[0]?.answer(new Error("no sense"));
    await assert.rejects(first, /no sense/);
    await turn();
    engine.questions[1]?.answer();
    assert.deepEqual(await second, { kind: "absent" });
  });
});
