import assert from "node:assert/strict";
import * as v from "valibot";
import { fitsAsItIs } from "../../../src/drs/answer-fits";
import type { Operation } from "../../../src/drs/operation";
import { operations } from "../../../src/drs/operations";
import { operationsCompare } from "../../../src/drs/operations-compare";
import { operationsV5 } from "../../../src/drs/operations-v5";
import { breakOne, knownOperations, validAnswer } from "../../support/answers";
import { Random } from "../../support/random";

describe("an answer that fits as it is", () => {
  const tables: Readonly<Record<string, Operation>> = {
    ...operations,
    ...operationsCompare,
    ...operationsV5,
  };
  const known = knownOperations.filter((name) => name in tables);

  it("is one of which the schema would make the same", () => {
    const random = new Random();
    let fitting = 0;
    for (let draw = 0; draw < 2_000; draw++) {
      const name = known[random.below(known.length)] ?? "";
      const operation = tables[name];
      assert.ok(operation !== undefined);
      const answer = validAnswer(name, random);
      if (random.below(2) === 0) {
        breakOne(answer, random);
      }
      if (fitsAsItIs(operation.response, answer)) {
        fitting++;
        const parsed = v.safeParse(operation.response, answer);
        assert.ok(parsed.success, `seed ${random.seed}, draw ${draw}: ${name}`);
        assert.deepEqual(parsed.output, answer, `seed ${random.seed}, draw ${draw}: ${name}`);
      }
    }
    assert.ok(fitting > 500, `${fitting} of 2,000`);
  });

  it("has no value that the schema converts, fills in, limits or leaves out", () => {
    const object = v.looseObject({ id: v.string(), count: v.nullish(v.number()) });
    assert.equal(fitsAsItIs(object, { id: "1", more: true }), true);
    for (const value of [
      { id: 1 },
      { id: "1", count: Number.NaN },
      [],
      null,
      "1",
      JSON.parse('{"id":"1","__proto__":1}'),
    ]) {
      assert.equal(fitsAsItIs(object, value), false, JSON.stringify(value));
    }
    const others = [
      v.object({ id: v.string() }),
      v.pipe(
        v.looseObject({ id: v.string() }),
        v.transform(({ id }) => id),
      ),
      v.looseObject({ id: v.string(), count: v.nullish(v.number(), 5) }),
    ];
    for (const schema of others) {
      assert.equal(fitsAsItIs(schema, { id: "1", more: true }), false);
    }
  });
});
