import assert from "node:assert/strict";
import { ageText, pastAgeText } from "../../../src/l10n/age";

describe("the age of something", () => {
  const now = Date.UTC(2026, 10, 27, 9, 0, 0);
  const minute = 60_000;

  it("is given in its largest unit, in the reader's language", () => {
    const texts = [0, 999, 59_999, minute, 119 * minute, 49 * 60 * minute].map((ms) =>
      ageText(now - ms, now, "en"),
    );
    assert.deepEqual(texts, [
      "0 seconds ago",
      "0 seconds ago",
      "59 seconds ago",
      "1 minute ago",
      "1 hour ago",
      "2 days ago",
    ]);
    assert.equal(ageText(now - 5 * minute, now, "zh-cn"), "5分钟前");
  });

  it("is how soon something comes that lies ahead", () => {
    assert.equal(ageText(now + 23 * 60 * minute, now, "en"), "in 23 hours");
    assert.equal(ageText(now + 90_000, now, "zh-cn"), "1分钟后");
  });

  it("is none of what has happened by a clock that is ahead", () => {
    const ages = [now + 90_000, now, now - minute].map((at) => pastAgeText(at, now, "en"));
    assert.deepEqual(ages, ["0 seconds ago", "0 seconds ago", "1 minute ago"]);
  });
});
