/** A failure that its message explains wholly: the script prints the message without a stack and ends with exit code 1. */
export class Failure extends Error {}

/**
 * Runs a script's job. Ctrl+C (SIGINT), SIGTERM and SIGHUP abort the job's signal once; the job then stops what
 * it has started and returns or throws.
 *
 * @param {(signal: AbortSignal) => Promise<number>} job returns the exit code
 */
export async function main(job) {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => interruption.abort(new Failure(`Stopped by ${name}.`)));
  }
  try {
    process.exitCode = await job(interruption.signal);
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = interruption.signal.aborted ? 130 : 1;
  }
}

/**
 * Tells on the terminal that a step begins, and how long it took.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  console.log(`${name} ...`);
  const begin = performance.now();
  const result = await work();
  console.log(`${name}: done in ${seconds(begin)}`);
  return result;
}

/** @param {number} begin a `performance.now()` of before */
export function seconds(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}
