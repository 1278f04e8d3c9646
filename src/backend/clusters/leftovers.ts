/** Ends a PostgreSQL server that an earlier run left in a directory of ours. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { isAlive, textOf } from "../data-dir";
import { log } from "../log";
import { type Binaries, run } from "./binaries";

const patienceMs = 6_000;

/** Stops the server whose `postmaster.pid` lies in the directory; without one there is nothing to do. */
export async function stopLeftover(binaries: Binaries, dataDir: string): Promise<void> {
  const pid = Number((await textOf(join(dataDir, "postmaster.pid")))?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !(await isServerOf(pid, dataDir))) {
    return;
  }
  log(`stopping a PostgreSQL server (process ${pid}) that an earlier run left in ${dataDir}`);
  // At once: it would wait for subscribers that have no source or no target any more, and its log is kept anyway.
  await run(binaries, binaries.pgCtl, ["stop", "-D", dataDir, "-m", "immediate", "-w", "-t", "3"]);
  for (const deadline = Date.now() + patienceMs; isAlive(pid) && Date.now() < deadline; ) {
    if (Date.now() > deadline - patienceMs / 2) {
      process.kill(pid, "SIGKILL");
    }
    await delay(100);
  }
}

/** The number in `postmaster.pid` may belong to another program by now. */
async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  switch (process.platform) {
    case "linux":
      return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(dataDir);
    case "darwin": {
      const ps = await promisify(execFile)("ps", ["-p", String(pid), "-o", "command="]).catch(
        () => undefined,
      );
      return ps?.stdout.includes(dataDir) ?? false;
    }
    default:
      return true;
  }
}
