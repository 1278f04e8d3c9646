import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateRawSync } from "node:zlib";
import { transform } from "esbuild";
import { shippedParts } from "../../scripts/shipped.mjs";
import { type Figure, median } from "./measure";

const run = promisify(execFile);

/** What `activate-probe` finds. */
interface Activation {
  readonly cpuMs: number;
  readonly modules: number;
  readonly files: number;
  readonly connections: number;
}

/** The product in `dist`, whose code is minified here where it is not. */
export async function product(): Promise<readonly Figure[]> {
  const found: Activation[] = [];
  for (let time = 0; time < 7; time++) {
    const { stdout } = await run(process.execPath, [join(__dirname, "activate-probe.js")]);
    found.push(JSON.parse(stdout));
  }
  const of = (key: keyof Activation) => median(found.map((one) => one[key]));
  const code = new Map<string, Buffer>();
  for (const file of files("dist").filter((name) => /\.(js|css)$/.test(name))) {
    const loader = file.endsWith(".css") ? "css" : "js";
    const format = file.includes("webview") ? "esm" : "cjs";
    const options = { loader, format, minify: true, charset: "utf8", sourcemap: false } as const;
    code.set(file, Buffer.from((await transform(readFileSync(file, "utf8"), options)).code));
  }
  const apart = /(failures|local-backend|mcp-server)\.js$/;
  const shipped = shippedParts(".")
    .flatMap((part) => (statSync(part).isDirectory() ? files(part) : [part]))
    .filter((file) => !file.endsWith(".map"));
  return [
    {
      id: "activateCpu",
      what: "`activate()`: CPU, ms",
      ...{ kind: "ms", value: of("cpuMs"), bound: 10 },
    },
    {
      id: "activateModules",
      what: "modules of the extension that activation loads",
      ...{ kind: "count", value: of("modules"), bound: 1 },
    },
    {
      id: "activateBytes",
      what: "bytes of them, minified",
      ...{ kind: "bytes", value: code.get(join("dist", "extension.js"))?.length ?? 0, bound: 60_000 },
    },
    {
      id: "activateFiles",
      what: "files and connections that `activate()` touches in a new profile",
      ...{ kind: "count", value: of("files") + of("connections"), bound: 0 },
    },
    {
      id: "size",
      what: "all that the extension may load, minified, without catalogue, backend and MCP server: bytes",
      ...{
        kind: "bytes",
        value: sumOf([...code].flatMap(([file, text]) => (apart.test(file) ? [] : [text.length]))),
        bound: 350_000,
        reached: 680_000,
      },
    },
    {
      id: "vsix",
      what: "VSIX without PostgreSQL, as the sum of its compressed files: bytes",
      ...{
        kind: "bytes",
        value: sumOf(shipped.map((file) => deflateRawSync(code.get(file) ?? readFileSync(file)).length)),
        bound: 1_000_000,
      },
    },
  ];
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile());
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
