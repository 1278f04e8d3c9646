import assert from "node:assert/strict";
import { LagMeter } from "../../../../../src/backend/engine/postgres/lag";

describe("the lag of a target", () => {
  it("is how far it is behind the end of the log", () => {
    const meter = new LagMeter();
    assert.equal(meter.read(1_000, 100n, 100n, undefined), 0);
    assert.equal(meter.read(2_000, 200n, 100n, undefined), 0);
    assert.equal(meter.read(5_000, 300n, 100n, undefined), 3_000);
    assert.equal(meter.read(6_000, 300n, 250n, 40), 1_000);
    assert.equal(meter.read(7_000, 300n, 300n, 40), 0);
  });
});
