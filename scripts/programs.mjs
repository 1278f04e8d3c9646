// Starts programs and makes sure that none of them outlives the script.
import { spawn } from "node:child_process";
import { Failure } from "./main.mjs";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */
/** @typedef {{ code: number | null, how: string }} Ending `how` continues a sentence that begins with the program's name */
/**
 * @typedef {object} Program
 * @property {ChildProcess} child
 * @property {Promise<Ending>} ended never rejects
 * @property {() => Promise<void>} stop SIGTERM, and SIGKILL when that is not enough
 * @property {() => string} output the end of what it wrote to its piped outputs
 */

/** How long a program may take to end after SIGTERM, in milliseconds. */
const stopLimit = 8_000;
/** How much of a program's output is kept for messages, in characters. */
const outputLimit = 20_000;
const windows = process.platform === "win32";

/** @type {Set<ChildProcess>} */
const running = new Set();
process.once("exit", () => {
  for (const child of running) {
    killGroup(child);
  }
});

/** @param {ChildProcess} child */
function killGroup(child) {
  try {
    if (windows) {
      child.kill();
    } else if (child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
  } catch {
    // The group has no process left.
  }
}

/**
 * Starts a program as the leader of its own process group: a Ctrl+C in the terminal then reaches only the
 * script, which ends its programs in order, and `stop` also reaches what the program itself has started.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options] its outputs are piped unless `stdio` says otherwise
 * @returns {Program}
 */
export function startProgram(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: !windows, ...options });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output = `${output}${text}`.slice(-outputLimit);
    });
  }
  return { child, ended: endOf(child), stop: () => stop(child), output: () => output };
}

/**
 * @param {ChildProcess} child
 * @returns {Promise<Ending>}
 */
async function endOf(child) {
  /** @type {Ending} */
  const ending = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, how: `could not be started: ${error.message}` }));
    child.once("exit", (code, signal) => {
      resolve({ code, how: signal === null ? `ended with exit code ${code}` : `was ended by ${signal}` });
    });
  });
  running.delete(child);
  killGroup(child);
  return ending;
}

/** @param {ChildProcess} child */
async function stop(child) {
  if (!running.has(child)) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), stopLimit);
  await ended;
  clearTimeout(timer);
}

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions & { signal: AbortSignal, limit: number }} options `limit` in milliseconds
 * @returns {Promise<Ending & { output: string }>}
 * @throws the signal's reason when it was aborted
 */
export async function runProgram(command, args, { signal, limit, ...options }) {
  signal.throwIfAborted();
  const program = startProgram(command, args, options);
  const late = AbortSignal.timeout(limit);
  const end = () => void program.stop();
  signal.addEventListener("abort", end, { once: true });
  late.addEventListener("abort", end, { once: true });
  const ending = await program.ended;
  signal.removeEventListener("abort", end);
  late.removeEventListener("abort", end);
  signal.throwIfAborted();
  const output = program.output();
  return late.aborted
    ? { code: null, how: `was ended after ${limit / 1000} s`, output }
    : { ...ending, output };
}

/**
 * Waits until a program has written what matches `pattern` to its standard output.
 *
 * @param {Program} program
 * @param {{ name: string, pattern: RegExp, limit: number, signal: AbortSignal }} options `name` begins a failure's message; `limit` in milliseconds
 * @returns {Promise<RegExpMatchArray>}
 * @throws {Failure} with the end of its output, when it ends before that or takes too long (it is stopped then)
 */
export async function waitForOutput(program, { name, pattern, limit, signal }) {
  const stopped = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  /** @type {RegExpMatchArray | Ending | undefined} */
  const outcome = await new Promise((resolve) => {
    let text = "";
    program.child.stdout?.on("data", (chunk) => {
      text += chunk;
      const match = text.match(pattern);
      if (match !== null) {
        resolve(match);
      }
    });
    void program.ended.then(resolve);
    stopped.addEventListener("abort", () => resolve(undefined), { once: true });
    if (stopped.aborted) {
      resolve(undefined);
    }
  });
  if (Array.isArray(outcome)) {
    return outcome;
  }
  await program.stop();
  signal.throwIfAborted();
  const how = outcome === undefined ? `was not ready after ${limit / 1000} s` : outcome.how;
  throw new Failure(`${name} ${how}.\n${program.output().trimEnd()}`);
}
