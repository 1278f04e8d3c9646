// npm run test:soak [-- SUITE...]: the long forms of the tests that have one, and the benches.
process.env.DRS_SOAK = "1";
if (process.argv.length === 2) {
  process.argv.push("unit", "backend", "bench");
}
await import("./test.mjs");
