import assert from "node:assert/strict";
import { SecretBox } from "../../../src/backend/secrets";

describe("a box for secrets", () => {
  it("seals passwords so that each time looks different and only its key opens them", () => {
    const key = Buffer.alloc(32, 1).toString("base64");
    const box = new SecretBox(key);
    const [one, two] = [box.seal("密码 secret"), box.seal("密码 secret")];
    assert.notEqual(one, two);
    assert.equal(box.open(one), "密码 secret");
    const other = new SecretBox(Buffer.alloc(32, 2).toString("base64"));
    assert.throws(() => other.open(one));
  });
});
