import assert from "node:assert/strict";
import { challengeAnswer, challengePattern, isSameText } from "../../../src/drs/challenge";

describe("the local backend's proof of its key", () => {
  const challenge = "0123456789abcdef0123456789abcdef";

  it("fits one key, one challenge, one port and one process", () => {
    const answers = [
      challengeAnswer("key", challenge, 80, 1),
      challengeAnswer("other", challenge, 80, 1),
      challengeAnswer("key", challenge.replace("0", "1"), 80, 1),
      challengeAnswer("key", challenge, 81, 1),
      challengeAnswer("key", challenge, 80, 2),
    ];
    assert.equal(new Set(answers).size, answers.length);
    assert.match(answers[0] ?? "", /^[0-9a-f]{64}$/);
    assert.equal(answers[0], challengeAnswer("key", challenge, 80, 1));
  });

  it("is asked for with 32 hexadecimal digits and nothing else", () => {
    assert.match(challenge, challengePattern);
    for (const other of [
      "",
      challenge.slice(1),
      `${challenge}0`,
      `x${challenge.slice(1)}`,
      `${challenge}\n`,
    ]) {
      assert.doesNotMatch(other, challengePattern);
    }
  });

  it("is compared as a whole, also where the lengths differ", () => {
    assert.equal(isSameText("abc", "abc"), true);
    for (const other of ["abd", "ab", "abcd", ""]) {
      assert.equal(isSameText("abc", other), false, other);
    }
  });
});
