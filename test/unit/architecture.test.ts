import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

// Which folders may import which, and that files make no circles, the linter checks: biome.json.

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file: file.replaceAll("\\", "/"), text: readFileSync(join("src", file), "utf8") }));

/** The modules that show or ask something, or hand VS Code to them. Everything else runs without VS Code. */
const edge: Readonly<Record<string, readonly string[]>> = {
  agent: ["register", "vscode-tools"],
  alerts: [
    "alert-center",
    "alert-service",
    "alerts",
    "follows",
    "host",
    "mutes",
    "notifications",
    "settings",
    "shared-state",
    "summary-hover",
  ],
  "backend-client": ["controller", "postgres", "show-failure"],
  commands: [
    "action-command",
    "bulk-action",
    "commands",
    "confirm",
    "connections",
    "copy-again",
    "demo",
    "follow",
    "handlers",
    "host",
    "links",
    "mute",
    "offer-next",
    "outcomes",
    "password",
    "precheck",
    "problem-report-command",
    "refresh",
    "remedy",
    "task-chooser",
    "task-picker",
    "tree-commands",
  ],
  connections: ["connections", "limits", "session-manager"],
  "connections/wizard": ["quick-inputs", "wizard"],
  details: ["details", "host", "panel", "tab-icon"],
  "": ["extension"],
  files: [
    ...[
      "ask-end",
      "commands",
      "complete-engines",
      "complete-tables",
      "completion-items",
      "diagnostics",
      "editor",
      "finding-marks",
      "forget-passwords",
      "lenses",
      "new-task",
      "open",
    ],
    ...[
      "passwords",
      "place",
      "register",
      "step-progress",
      "task-commands",
      "task-from-file",
      "validate-file",
    ],
  ],
  links: ["handler", "open"],
  tree: ["connected-view", "hover", "items", "tree", "view"],
};

describe("the source", () => {
  it("draws only through the places that take what has passed the door", () => {
    const found = files.filter(({ text }) => /["']vscode["']/.test(text)).map(({ file }) => file);
    assert.deepEqual(found, ["screen/vscode.ts"]);
  });

  it("imports VS Code's places only where something is shown or asked", () => {
    const found = files
      .filter(({ text }) => /from "(\.\/|(\.\.\/)+)screen\/vscode"/.test(text))
      .map(({ file }) => file);
    const listed = Object.entries(edge).flatMap(([folder, names]) =>
      names.map((name) => join(folder, `${name}.ts`).replaceAll("\\", "/")),
    );
    assert.deepEqual(found.sort(), listed.sort());
  });

  it("of the extension has one way to the network", () => {
    const found = files
      .filter(({ file }) => dirname(file).split("/")[0] !== "backend")
      .filter(({ text }) => /from "(node-fetch|node:https?|undici)"|\bfetch\(/.test(text))
      .map(({ file }) => file);
    assert.deepEqual(found, ["drs/transport.ts"]);
  });
});

describe("the rooms of the source", () => {
  /** The rooms that each room imports, types included. */
  const imports = new Map<string, Set<string>>();
  for (const { file, text } of files) {
    for (const [, path = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
      const [from = "", to = ""] = [file, normalize(join(dirname(file), path))].map(
        (one) => one.split(/[\\/]/)[0],
      );
      if (from !== to && files.some((one) => one.file.startsWith(`${to}/`))) {
        imports.set(from, (imports.get(from) ?? new Set()).add(to));
      }
    }
  }

  it("import each other without circles", () => {
    assert.ok(imports.get("tasks")?.has("drs"));
    const rooms = new Map(imports);
    // Rooms that import none of those that are left, and so on: what stays is in a circle, or above one.
    for (let size = 0; size !== rooms.size; ) {
      size = rooms.size;
      for (const [room, others] of [...rooms]) {
        if (![...others].some((other) => rooms.has(other))) {
          rooms.delete(room);
        }
      }
    }
    assert.deepEqual([...rooms.keys()], []);
  });
});

describe("the unit tests", () => {
  it("are in the folder of the module that they are named after", () => {
    const sources = files.map(({ file }) => file.replace(/\.ts$/, ""));
    const misplaced = readdirSync("test/unit", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => file.replaceAll("\\", "/").replace(/\.test\.ts$/, ""))
      .filter((test) => {
        const [room = "", name = ""] = [test.split("/")[0], test.split("/").at(-1)];
        const named = sources.filter((file) => file.startsWith(`${room}/`) && file.endsWith(`/${name}`));
        return named.length > 0 && !named.includes(test);
      });
    assert.deepEqual(misplaced, []);
  });
});

describe("the scripts", () => {
  /** A script and those that it imports as it is loaded. */
  function withImported(name: string, found = new Map<string, string>()): ReadonlyMap<string, string> {
    if (!found.has(name)) {
      const text = readFileSync(join("scripts", name), "utf8");
      found.set(name, text);
      for (const [, imported = ""] of text.matchAll(/^import\b[^;]*?"\.\/([^"]+)";/gm)) {
        withImported(imported, found);
      }
    }
    return found;
  }

  for (const name of ["test.mjs", "start.mjs", "test-desktop.mjs"]) {
    it(`that ${name} loads need no package: they install the packages`, () => {
      const loaded = withImported(name);
      assert.ok(loaded.size > 0);
      for (const [script, text] of loaded) {
        assert.deepEqual(text.match(/^import\b[^;]*?"(?!\.|node:)[^"]+";/gm) ?? [], [], script);
      }
    });
  }
});

describe("the tests in a browser", () => {
  it("make gestures through the workbench only, which repeats those that get lost", () => {
    const gesture =
      /\.(keyboard|mouse)\b|\.(click|dblclick|fill|hover|check|tap|type)\((\)|\{|"[^"]*"\))|\.press\("[^"]*"\)/g;
    const tests = [
      ...["test/browser", "test/package"].flatMap((folder) =>
        readdirSync(folder).map((file) => join(folder, file)),
      ),
      join("test", "support", "appearance.ts"),
    ];
    const found = tests.flatMap((file) =>
      (readFileSync(file, "utf8").match(gesture) ?? []).map((text) => `${file}: ${text}`),
    );
    assert.deepEqual(found, []);
  });
});

describe("what is built of the MCP server", () => {
  it("does without VS Code, in the files that it loads on first use, too", () => {
    const loaded = new Set(["mcp-server.js"]);
    for (const name of loaded) {
      const text = readFileSync(join("dist", name), "utf8");
      assert.doesNotMatch(text, /require\("vscode"\)/, name);
      for (const [, other] of text.matchAll(/require\("\.\/([\w-]+\.js)"\)/g)) {
        loaded.add(other ?? "");
      }
    }
    assert.ok(loaded.size > 2, [...loaded].join());
  });
});
