import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { checks, connectionItems } from "../../../src/backend/engine/postgres/checks/list";
import catalogue from "../../../src/failures/catalogue.json";
import { diagnose, type Entry, entries } from "../../../src/failures/diagnose";
import type { Symptoms } from "../../../src/failures/known-case";
import localEngine from "../../../src/failures/local-engine.json";
import { stepIds } from "../../../src/failures/steps";

const bilingual = v.strictObject({
  en: v.pipe(v.string(), v.regex(/^[^\u4e00-\u9fff]{10,400}[.)]$/)),
  zh: v.pipe(v.string(), v.regex(/[\u4e00-\u9fff].*。$/s), v.regex(/^[^,;:()]*$/)),
});

/** The form of an entry. `example` and `examples` are strings that it matches; `http` the status of its code. */
const form = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  kind: v.picklist(["failure", "precheck", "api"]),
  phase: v.nullable(v.picklist(["full", "incremental", "any"])),
  engines: v.pipe(v.array(v.pipe(v.string(), v.regex(/^(any|\w+->[\w-]+)$/))), v.minLength(1)),
  match: v.pipe(v.array(v.string()), v.minLength(1)),
  example: v.pipe(v.string(), v.minLength(4)),
  examples: v.optional(v.array(v.string())),
  items: v.optional(v.array(v.string())),
  reasons: v.optional(v.array(v.string())),
  cause: bilingual,
  remedy: bilingual,
  advice: v.optional(bilingual),
  steps: v.optional(v.pipe(v.array(v.picklist(stepIds)), v.minLength(1))),
  resumable: v.nullable(v.boolean()),
  url: v.pipe(v.string(), v.regex(/^https:\/\/[\w./%#-]+$/)),
  evidence: v.picklist(["page", "partial", "keyword"]),
  fallback: v.optional(v.literal(true)),
  http: v.optional(v.number()),
});

const all = [...localEngine, ...catalogue];

/** The engine of the API that stands for a pair of the catalogue. */
const engineOf = (pair: string) => {
  const [source = "", target = ""] = pair.split("->");
  return `${source}-to-${target === "gaussdb-dws" ? "dws" : target}`;
};

const matchesOwn = ({ match }: Pick<Entry, "match">, text: string) =>
  match.some((source) => new RegExp(source, "i").test(text));

describe("the failure catalogue", () => {
  it("has entries of one form, each with an id of its own", () => {
    for (const entry of all) {
      const parsed = v.safeParse(form, entry);
      const issues = parsed.issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
      assert.ok(parsed.success, `${entry.id}: ${issues?.join("; ")}`);
    }
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.deepEqual(
      entries.map(({ id }) => id),
      all.map(({ id }) => id),
    );
  });

  it("offers to change the task's password only where the remedy says so", () => {
    const offered = entries.filter(({ steps }) => steps?.includes("changePassword"));
    const unsaid = offered.filter(({ remedy }) => !/password of the task/.test(remedy.en));
    assert.deepEqual(
      unsaid.map(({ id }) => id),
      [],
    );
  });

  it("matches each example by its own entry", () => {
    for (const entry of catalogue) {
      for (const example of [entry.example, ...("examples" in entry ? (entry.examples ?? []) : [])]) {
        assert.ok(matchesOwn(entry, example), `${entry.id}: ${example}`);
      }
    }
  });

  it("finds each failure by its example, phase and engine", () => {
    for (const { id, engines, example, phase } of catalogue.filter(({ kind }) => kind === "failure")) {
      const pair = engines[0] === "any" || engines[0] === undefined ? undefined : engineOf(engines[0]);
      const known = phase === "full" || phase === "incremental" ? phase : undefined;
      assert.equal(diagnose({ error: { message: example }, engine: pair, phase: known })?.id, id);
    }
  });

  it("finds each item of a pre-check by its name or its text, and each code", () => {
    for (const { id, kind, example } of catalogue) {
      if (kind === "precheck") {
        assert.equal(diagnose({ findings: [{ item: example }] })?.id, id, example);
      } else if (kind === "api") {
        assert.equal(diagnose({ apiCode: example })?.id, id);
        assert.equal(diagnose({ apiCode: example.replace(".", "-") })?.id, id);
      }
    }
  });

  for (const { id, kind, phase, example } of localEngine) {
    it(`finds ${id}`, () => {
      const engine = "postgresql";
      const [, code, message] = /^([A-Z0-9]{5,}|E[A-Z_]+) (.*)$/.exec(example) ?? [];
      const error = code === undefined ? { message: example } : { code, message };
      const known = phase === "full" || phase === "incremental" ? phase : undefined;
      const symptoms: Readonly<Record<string, Symptoms>> = {
        failure: { error, phase: known },
        precheck: { findings: [{ item: example }] },
        api: { apiCode: example },
      };
      assert.equal(diagnose({ engine, ...symptoms[kind] })?.id, id);
    });
  }
});

describe("the cases of the local backend", () => {
  const sourceOf = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("\n");

  it("have every item of its pre-check", () => {
    for (const item of [...connectionItems, ...checks.map((check) => check.item)]) {
      assert.match(diagnose({ findings: [{ item }] })?.id ?? item, /^local-precheck-/);
    }
  });

  it("have every code that it refuses with", () => {
    const codes = new Set(sourceOf("src/backend").match(/\b(?:DRS|APIGW)\.(?:M|KE)?\d{4,}/g));
    assert.ok(codes.size > 10);
    for (const apiCode of codes) {
      assert.ok(diagnose({ apiCode }), apiCode);
    }
  });
});

describe("the expressions of the failure catalogue", () => {
  const filled = (text: string, length: number) =>
    text.repeat(Math.ceil(length / text.length)).slice(0, length);
  /** The words of an expression, which a hostile text may hold thousands of times, in any order. */
  const wordsOf = (source: string) =>
    source
      .split(/\[\\s\\S\]\*|\.\{[\d,]+\}|\||\(\?=|\(\?!|[()^]/)
      .map((part) => part.replaceAll(/\\b|\?:|\\[dwS][+*]?|[?{}\d,]/g, "").replaceAll("\\", ""))
      .filter((part) => part.length > 2);
  /** Time of the processor: that of the clock says how busy the machine is. */
  const msOf = (work: () => unknown) => {
    const begin = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
  const limit = 60;

  it(`take less than ${limit} ms each for a long hostile text`, () => {
    const tooLong = new Set<string>();
    for (const { id, match, example } of all) {
      for (const source of match) {
        const words = wordsOf(source);
        const texts = [
          ...["a", " ", "\n", "1", example, `${example} `, words.join(" "), words.slice(0, -1).join(" x ")],
          ...words,
          // Every beginning of a match, and then nothing but the middle.
          ...words.map((word) => `${word} ${"x ".repeat(100)}`),
        ].filter((text) => text !== "");
        const expression = new RegExp(source, "i");
        for (const text of texts) {
          // From short to long: a bad expression would take minutes for the longest.
          const slow = [1, 2, 4, 8, 16, 32, 84].find((kilobytes) => {
            const long = filled(text, kilobytes * 1024);
            // Garbage of the tests before may have been the reason: it must be slow twice to count.
            const test = () => expression.test(long);
            return msOf(test) > limit && msOf(test) > limit;
          });
          if (slow !== undefined) {
            tooLong.add(`${id} at ${slow} KB`);
          }
        }
      }
    }
    assert.deepEqual([...tooLong], []);
  });

  it("take less than half a second all together", () => {
    const message = filled("service DATAMOVE failed, cause by: relation a function b Table c ", 84 * 1024);
    assert.ok(msOf(() => diagnose({ error: { message }, logs: [message, message], engine: "mysql" })) < 500);
  });
});
