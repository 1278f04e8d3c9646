// Builds dist/ (the product) and, with --tests, out/ (the test suites). --production leaves source maps out; --watch
// builds again after every change.
import { copyFile, mkdir, readdir, readFile, rm, watch, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes("--production");
const tests = process.argv.includes("--tests");

/**
 * Modules that are loaded on first use, by the file beside extension.js that has them: those that are needed together are
 * in one. The MCP server, which has no VS Code, loads some as well: they are in files that do without it.
 */
const chunks = {
  connected: [
    ...["src/connections/connection-file.ts", "src/connections/session.ts"],
    ...["src/tree/connected-view.ts", "src/alerts/alert-center.ts", "src/alerts/follow.ts"],
    ...["src/alerts/mute-state.ts", "src/alerts/follow-state.ts"],
  ],
  "call-backend": ["src/backend-client/call.ts"],
  "error-text": ["src/drs/error-text.ts"],
  delay: ["src/tasks/use-cases/explain-delay.ts"],
  "start-backend": ["src/backend-client/launch.ts", "src/backend-client/postgres.ts"],
  connect: ["src/connections/wizard/wizard.ts"],
  commands: ["src/commands/handlers.ts", "src/links/open.ts"],
  details: ["src/details/panel.ts"],
  agent: ["src/agent/vscode-tools.ts"],
  files: ["src/files/editor.ts"],
  failures: ["src/failures/diagnose.ts"],
};

/** Leaves `import("…")` of a chunk in the code as a require of its file. */
const lazyChunks = {
  name: "lazy-chunks",
  setup(build) {
    build.onResolve({ filter: /^\./ }, (args) => {
      if (args.kind !== "dynamic-import") {
        return undefined;
      }
      const file = relative(root, resolve(args.resolveDir, `${args.path}.ts`)).replaceAll("\\", "/");
      const [chunk] = Object.entries(chunks).find(([, modules]) => modules.includes(file)) ?? [];
      return chunk === undefined ? undefined : { path: `./${chunk}.js`, external: true };
    });
  },
};

/** What a chunk begins with: all that its modules export. */
const chunkEntries = {
  name: "chunk-entries",
  setup(build) {
    build.onResolve({ filter: /^chunk:/ }, ({ path }) => ({ path: path.slice(6), namespace: "chunk" }));
    build.onLoad({ filter: /./, namespace: "chunk" }, ({ path }) => ({
      contents: chunks[path].map((module) => `export * from "./${module}";`).join("\n"),
      resolveDir: root,
    }));
  },
};

/** The product reads the known failures without the fields that only tests and authors need. */
const leanCatalogue = {
  name: "lean-catalogue",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]failures[\\/][\w-]+\.json$/ }, async ({ path }) => {
      const entries = JSON.parse(await readFile(path, "utf8"));
      const lean = entries.map(({ example, examples, http, ...entry }) => entry);
      return { contents: JSON.stringify(lean), loader: "json" };
    });
  },
};

/** The details page gets the rules of the icons that texts of the source begin with, of some 550. */
const usedIcons = {
  name: "used-icons",
  setup(build) {
    build.onLoad({ filter: /[\\/]codicon\.css$/ }, async ({ path }) => {
      const source = resolve(root, "src");
      const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith(".ts"));
      const texts = await Promise.all(files.map((file) => readFile(resolve(source, file), "utf8")));
      const words = new Set(texts.join("\n").match(/(?<=["'`])[a-z]+(-[a-z]+)*/g));
      const css = await readFile(path, "utf8");
      const contents = css
        .replaceAll(/^\.codicon-([a-z0-9-]+):before \{.*\}\n?/gm, (rule, name) =>
          words.has(name) ? rule : "",
        )
        // The page loads the font by its name, before it has read this.
        .replace(/(codicon\.ttf)\?[0-9a-f]+/, "$1");
      return { contents, loader: "css" };
    });
  },
};

/** node-fetch brings forms, blobs and an error of its own, which Node has since version 20. */
const builtIn = {
  name: "built-in",
  setup(build) {
    const filter = /^(fetch-blob(\/from\.js)?|formdata-polyfill\/esm\.min\.js|node-domexception)$/;
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: "built-in", sideEffects: false }));
    build.onLoad({ filter: /./, namespace: "built-in" }, ({ path }) => ({
      contents:
        path === "node-domexception"
          ? "export default DOMException;"
          : `const { Blob, File, FormData } = globalThis;
             export { Blob, Blob as default, File, FormData };
             export const [fileFromSync, fileFrom, blobFromSync, blobFrom, formDataToBlob] = [];`,
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  logLevel: "warning",
  logOverride: { "empty-import-meta": "silent" },
};

const node = {
  ...common,
  platform: "node",
  format: "cjs",
  target: "node20",
  // node-fetch asks for web-streams-polyfill (60 KB) only where Node has no streams of the web, which it has since 18, and
  // for its multipart-parser only where an answer is read as a form.
  external: [
    ...["vscode", "pg-native", "mocha", "esbuild", "playwright-core"],
    ...["web-streams-polyfill", "*/multipart-parser.js"],
  ],
  // Its CommonJS form cannot be bundled.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
};

if (process.argv.includes("--watch")) {
  await buildAgainAndAgain();
} else {
  await build();
}

/** Builds now and after every change of a source, until it is interrupted. What VS Code's task looks for is printed. */
async function buildAgainAndAgain() {
  let changed = true;
  const once = async () => {
    while (changed) {
      changed = false;
      console.log("Building");
      console.log(
        await build().then(
          () => "Built",
          () => "The build failed",
        ),
      );
    }
  };
  let building = once();
  for await (const _ of watch(resolve(root, "src"), { recursive: true })) {
    changed = true;
    building = building.then(once);
  }
}

async function build() {
  await rm(resolve(root, "dist"), { recursive: true, force: true });
  await Promise.all([
    copyTabIcons(),
    esbuild.build({
      ...node,
      supported: { "dynamic-import": false },
      // What is loaded at once is one file: every further one costs a third of a millisecond.
      entryPoints: { extension: "src/extension.ts", "mcp-server": "src/agent/mcp.ts" },
      outdir: "dist",
      charset: "utf8",
      plugins: [builtIn, lazyChunks],
    }),
    buildChunks(),
    esbuild.build({
      ...node,
      entryPoints: { "local-backend": "src/backend/main.ts" },
      outdir: "dist",
      charset: "utf8",
    }),
    esbuild.build({
      ...common,
      platform: "browser",
      format: "esm",
      target: "es2022",
      entryPoints: { details: "src/details/page/main.ts", "details-style": "src/details/page/style.css" },
      loader: { ".ttf": "file" },
      plugins: [usedIcons],
      assetNames: "[name]",
      outdir: "dist/webview",
    }),
  ]);
  if (tests) {
    await rm(resolve(root, "out"), { recursive: true, force: true });
    const suites = (await readdir(resolve(root, "test"), { recursive: true })).filter((file) =>
      file.endsWith(".test.ts"),
    );
    await esbuild.build({
      ...node,
      entryPoints: [...suites.map((file) => `test/${file}`), "test/host/index.ts"],
      outbase: "test",
      outdir: "out",
    });
    await esbuild.build({
      ...node,
      alias: { ...node.alias, vscode: resolve(root, "test/speed/vscode.ts") },
      external: [...node.external.filter((name) => name !== "vscode"), "esbuild"],
      entryPoints: ["test/speed/main.ts", "test/speed/activate-probe.ts", "test/speed/probe.ts"],
      outdir: "out/speed",
    });
  }
}

/** `export *` leaves a name out, without a word, where two modules of a chunk have it. */
async function refuseSameNames() {
  const { metafile } = await esbuild.build({
    ...{ absWorkingDir: root, entryPoints: Object.values(chunks).flat(), outdir: "dist", format: "esm" },
    ...{ bundle: false, write: false, metafile: true },
  });
  const built = Object.values(metafile.outputs);
  for (const [chunk, modules] of Object.entries(chunks)) {
    const names = built
      .filter(({ entryPoint = "" }) => modules.includes(entryPoint))
      .flatMap(({ exports }) => exports);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    if (twice.length > 0) {
      throw new Error(`Modules of the chunk ${chunk} export the same name: ${twice.join(", ")}`);
    }
  }
}

/** The icons of statuses as pictures: VS Code's tabs take no others. */
async function copyTabIcons() {
  const statuses = await readFile(resolve(root, "src/status/statuses.ts"), "utf8");
  const names = new Set([...statuses.matchAll(/\bicon: "([a-z-]+)"/g)].map(([, name]) => `${name}.svg`));
  // Found as Node does: a copy of the folder, as mutation tests build it, has no packages of its own.
  const codicons = createRequire(import.meta.url).resolve("@vscode/codicons/package.json");
  await mkdir(resolve(root, "dist/tab-icons"), { recursive: true });
  await Promise.all(
    [...names].map((name) =>
      copyFile(resolve(dirname(codicons), "src/icons", name), resolve(root, "dist/tab-icons", name)),
    ),
  );
}

/**
 * Builds the files that are loaded on first use, and what several of them share as files of their own. esbuild splits
 * ES modules only, and VS Code loads extensions as CommonJS: the files are turned into that.
 */
async function buildChunks() {
  await refuseSameNames();
  const { outputFiles } = await esbuild.build({
    ...node,
    format: "esm",
    splitting: true,
    write: false,
    sourcemap: production ? false : "inline",
    entryPoints: Object.fromEntries(Object.keys(chunks).map((chunk) => [chunk, `chunk:${chunk}`])),
    outdir: resolve(root, "dist"),
    chunkNames: "shared-[hash]",
    // Chinese texts are half as long as they would be escaped.
    charset: "utf8",
    plugins: [builtIn, leanCatalogue, lazyChunks, chunkEntries],
  });
  await mkdir(resolve(root, "dist"), { recursive: true });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const options = /** @type {const} */ ({
        ...{ format: "cjs", platform: "node", target: "node20", charset: "utf8" },
        ...{ supported: { "dynamic-import": false }, sourcemap: production ? false : "inline" },
      });
      const { code } = await esbuild.transform(text, options);
      // Only these files load each other: none needs the mark of a former ES module, whose code is half a kilobyte in each.
      const plain = code.replace(/module\.exports = __toCommonJS\((\w+)\);/, "module.exports = $1;");
      const lean = await esbuild.transform(plain, { ...options, treeShaking: true, minify: production });
      await writeFile(path, lean.code);
    }),
  );
}
