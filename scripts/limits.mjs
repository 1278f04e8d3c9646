/**
 * How long tests wait, in milliseconds. The limits are generous: a busy machine needs several times what an idle one
 * does, and a test that passes waits for what it wants to see, not for its limit.
 */
export const limits = {
  /** One wait for something that is to happen. */
  wait: 120_000,
  /** The demo's first start, which makes its databases and waits until its tasks run. */
  demo: 300_000,
  /** One test or hook of a suite that waits for windows and backends. */
  test: 600_000,
  /** A test that waits for nothing. */
  unitTest: 60_000,
  /** A file of tests, or a suite that is one process. */
  suite: 1_800_000,
  /** The same where tests take their long form. */
  soak: 3_600_000,
};
