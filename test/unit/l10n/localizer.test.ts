import assert from "node:assert/strict";
import { coarseDelay, localizerFor } from "../../../src/l10n/localizer";
import { fill } from "../../support/texts";

describe("formats", () => {
  it("of a near time leave out what goes without saying", () => {
    const now = new Date(2026, 10, 27, 12, 0).getTime();
    const texts = (language: string) =>
      [-11, 11, 25, 200, 9_000].map((hours) =>
        localizerFor(language, fill).nearTime(now + hours * 3_600_000, now),
      );
    const [past = "", soon = "", later = "", muchLater, nextYear] = texts("en");
    assert.match(past, /^1:00\sAM$/);
    assert.match(soon, /^11:00\sPM$/);
    assert.match(later, /^Sat,? 1:00\sPM$/);
    assert.equal(muchLater, "Dec 5");
    assert.equal(nextYear, "Dec 2027");
    assert.deepEqual(texts("zh-cn"), ["01:00", "23:00", "周六13:00", "12月5日", "2027年12月"]);
  });

  it("of a delay in a list are the coarser the longer it is", () => {
    const english = localizerFor("en", fill);
    const texts = [400, 9_999, 19_999, 119_000, 3_599_000, 4_700_000].map((ms) => coarseDelay(ms, english));
    assert.deepEqual(texts, ["< 1 s", "9 sec", "10 sec", "1 min", "59 min", "1 hr 10 min"]);
  });

  it("of a time have its zone at the end, once, and in Chinese no words between the numbers", () => {
    const time = (language: string) => localizerFor(language, fill).time(Date.UTC(2026, 10, 27, 9, 5, 9));
    assert.match(time("en"), /^Nov 2[678], 2026, \d\d:\d5:09\s[AP]M \S+$/);
    assert.match(time("zh-cn"), /^2026-11-2[678] \d\d:\d5:09 \S+$/);
  });

  it("of durations are made once for each unit, however many rows are drawn", () => {
    const l10n = localizerFor("en", fill);
    const { NumberFormat } = Intl;
    let made = 0;
    Intl.NumberFormat = new Proxy(NumberFormat, {
      construct: (target, args: ConstructorParameters<typeof NumberFormat>) => {
        made++;
        return new target(...args);
      },
    });
    try {
      const texts = Array.from({ length: 1_000 }, (_, index) => l10n.duration(index * 61_500));
      assert.deepEqual(texts.slice(0, 3), ["0 ms", "1 min 1 sec", "2 min 3 sec"]);
    } finally {
      Intl.NumberFormat = NumberFormat;
    }
    assert.equal(made, 4, "milliseconds, seconds, minutes, hours");
  });
});
