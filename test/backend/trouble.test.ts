/**
 * The invariant of a task: when nothing moves any more, both ends are equal, or the task is failed or warned; and no statement
 * of the application fails because of a task that says nothing. Cases are drawn at random. `DRS_SEED` repeats a run,
 * `DRS_CASE` runs one case and looks for a smaller one that violates it, too.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Semaphore } from "../../src/backend/jobs/semaphore";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { Random } from "../support/random";
import { type TroubleCase, troubleCase } from "../support/trouble/cases";
import { runCase } from "../support/trouble/run";

const count = process.env.DRS_SOAK === "1" ? 300 : 10;
const atOnce = 4;

describe("tasks in trouble", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });
  after(async () => {
    await backend?.stop();
    removeDataDir(dataDir);
  });

  const broken = async (one: TroubleCase) => {
    const { end, violations, said } = await runCase(backend, one);
    return { end, text: violations.length === 0 ? "" : [...violations, ...said].join("\n") };
  };

  if (process.env.DRS_CASE === undefined) {
    it(`are equal at both ends, failed or warned in ${count} random cases`, async () => {
      const random = new Random();
      console.log(`    DRS_SEED=${random.seed}`);
      const seeds = Array.from({ length: count }, () => random.below(2 ** 31));
      const slots = new Semaphore(atOnce);
      const ends: Record<string, number> = {};
      const found: string[] = [];
      await Promise.all(
        seeds.map((seed) =>
          slots.run(async () => {
            const [one] = fc.sample(troubleCase, { seed, numRuns: 1 });
            assert.ok(one !== undefined);
            const { end, text } = await broken(one).catch((error: unknown) => ({
              end: "error",
              text: String(error),
            }));
            ends[end] = (ends[end] ?? 0) + 1;
            if (text !== "") {
              found.push(`DRS_CASE=${seed} ${JSON.stringify(one)}\n${text}`);
              console.log(`    ${found.at(-1)}`);
            }
          }),
        ),
      );
      console.log(`    ${JSON.stringify(ends)}`);
      assert.deepEqual(found, []);
    });
  } else {
    it("keeps the rules in one case and all smaller ones", async () => {
      await fc.assert(
        fc.asyncProperty(troubleCase, async (one) => {
          const { text } = await broken(one);
          console.log(`    ${JSON.stringify(one)} ${text}`);
          assert.equal(text, "");
        }),
        { seed: Number(process.env.DRS_CASE), numRuns: 1 },
      );
    });
  }
});
