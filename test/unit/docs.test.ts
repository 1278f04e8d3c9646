import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { referencePage } from "../../scripts/reference.mjs";
import { usage } from "../../src/backend/flags";
import { readTaskFile } from "../../src/files/validate";
import { blocksOf } from "../support/documents";
import { scaleRows, windowRows } from "../support/scale";
import { inEnglish } from "../support/texts";

const jsonOf = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** What users and contributors read. test/backend/documents and test/package/npm run the commands. */
describe("the documents", () => {
  const manifest = jsonOf("package.json");
  const [english, chinese] = [jsonOf("package.nls.json"), jsonOf("package.nls.zh-cn.json")];
  const inDocs = readdirSync("docs").map((name) => join("docs", name));
  const pages = [...readdirSync("."), ...inDocs]
    .filter((file) => file.endsWith(".md"))
    .map((file) => ({ file, text: readFileSync(file, "utf8") }));
  /** Each match of a pattern, after the page that it is on. */
  const found = (pattern: RegExp) =>
    pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, match = ""]) => ({ file, match })));
  const wrong = (pattern: RegExp, isRight: (match: string, file: string) => boolean) => {
    const all = found(pattern);
    assert.ok(all.length > 0, String(pattern));
    return all
      .filter(({ file, match }) => !isRight(match, file))
      .map(({ file, match }) => `${file}: ${match}`);
  };

  it("lead to files that there are", () => {
    assert.deepEqual(
      wrong(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g, (link, file) => existsSync(join(dirname(file), link))),
      [],
    );
    assert.deepEqual(
      wrong(/\b(?:src|srcset)="([^"]+)"/g, (link, file) => existsSync(join(dirname(file), link))),
      [],
    );
  });

  it("have shell commands that parse, programs that there are, and flags that these know", () => {
    const scripts = found(/^```sh\n([\s\S]*?)^```$/gm);
    for (const { file, match } of scripts) {
      // Optional arguments stand in brackets.
      const script = match.replaceAll(/\[(--[^\]]*)\]/g, "$1");
      execFileSync("bash", ["-n", "-c", script], { stdio: "pipe" });
      const programs = script.match(/(?<=\bnode )\S+/g) ?? [];
      assert.deepEqual(
        programs.filter((name) => !Object.values(manifest.bin).includes(`./${name}`)),
        [],
        file,
      );
      const flags = /local-backend\.js (?!call)(.*)|drs-local (?!call)(.*)/
        .exec(script)?.[0]
        .match(/--[a-z-]+/g);
      assert.deepEqual(
        (flags ?? []).filter((flag) => !usage.includes(flag)),
        [],
        file,
      );
    }
    assert.ok(scripts.length > 8);
  });

  it("name scripts of npm, settings and commands that there are", () => {
    const builtIn = ["start", "test"];
    assert.deepEqual(
      wrong(
        /`npm (?:run )?(start|test\b[\w:]*|(?<=run )[\w:]+)/g,
        (name) => name in manifest.scripts || builtIn.includes(name),
      ),
      [],
    );
    const settings = manifest.contributes.configuration.properties;
    assert.deepEqual(
      wrong(/`(drs\.(?:alerts|cloud|localBackend)\.\w+)`/g, (name) => name in settings),
      [],
    );
    const titles = Object.entries({
      ...english,
      ...Object.fromEntries(Object.entries(chinese).map(([key, text]) => [`${key}.zh`, text])),
    })
      .filter(([key]) => key.startsWith("command."))
      .map(([, title]) => title);
    assert.deepEqual(
      wrong(/\*\*DRS: ([^*]+?)\*\*/g, (title) => titles.includes(title)),
      [],
    );
  });

  it("name tests that there are, with their titles", () => {
    const named = /`((?:backend|browser|host|unit)\/[\w/-]+)`((?:,? "[^"]+")*)/g;
    const wrongNames = [...readFileSync("docs/features.md", "utf8").matchAll(named)].flatMap(
      ([, name = "", titles = ""]) => {
        const file = join("test", `${name}.test.ts`);
        const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
        const parts = [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) =>
          title.replaceAll("…", "").trim(),
        );
        const isThere =
          text === undefined ? existsSync(join("test", name)) : parts.every((part) => text.includes(part));
        return isThere ? [] : [`${name}${titles}`];
      },
    );
    assert.deepEqual(wrongNames, []);
  });

  it("list settings and commands as package.json has them (npm run docs:reference writes them)", () => {
    assert.equal(readFileSync("docs/reference.md", "utf8"), referencePage(manifest, english, chinese));
  });

  it("compute the requests of many tasks from the constants of the code", () => {
    const page = readFileSync("docs/scale.md", "utf8");
    assert.ok(
      page.includes(`| --- | --- | --- | --- |\n${scaleRows().join("\n")}\n\n`),
      scaleRows().join("\n"),
    );
  });

  it("compute the load of one window from what was measured", () => {
    const figures: readonly { id: string; value: number }[] = jsonOf("docs/speed.json").figures;
    const rows = windowRows(Object.fromEntries(figures.map(({ id, value }) => [id, value])));
    assert.ok(readFileSync("docs/scale.md", "utf8").includes(`\n${rows.join("\n")}\n`), rows.join("\n"));
  });

  it("have examples of task files without a problem, and JSON that can be read", () => {
    const [example = "", tls = ""] = blocksOf("docs/task-files.md", "json");
    const merged = JSON.stringify({ ...JSON.parse(example), ...JSON.parse(`{${tls}}`) });
    for (const text of [example, merged]) {
      assert.deepEqual(readTaskFile(text, inEnglish).problems, []);
    }
    const others = pages.filter(({ file }) => !file.includes("task-files"));
    for (const text of others.flatMap(({ file }) => blocksOf(file, "json"))) {
      JSON.parse(text);
    }
  });

  it("are at most one screen where users begin, in both languages", () => {
    for (const file of ["README.md", "README.zh-cn.md"]) {
      assert.ok(readFileSync(file, "utf8").split("\n").length <= 75, file);
    }
  });
});
