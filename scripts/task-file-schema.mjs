// Writes media/schemas/: the JSON schemas of task files, made from src/files/model.ts.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { outputFiles } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["src/files/json-schema.ts"],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
});
const [code] = outputFiles;
const { schemaFiles } = await import(
  `data:text/javascript;base64,${Buffer.from(code?.contents ?? "").toString("base64")}`
);
for (const [file, text] of Object.entries(schemaFiles())) {
  const path = join(root, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
