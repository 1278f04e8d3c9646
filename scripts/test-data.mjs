// Data directories that tests copy: to make the servers and the demo takes the most of a backend's first start.
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startBackend, startDemo } from "./local-backend.mjs";

/** Copies need not outlive a crash of the machine. They do outlive one of a server's process. */
const settings = "\nfsync = off\nfull_page_writes = off\nwal_init_zero = off\n";

/** @typedef {{ root: string, dataDirectory: string, signal: AbortSignal }} Options */

/**
 * Makes the demo.
 *
 * @param {Options} options
 */
export async function makeDemo(options) {
  await (await startDemo(options)).stop();
  await makeQuick(options.dataDirectory);
}

/**
 * Makes the demo's two servers without its databases and tasks. A backend takes them for a demo that was made before,
 * whose shop is closed.
 *
 * @param {Options} options
 */
export async function makeServers(options) {
  const { dataDirectory } = options;
  const backend = await startBackend(options);
  try {
    const { databasePassword } = JSON.parse(await readFile(join(dataDirectory, "identity.json"), "utf8"));
    const port = Number(await readFile(join(dataDirectory, "control.port"), "utf8"));
    const login = { host: "127.0.0.1", port, user: "postgres", password: databasePassword };
    // The scripts are loaded before the packages are installed.
    const { default: pg } = await import("pg");
    const client = new pg.Client({ ...login, database: "postgres" });
    await client.connect();
    await client.query("INSERT INTO facts VALUES ('demo seeded', 'without tasks')");
    await client.end();
  } finally {
    await backend.stop();
  }
  await makeDemo(options);
}

/** @param {string} dataDirectory */
async function makeQuick(dataDirectory) {
  for (const server of ["control", "source", "target"]) {
    await appendFile(join(dataDirectory, "clusters", server, "postgresql.conf"), settings);
  }
}
