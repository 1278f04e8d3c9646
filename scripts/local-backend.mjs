import { join } from "node:path";
import { limits } from "./limits.mjs";
import { startProgram, waitForOutput } from "./programs.mjs";
import { node } from "./setup.mjs";

const readyLine = /^\{"endpoint":.*\}\r?\n/m;

/**
 * Starts the local backend with its demo and waits until it is ready.
 *
 * @param {{ root: string, dataDirectory: string, signal: AbortSignal }} options
 * @returns {Promise<import("./programs.mjs").Program>}
 */
export async function startDemo(options) {
  return await startBackend(options, ["--demo"]);
}

/**
 * Starts the local backend and waits until it is ready.
 *
 * @param {{ root: string, dataDirectory: string, signal: AbortSignal }} options
 * @param {readonly string[]} flags
 * @returns {Promise<import("./programs.mjs").Program>}
 */
export async function startBackend({ root, dataDirectory, signal }, flags = []) {
  const program = startProgram(node(root), [
    join(root, "dist", "local-backend.js"),
    ...["--data-dir", dataDirectory, ...flags],
  ]);
  await waitForOutput(program, { name: "The local backend", pattern: readyLine, limit: limits.demo, signal });
  // The ready line holds the secret key, which is for no message.
  return { ...program, output: () => program.output().replace(readyLine, "") };
}
