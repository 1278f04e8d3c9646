// Unpacks PostgreSQL out of this platform's VSIX, as the extension does, and starts the demo with it: on every platform,
// without a VS Code.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { startBackend } from "./local-backend.mjs";
import { Failure, main, step } from "./main.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await main(async (signal) => {
  const folder = join(root, ".cache", "postgres-archive");
  const key = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = (await readdir(folder)).find((entry) => entry.startsWith(key) && entry.endsWith(".br"));
  if (name === undefined) {
    throw new Failure(`There is no archive for ${key}. Run npm run package first.`);
  }
  const work = await mkdtemp(join(tmpdir(), "drs-try-"));
  try {
    const postgres = join(work, "postgres");
    const tar = await promisify(brotliDecompress)(await readFile(join(folder, name)));
    await pipeline(Readable.from([tar]), unpackTar(postgres, { strip: 1 }));
    const dataDirectory = join(work, "data");
    const backend = await step("Starting the demo", () =>
      startBackend({ root, dataDirectory, signal }, ["--demo", "--postgres", postgres]),
    );
    await backend.stop();
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 10 });
  }
  return 0;
});
