import assert from "node:assert/strict";
import { together } from "../../../../src/backend/jobs/copy-again";

describe("tables that are copied again", () => {
  it("are those of the copy that is not over and further ones; the last word about their rows counts", () => {
    const table = (name: string, keepRows: boolean) => ({ schema: "public", table: name, keepRows });
    assert.deepEqual(
      together([table("a", true), table("b", false)], [table("c", false), table("a", false)]),
      [table("a", false), table("b", false), table("c", false)],
    );
  });
});
