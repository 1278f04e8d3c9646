import assert from "node:assert/strict";
import { minuteText, parseMinute } from "../../../src/commands/local-minute";

describe("a moment to the minute", () => {
  it("is read back as it is written", () => {
    const date = new Date(2026, 1, 3, 9, 5);
    assert.equal(minuteText(date), "2026-02-03 09:05");
    assert.equal(parseMinute(" 2026-02-03 09:05 "), date.getTime());
    assert.equal(parseMinute("2026-02-03T09:05"), date.getTime());
  });

  for (const text of [
    "",
    "tomorrow",
    "2026-02-31 09:05",
    "2026-02-03",
    "2026-02-03 24:30",
    "2026-02-03 09:05:10",
  ]) {
    it(`is not "${text}"`, () => assert.equal(parseMinute(text), undefined));
  }
});
