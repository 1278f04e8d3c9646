import assert from "node:assert/strict";
import { minuteText, parseMinute } from "../../../src/commands/local-minute";

describe("a moment to the minute", () => {
  it("is read back as it is written", () => {
    const date = new Date(2026, 1, 3, 9, 5);
    assert.equal(minuteText(date), "2026-02-03 09:05");
    assert.equal(parseMinute(" 2026-02-03 09:05 "), date.getTime());
    assert.equal(parseMinute("2026-02-03T09:05"), date.getTime());
  });

  describe("where summer time begins and ends", () => {
    const zone = process.env.TZ;
    before(() => {
      process.env.TZ = "Europe/Berlin";
    });
    after(() => {
      if (zone === undefined) {
        delete process.env.TZ;
      } else {
        process.env.TZ = zone;
      }
    });

    it("stays the same moment while its text does, in both of the hours that are called alike", () => {
      for (const time of ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]) {
        const date = new Date(time);
        assert.equal(minuteText(date), "2026-10-25 02:30");
        assert.equal(parseMinute(" 2026-10-25 02:30", date), date.getTime());
        assert.equal(parseMinute("2026-10-25 04:30", date), Date.parse("2026-10-25T03:30:00Z"));
      }
    });

    it("is none in the hour that is left out", () => {
      assert.equal(parseMinute("2026-03-29 02:30"), undefined);
    });
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
