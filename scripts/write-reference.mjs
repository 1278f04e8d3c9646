// npm run docs:reference: writes docs/reference.md.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { referencePage } from "./reference.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [manifest, english, chinese] = await Promise.all(
  ["package.json", "package.nls.json", "package.nls.zh-cn.json"].map(async (file) =>
    JSON.parse(await readFile(join(root, file), "utf8")),
  ),
);
await writeFile(join(root, "docs", "reference.md"), referencePage(manifest, english, chinese));
