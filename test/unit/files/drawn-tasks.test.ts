import assert from "node:assert/strict";
import { checkedAnswer } from "../../../src/drs/answer";
import { operations } from "../../../src/drs/operations";
import { driftOf, fileOf } from "../../../src/files/task-as-file";
import { fileText } from "../../../src/files/templates";
import { terraformOf } from "../../../src/files/terraform";
import { readTaskFile } from "../../../src/files/validate";
import { breakOne, incoming, validModel } from "../../support/answers";
import { Random } from "../../support/random";
import { inEnglish } from "../../support/texts";

const draws = 500;

describe("tasks drawn from the service's own models", () => {
  it(`are files and Terraform, and differ from their files in nothing (${draws} draws)`, () => {
    const random = new Random();
    let files = 0;
    for (let number = 0; number < draws; number++) {
      const drawn = { ...validModel("QueryJobResp", random), id: "t".repeat(36) };
      if (number % 2 === 1) {
        breakOne(drawn, random);
        drawn.id = "t".repeat(36);
      }
      const answer = checkedAnswer(
        operations.batchDetail,
        incoming({ count: 1, results: [drawn] }),
        { operation: "batchDetail", host: "h", reads: true },
        () => {},
      ) as { readonly results: readonly Parameters<typeof fileOf>[0][] };
      const where = `seed ${random.seed}, draw ${number}: ${JSON.stringify(drawn)}`;
      const [detail] = answer.results;
      assert.ok(detail, where);
      const file = fileOf(detail);
      const terraform = terraformOf(detail, "cn-north-4");
      assert.equal(terraform === undefined, file === undefined, where);
      if (file === undefined || terraform === undefined) {
        continue;
      }
      files += 1;
      assert.deepEqual(driftOf(file, file), [], where);
      // A file may have values that the rules of files do not take: then it says so.
      const { file: again, problems } = readTaskFile(fileText(file), inEnglish);
      assert.ok(again !== undefined || problems.length > 0, where);
      assert.equal([...terraform.matchAll(/^resource /gm)].length, 1, where);
      assert.doesNotMatch(terraform, /undefined|NaN|\[object/, where);
    }
    assert.ok(files > draws / 10, String(files));
  });
});
