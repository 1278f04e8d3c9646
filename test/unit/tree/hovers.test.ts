import assert from "node:assert/strict";
import { Hovers } from "../../../src/tree/hovers";
import { ManualClock } from "../../support/clock";

describe("the hovers of rows", () => {
  const row = (name: string) => ({ name });
  type Row = ReturnType<typeof row>;
  let clock: ManualClock;
  let drawn: string[];
  let hovers: Hovers<Row>;

  beforeEach(() => {
    clock = new ManualClock();
    drawn = [];
    hovers = new Hovers<Row>((rows) => {
      for (const one of rows) {
        hovers.drawn(one);
        drawn.push(one.name);
      }
    }, clock);
  });

  it("are renewed when they are older than 30 seconds, and only where one was shown", () => {
    const [orders, reviews] = [row("orders"), row("reviews")];
    hovers.made(orders);
    clock.pass(30_000);
    assert.equal(hovers.isOld(orders), false);
    clock.pass(1);
    assert.equal(hovers.isOld(orders), true);
    assert.equal(hovers.isOld(reviews), false, "VS Code holds no hover of it");
    hovers.made(orders);
    assert.equal(hovers.isOld(orders), false);
    clock.jump(-3_600_000);
    assert.equal(hovers.isOld(orders), true, "the clock was set back: nobody knows");
  });

  it("are gone with the row, when it is drawn, or when all rows are", () => {
    const rows = ["a", "b", "c"].map(row);
    const [gone = assert.fail(), redrawn = assert.fail()] = rows;
    for (const one of rows) {
      hovers.made(one);
    }
    clock.pass(60_000);
    hovers.forget(gone);
    hovers.drawn(redrawn);
    const old = () => rows.map((one) => hovers.isOld(one));
    assert.deepEqual(old(), [false, false, true]);
    hovers.forgetAll();
    assert.deepEqual(old(), [false, false, false]);
  });

  it("may be read for ten seconds before their rows are drawn, once", () => {
    const copying = row("copying");
    assert.equal(hovers.postpones(copying), false, "nobody reads it");
    hovers.made(copying);
    for (let second = 0; second < 10; second++) {
      assert.equal(hovers.postpones(copying), true);
      clock.pass(1_000);
    }
    assert.deepEqual(drawn, []);
    clock.pass(1_000);
    assert.deepEqual(drawn, ["copying"]);
    assert.equal(clock.next, undefined, "nothing waits any more");
  });

  it("open over a row that changes each second, because it is drawn each five", () => {
    const copying = row("copying");
    hovers.drawn(copying);
    for (let second = 1; second <= 13; second++) {
      clock.pass(1_000);
      if (!hovers.postpones(copying)) {
        drawn.push("copying");
        hovers.drawn(copying);
      }
    }
    assert.equal(drawn.length, 2);
    clock.pass(2_000);
    assert.equal(drawn.length, 3, "what it shows last is drawn, too");
  });

  it("wait each for their own reader", () => {
    const [first, second] = [row("first"), row("second")];
    hovers.made(first);
    assert.equal(hovers.postpones(first), true);
    clock.pass(8_000);
    hovers.made(second);
    assert.equal(hovers.postpones(second), true);
    clock.pass(4_000);
    assert.deepEqual(drawn, ["first"]);
    clock.pass(8_000);
    assert.deepEqual(drawn, ["first", "second"]);
  });

  it("draw nothing of a row that was drawn for another reason, nor after the end", () => {
    for (const one of ["drawn", "left"].map(row)) {
      hovers.made(one);
      hovers.postpones(one);
      if (one.name === "drawn") {
        hovers.drawn(one);
      }
    }
    hovers.dispose();
    assert.equal(clock.next, undefined);
    assert.deepEqual(drawn, []);
  });
});
