#!/usr/bin/env node
/** The local backend: `drs-local [--data-dir DIR] [--port N] [--demo]`, and `drs-local call`. */
import { isOwnVariable } from "../drs/own-environment";
import { Backend } from "./backend";
import { call } from "./call";
import { supervisorRole } from "./clusters/protocol";
import { supervise } from "./clusters/supervisor";
import { parseFlags, usage } from "./flags";
import { log, reasonOf } from "./log";
import { exitCodeOf } from "./start-error";

/** Milliseconds after which a stop is no longer waited for: less than the ten seconds for which the extension waits. */
const stopMs = 9_500;

// The servers' environment can be read by anybody who gets into one. The user's own settings for PostgreSQL clients
// go, too: the driver and the servers would obey them.
for (const name of Object.keys(process.env).filter((key) => !isOwnVariable(key))) {
  delete process.env[name];
}

if (process.argv.includes(supervisorRole)) {
  supervise();
} else {
  const [first, ...rest] = process.argv.slice(2);
  const work = first === "call" ? calling(rest) : main();
  work.catch((error: unknown) => {
    process.stderr.write(`drs-local: ${reasonOf(error)}\n`);
    process.exit(exitCodeOf(error));
  });
}

async function calling(args: readonly string[]): Promise<void> {
  process.exitCode = (await call(args)) ? 0 : 1;
}

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) {
    process.stdout.write(usage);
    return;
  }
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) {
      return;
    }
    stopping = true;
    log(`stopping (${why})`);
    setTimeout(() => process.exit(1), stopMs).unref();
    backend.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log(`the stop failed: ${reasonOf(error)}`);
        process.exit(1);
      },
    );
  };
  const backend = new Backend(flags, stop);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => stop(signal));
  }
  try {
    const ready = await backend.start();
    if (!stopping) {
      process.stdout.write(`${ready}\n`);
    }
  } catch (error) {
    if (stopping) {
      return;
    }
    await backend.stop();
    throw error;
  }
}
