// npm run package [-- all | NAME...]: the files that are released, in packages/. Without a name those that run on this machine:
// the universal VSIX, the VSIX of this platform, and the npm package.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, main } from "./main.mjs";
import { buildPackages, packageNames, packagesHere } from "./packages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await main(async (signal) => {
  const asked = process.argv.slice(2);
  const names = asked.length === 0 ? packagesHere() : asked.includes("all") ? packageNames : asked;
  const unknown = names.filter((name) => !packageNames.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`No such package: ${unknown.join(", ")}. There are: ${packageNames.join(", ")}.`);
  }
  const work = await mkdtemp(join(tmpdir(), "drs-package-"));
  try {
    for (const { file, bytes } of await buildPackages({
      root,
      names,
      folder: join(root, "packages"),
      work,
      signal,
    })) {
      console.log(`${(bytes / 1e6).toFixed(2).padStart(6)} MB  ${file}`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return 0;
});
