import assert from "node:assert/strict";
import type { RetainedLog } from "../../../../../src/backend/engine/engine-state";
import { inWords, RetainedLogMeter } from "../../../../../src/backend/engine/postgres/retained-log";

const mb = 1024 ** 2;
const gb = 1024 ** 3;
const second = 1_000;

interface Case {
  readonly what: string;
  readonly limit: number | null;
  /** What is kept, sampled every ten seconds. */
  readonly kept: readonly number[];
  readonly reads?: boolean;
  readonly disk?: number;
  readonly found: readonly string[];
  /** In seconds from the last sample. */
  readonly lostIn?: number | undefined;
  readonly diskFullIn?: number | undefined;
}

const cases: readonly Case[] = [
  { what: "little, seen once", limit: 64 * mb, kept: [mb], found: [] },
  { what: "a little that does not grow", limit: 64 * mb, kept: [mb, mb, mb], found: [] },
  { what: "near the limit", limit: 64 * mb, kept: [50 * mb], found: ["LW015"] },
  {
    what: "far from the limit, which is reached within the hour",
    limit: 1_000 * mb,
    kept: [300 * mb, 310 * mb],
    found: ["LW015"],
    lostIn: 690,
  },
  {
    what: "far from the limit, which is reached some day",
    limit: 1_000 * gb,
    kept: [300 * gb, 300 * gb + 10 * mb],
    found: [],
    lostIn: 700 * 1024 - 10,
  },
  { what: "less than half of the limit again", limit: 64 * mb, kept: [50 * mb, 20 * mb], found: [] },
  { what: "still more than half of the limit", limit: 64 * mb, kept: [50 * mb, 40 * mb], found: ["LW015"] },
  { what: "much, without a limit", limit: null, kept: [2 * gb], found: ["LW017"] },
  { what: "much, without a limit, and read", limit: null, kept: [2 * gb], reads: true, found: [] },
  {
    what: "more than the disk has room for",
    limit: null,
    kept: [2 * gb, 2 * gb + 10 * mb],
    disk: gb,
    found: ["LW016"],
    diskFullIn: 1024,
  },
];

describe("the log that a source keeps", () => {
  for (const { what, limit, kept, reads = false, disk, found, lostIn, diskFullIn } of cases) {
    it(`${what}: ${found.join(", ") || "nothing is said"}`, () => {
      const meter = new RetainedLogMeter();
      let now = 0;
      let said: readonly string[] = [];
      let log: RetainedLog | undefined;
      for (const bytes of kept) {
        log = meter.read(now, { bytes, limit, room: null }, disk);
        said = meter.findings(now, log, reads, disk).map(({ code }) => code);
        now += 10 * second;
      }
      const inSeconds = (at: number | undefined) =>
        at === undefined ? undefined : Math.round((at - (now - 10 * second)) / second);
      assert.deepEqual(said, found);
      if (kept.length > 1) {
        assert.deepEqual([inSeconds(log?.lostAt), inSeconds(log?.diskFullAt)], [lostIn, diskFullIn]);
      }
    });
  }

  it("is reported in words of two digits", () => {
    assert.deepEqual([0, 999, 70 * mb, 1.55 * gb].map(inWords), ["0 bytes", "1000 bytes", "70 MB", "1.6 GB"]);
  });
});
