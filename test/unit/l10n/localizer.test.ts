import assert from "node:assert/strict";
import { localizerFor } from "../../../src/l10n/localizer";
import { fill } from "../../support/texts";

describe("formats", () => {
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
