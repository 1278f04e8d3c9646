/** Requests of the extension's use cases, drawn by the hundred and held against the service's own models. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { EitherVersion } from "../../../../src/drs/either-version";
import type { TaskFile } from "../../../../src/files/model";
import { choiceOf, planOf } from "../../../../src/files/plan";
import { actionIds } from "../../../../src/status/actions";
import {
  changeObjects,
  selectableObjects,
  synchronizedObjects,
} from "../../../../src/tasks/use-cases/change-objects";
import { beginComparison } from "../../../../src/tasks/use-cases/compare-ends";
import { applyPlan } from "../../../../src/tasks/use-cases/create-task";
import { perform } from "../../../../src/tasks/use-cases/perform";
import type { Version } from "../../../support/service-models";
import { ServiceOfVersions } from "../../../support/service-of-versions";
import { sessionOf } from "../../../support/session";
import { answersOfTask, idOfTask as id } from "../../../support/task-answers";

const { signal } = new AbortController();

const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."abcXYZ0189_äß中 $\"'-") });
const name = fc.string({ minLength: 4, maxLength: 50, unit: fc.constantFrom(..."abcXYZ0189_-") });
const end = fc.record(
  {
    ...{ host: fc.domain(), port: fc.integer({ min: 1, max: 65535 }), database: word, user: word },
    ...{ ssl: fc.boolean(), instance: word, region: word },
  },
  { requiredKeys: ["host", "port", "database", "user"] },
);
const file: fc.Arbitrary<TaskFile> = fc.record(
  {
    name,
    description: fc.string({ maxLength: 50, unit: fc.constantFrom(..."abc 中.") }),
    type: fc.constantFrom("full+incremental", "full", "incremental"),
    network: fc.constantFrom("eip", "vpc", "vpn"),
    direction: fc.constantFrom("up", "down", "non-dbs"),
    nodeType: fc.constantFrom("micro", "small", "medium", "high"),
    subnet: word,
    enterpriseProject: word,
    tags: fc.dictionary(word, word, { maxKeys: 3 }),
    ...{ source: end, target: end },
    objects: fc.oneof(
      fc.constant("all" as const),
      fc.record({
        schemas: fc.uniqueArray(name, { maxLength: 3 }),
        tables: fc.uniqueArray(
          fc.tuple(name, name).map((parts) => parts.join(".")),
          { minLength: 1, maxLength: 5 },
        ),
      }),
    ),
  },
  { requiredKeys: ["name", "type", "source", "target", "objects"] },
);

describe("the requests of the use cases fit the service's models", () => {
  for (const versions of [["v3", "v5"], ["v3"], ["v5"]] as const satisfies readonly (readonly Version[])[]) {
    it(`with ${versions.join(" and ")}`, async () => {
      let sent = 0;
      await fc.assert(
        fc.asyncProperty(file, word, fc.option(fc.nat()), async (drawn, password, startAt) => {
          const service = new ServiceOfVersions(versions, answersOfTask);
          const session = sessionOf(new EitherVersion(service));
          const steps = { signal, onStep: () => undefined };
          const plan = planOf(drawn, { source: password, target: password });
          await applyPlan(session, plan, { ...steps, start: true, onCreated: () => undefined });
          for (const action of actionIds) {
            if (action === "reset" && versions.length === 1 && versions[0] === "v3") {
              continue;
            }
            const tasks = [{ id, status: "incrementalFailed" as const }];
            const [outcome] = await perform(session.client, action, tasks, { startAt: startAt ?? undefined });
            assert.equal(outcome?.error, undefined, action);
          }
          await session.store.refresh();
          assert.equal(session.store.snapshot.problem, undefined, String(session.store.snapshot.problem));
          await synchronizedObjects(session.client, id, signal);
          await selectableObjects(session.client, id, signal);
          if (versions.some((version) => version === "v5")) {
            await changeObjects(session, id, choiceOf(drawn, {}), steps);
            await beginComparison(session, id, "lines", signal);
          }
          sent += service.sent.length;
        }),
        { numRuns: 100 },
      );
      assert.ok(sent > 1_000, `${sent} requests`);
    });
  }
});
