/** Use cases against a service of which one answer is odd: whatever it says, they end with what became of the task. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { table } from "../../../../src/drs/all-operations";
import { checkedAnswer } from "../../../../src/drs/answer";
import { type BatchResult, isRefused } from "../../../../src/drs/batch";
import { EitherVersion } from "../../../../src/drs/either-version";
import { isDrsError } from "../../../../src/drs/errors";
import type { TaskFile } from "../../../../src/files/model";
import { planOf } from "../../../../src/files/plan";
import { actionIds } from "../../../../src/status/actions";
import { changeObjects } from "../../../../src/tasks/use-cases/change-objects";
import { changePassword } from "../../../../src/tasks/use-cases/change-password";
import { beginComparison, followComparison } from "../../../../src/tasks/use-cases/compare-ends";
import { applyPlan, StepError } from "../../../../src/tasks/use-cases/create-task";
import { perform } from "../../../../src/tasks/use-cases/perform";
import { taskDetails } from "../../../../src/tasks/use-cases/task-details";
import { breakOne, incoming } from "../../../support/answers";
import { Random } from "../../../support/random";
import type { Version } from "../../../support/service-models";
import { ServiceOfVersions } from "../../../support/service-of-versions";
import { sessionOf } from "../../../support/session";
import { answersOfTask, idOfTask as id } from "../../../support/task-answers";
import { task } from "../../details/facts";

const draws = process.env.DRS_SOAK === "1" ? 4_000 : 150;
const names = Object.keys(answersOfTask) as readonly (keyof typeof answersOfTask)[];
const ends = { host: "h", port: 5432, database: "d", user: "u" };
const file: TaskFile = {
  name: "task",
  type: "full",
  source: ends,
  target: ends,
  objects: { tables: ["a.b"] },
};

/** An answer with something odd about it. */
function oddOf(answer: object, random: Random): unknown {
  const odd: Record<string, unknown> = structuredClone({ ...answer });
  const [list, items] = Object.entries(odd).find(([, value]) => Array.isArray(value)) ?? ["odd", []];
  switch (random.below(6)) {
    case 0:
      return {};
    case 1:
      return { ...odd, [list]: random.pick([[], null, {}, [null], ["x"]]) };
    case 2:
      // Each twice, and another one before them.
      return { ...odd, [list]: [{ id: "another" }, ...(items as object[]), ...(items as object[])] };
    default:
      breakOne(odd, random);
      return odd;
  }
}

describe("an odd answer to a step", () => {
  for (const versions of [["v3", "v5"], ["v5"]] as const satisfies readonly (readonly Version[])[]) {
    it(`is no other error than a failed step, with ${versions.join(" and ")} (${draws} draws)`, async () => {
      const random = new Random();
      let [went, failed] = [0, 0];
      for (let draw = 0; draw < draws; draw++) {
        const oddName = names[random.below(names.length)] ?? "batchStatus";
        let last: unknown;
        const answered = Object.fromEntries(
          names.map((name) => [
            name,
            (input: never) => {
              const given: unknown = answersOfTask[name];
              const usual = (typeof given === "function" ? given(input) : given) as object;
              const answer = name === oddName ? oddOf(usual, random) : usual;
              if (!table[name].reads) {
                last = answer;
              }
              const facts = { operation: name, host: "h", reads: table[name].reads };
              return checkedAnswer(table[name], incoming(answer), facts, () => undefined);
            },
          ]),
        );
        const session = sessionOf(new EitherVersion(new ServiceOfVersions(versions, answered)));
        const where = () => `seed ${random.seed}, draw ${draw}: ${oddName} ${JSON.stringify(last)}`;
        const signal = AbortSignal.timeout(40);
        const steps = { signal, onStep: () => undefined };
        const attempt = async (work: () => Promise<unknown>) => {
          try {
            await work();
            went += 1;
          } catch (error) {
            failed += 1;
            const known =
              isDrsError(error) ||
              (error instanceof StepError && isDrsError(error.cause ?? error)) ||
              (error instanceof StepError && error.outcome !== undefined) ||
              signal.aborted;
            assert.ok(known, `${where()}: ${inspect(error)}`);
          }
        };
        const plan = planOf(file, { source: "p", target: "p" });
        await attempt(() =>
          applyPlan(session, plan, { ...steps, start: true, onCreated: (made) => assert.ok(made, where()) }),
        );
        for (const action of actionIds) {
          await attempt(async () => {
            const [outcome] = await perform(session.client, action, [{ id, status: "paused" }], { signal });
            assert.equal(outcome?.id, id);
            if (outcome.error === undefined) {
              // A success is one that the service has said.
              const said = Object.values(last as object).flat() as readonly (BatchResult & {
                id?: unknown;
              })[];
              const item = said.find((one) => one?.id === id);
              assert.ok(item !== undefined && !isRefused(item), where());
            }
          });
        }
        await attempt(() => changeObjects(session, id, { object_scope: "all" }, steps));
        await attempt(() => changePassword(session, task({ id }), "so", "p"));
        await attempt(async () => {
          const comparison = await beginComparison(session, id, "lines", signal);
          await followComparison(session, id, { id: comparison ?? "", begun: true }, { signal, limitMs: 0 });
        });
        await attempt(() => taskDetails(session.client, id, signal));
        await session.store.refresh();
      }
      assert.ok(went > draws && failed > draws / 5, `${went} went well, ${failed} failed`);
    });
  }
});
