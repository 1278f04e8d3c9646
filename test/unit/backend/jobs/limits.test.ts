import assert from "node:assert/strict";
import { isLimit, limitAt } from "../../../../src/backend/jobs/limits";

describe("the speed limits of a task", () => {
  const day = { begin: "08:00", end: "17:59", speed: "5", is_utc: true };

  it("are in force by the time of the day", () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour, 30));
    const night = { begin: "22:00", end: "03:59", speed: "2", is_utc: true };
    const megabytes = (hour: number) => (limitAt([day, night], at(hour)) ?? 0) / 1024 / 1024;
    assert.deepEqual([7, 8, 17, 18, 22, 3, 4].map(megabytes), [0, 5, 5, 0, 2, 2, 0]);
  });

  it("have a time of the day and a speed that the service takes", () => {
    assert.ok(isLimit(day));
    for (const wrong of [{ speed: "0" }, { speed: "10000" }, { begin: "24:00" }, { end: "soon" }]) {
      assert.ok(!isLimit({ ...day, ...wrong }), JSON.stringify(wrong));
    }
  });
});
