// Copies of the demo: making it takes the most of the backend's first start.
import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * @param {string} from a folder of servers' data, which none of them uses
 * @param {string} to the copy, an empty folder or none yet
 */
export async function copyData(from, to) {
  if (process.platform === "win32") {
    await cp(from, to, { recursive: true });
  } else {
    // Node's own copy does not keep the modes of folders, which PostgreSQL looks at.
    await mkdir(to, { recursive: true });
    await promisify(execFile)("cp", ["-a", `${from}/.`, to]);
  }
}

/**
 * @param {string} from a data directory with the demo, which no backend uses
 * @param {string} to the copy, an empty folder or none yet
 */
export async function copyDemo(from, to) {
  await copyData(from, to);
  // Copies run beside each other. While a server of one is down another one must not take its port: it has the same
  // passwords, and would be taken for it.
  for (const server of ["control", "source", "target"]) {
    await rm(join(to, `${server}.port`));
  }
}
