import assert from "node:assert/strict";
import { serviceTime } from "../../../src/drs/service-time";

describe("a time of the API", () => {
  const at = Date.UTC(2026, 10, 20, 10, 0, 0);

  it("is milliseconds since 1970, ISO 8601, or a date without a zone, which is UTC", () => {
    for (const text of [String(at), ` ${at}.25 `, "2026-11-20T10:00:00Z", "2026-11-20t10:00:00z"]) {
      assert.equal(Math.floor(serviceTime(text) ?? 0), at, text);
    }
    for (const text of ["2026-11-20 10:00:00", "2026-11-20T10:00:00", " 2026-11-20 10:00:00 "]) {
      assert.equal(serviceTime(text), at, text);
    }
    for (const text of [
      "2026-11-20T18:00:00+08:00",
      "2026-11-20T18:00:00+0800",
      "2026-11-20T09:30:00-00:30",
    ]) {
      assert.equal(serviceTime(text), at, text);
    }
    assert.equal(serviceTime("2026-11-20"), Date.UTC(2026, 10, 20));
  });

  it("is none where no task can have it", () => {
    for (const text of [
      "",
      "0",
      "12",
      null,
      undefined,
      "soon",
      "x2026-11-20",
      "20-11-2026",
      "2026-11-20 noon",
    ]) {
      assert.equal(serviceTime(text), undefined, String(text));
    }
    assert.equal(serviceTime(String(Date.UTC(2015, 0, 1) - 1)), undefined);
    assert.equal(serviceTime(String(Date.UTC(2015, 0, 1))), Date.UTC(2015, 0, 1));
    assert.equal(serviceTime(String(Date.UTC(2200, 0, 1))), undefined);
    assert.equal(serviceTime(String(Date.UTC(2200, 0, 1) - 1)), Date.UTC(2200, 0, 1) - 1);
    assert.equal(serviceTime(`${at}x`), undefined);
    assert.equal(serviceTime("1".repeat(16)), undefined);
  });
});
