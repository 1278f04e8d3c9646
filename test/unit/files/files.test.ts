import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { schemaFiles } from "../../../src/files/json-schema";
import type { TaskFile } from "../../../src/files/model";
import { choiceOf, diffOf, planOf } from "../../../src/files/plan";
import { exampleEnds, fileText, templateText } from "../../../src/files/templates";
import { readTaskFile } from "../../../src/files/validate";
import { inEnglish } from "../../support/texts";

const file: TaskFile = {
  name: "orders-to-copy",
  type: "full+incremental",
  source: { host: "a", port: 5432, database: "shop", user: "drs", password: { secret: "one" } },
  target: { host: "b", port: 5432, database: "copy", user: "drs", password: { env: "DRS_TWO" } },
  objects: { schemas: ["sales"], tables: ["public.orders"] },
};
const problemsOf = (changed: object) =>
  readTaskFile(JSON.stringify({ ...file, ...changed }), inEnglish).problems.map(({ message }) => message);

describe("a task file", () => {
  it("is valid as every template makes it", () => {
    for (const type of ["full+incremental", "full", "incremental"] as const) {
      const { file: read, problems } = readTaskFile(templateText("new-task", type, exampleEnds), inEnglish);
      assert.deepEqual(problems, []);
      assert.equal(read?.type, type);
    }
  });

  it("is the same after it was written and read", () => {
    assert.deepEqual(readTaskFile(fileText(file), inEnglish), { file, problems: [] });
  });

  it("takes no password", () => {
    const [problem] = problemsOf({ source: { ...file.source, password: "hunter2" } });
    assert.match(problem ?? "", /^Do not write a password here/);
    assert.doesNotMatch(problem ?? "", /hunter2/);
  });

  it("marks a field that does not exist, at its place", () => {
    const text = JSON.stringify({ ...file, nme: 1 });
    const { problems } = readTaskFile(text, inEnglish);
    assert.deepEqual(
      problems.map(({ message, offset }) => [message, text.slice(offset, offset + 1)]),
      [['"nme" is not supported here.', "1"]],
    );
  });

  it("says which field is missing", () => {
    assert.deepEqual(problemsOf({ type: undefined }), ['"type" is missing.']);
    assert.deepEqual(problemsOf({ source: { ...file.source, host: undefined } }), [
      '"source.host" is missing.',
    ]);
  });

  it("has problems marked that a schema cannot express", () => {
    assert.deepEqual(problemsOf({ objects: { tables: ["a.b", "c.d", "a.b"] } }), ['"a.b" is listed twice.']);
    assert.deepEqual(problemsOf({ objects: { schemas: ["a"], tables: ["a.b"] } }), [
      '"a.b" is part of the schema "a", which is already selected.',
    ]);
    assert.deepEqual(problemsOf({ objects: {} }), [
      'No objects are specified. Specify tables or schemas, or write "all".',
    ]);
    assert.deepEqual(problemsOf({ target: { ...file.source, host: "A" } }), [
      "Source and target are the same database.",
    ]);
    const twice = fileText(file).replace("{", '{ "name": "other",');
    assert.match(readTaskFile(twice, inEnglish).problems[0]?.message ?? "", /^"name" appears twice/);
  });

  it("is read without an exception, whatever it contains", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(fileText(file).slice(0, -9))), (text) => {
        const { file: read, problems } = readTaskFile(text, inEnglish);
        assert.ok(read !== undefined || problems.length > 0);
      }),
    );
  });

  it("names no variable of another program", () => {
    for (const env of [
      "AWS_SECRET_ACCESS_KEY",
      "HUAWEICLOUD_SDK_SK",
      "GITHUB_TOKEN",
      "PATH",
      "drs_a",
      "DRS_",
    ]) {
      const [problem] = problemsOf({ source: { ...file.source, password: { env } } });
      assert.ok(problem !== undefined, env);
    }
    assert.deepEqual(problemsOf({ source: { ...file.source, password: { env: "DRS_SHOP" } } }), []);
  });

  it("names the CA of a database that is reached with SSL, by its text or by a file below", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    const problems = (ca: unknown, ssl = true) => problemsOf({ source: { ...file.source, ssl, ca } });
    for (const ca of ["ca.pem", "certs/own ca.pem", "证书/ca.pem", "..pem", pem]) {
      assert.deepEqual(problems(ca), [], ca);
    }
    for (const ca of [
      ...["/etc/ca.pem", "../ca.pem", "a/../../ca.pem", "./ca.pem", "a//b", "a/", "", "..", "~/../x"],
      ...[
        "\\\\host\\share\\ca.pem",
        "//host/share/ca.pem",
        "C:\\ca.pem",
        "C:ca.pem",
        "file:///ca.pem",
        "ca.pem\\..",
        1,
      ],
      `${pem}${"x".repeat(64 * 1024)}`,
    ]) {
      assert.equal(problems(ca).length, 1, String(ca).slice(0, 40));
    }
    assert.deepEqual(problems("ca.pem", false), ['"ca" needs "ssl": true.']);
  });

  it("costs no more than its size", () => {
    const names = Array.from({ length: 70_000 }, (_, index) => `a.b${index}`);
    const text = JSON.stringify({ ...file, objects: { tables: names } });
    /** Milliseconds of its own: a busy machine does not count. */
    const time = (work: () => unknown) => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000;
    };
    const ratios = [1, 2, 3].map(
      () => time(() => readTaskFile(text, inEnglish)) / time(() => JSON.parse(text)),
    );
    // With a search through all names for each, it was more than 400.
    assert.ok(Math.min(...ratios) < 120, `${ratios}`);
    const spent = time(() => {
      const { added, removed } = diffOf({ tables: names }, { tables: names.toReversed() });
      assert.deepEqual([added, removed], [[], []]);
      const parts = choiceOf({ ...file, objects: { tables: names } }, {});
      assert.equal(Object.keys(parts.object_info?.shop?.schemas?.a?.tables ?? {}).length, names.length);
    });
    assert.ok(spent < 2_000, `${spent}`);
  });

  it("is not checked when it is too large or nested too deeply, and reports at most 100 problems", () => {
    const whole = (text: string) => readTaskFile(text, inEnglish).problems.map(({ message }) => message);
    assert.deepEqual(whole(" ".repeat(1024 * 1024 + 1)), [
      "This task file is larger than 1 MB, so it is not checked.",
    ]);
    assert.deepEqual(whole("[".repeat(20_000)), ["Objects and lists are nested too deeply for a task file."]);
    assert.deepEqual(
      readTaskFile(JSON.stringify({ ...file, description: "[[[[".repeat(20) }), inEnglish).problems,
      [],
    );
    const twice = problemsOf({ objects: { tables: Array.from({ length: 5_000 }, () => "a.b") } });
    assert.deepEqual([twice.length, twice.at(-1)], [101, "4899 more problems are not shown."]);
    const one = problemsOf({ objects: { tables: Array.from({ length: 102 }, () => "a.b") } });
    assert.equal(one.at(-1), "1 more problem is not shown.");
  });

  it("has a JSON schema in each language, made from the model", () => {
    for (const [path, text] of Object.entries(schemaFiles())) {
      assert.equal(readFileSync(path, "utf8"), text, `${path} is old: run npm run schema`);
    }
    const named = ["package.nls.json", "package.nls.zh-cn.json"].map((texts) => {
      const url: string = JSON.parse(readFileSync(texts, "utf8"))["taskFile.schema"];
      return url.replace("./", "");
    });
    assert.deepEqual(named, Object.keys(schemaFiles()));
  });

  it("becomes the requests of the API, with the passwords in them only", () => {
    const { creation, source, target, selection } = planOf(file, { source: "s3", target: "t4" });
    assert.equal(creation.task_type, "FULL_INCR_TRANS");
    assert.deepEqual(
      [source, target].map(({ end_point_type, ip, db_password }) => [end_point_type, ip, db_password]),
      [
        ["so", "a", "s3"],
        ["ta", "b", "t4"],
      ],
    );
    assert.deepEqual(
      selection.job?.map(({ object_type, id, parent_id, select }) => [object_type, id, parent_id, select]),
      [
        ["schema", "sales", "shop", "true"],
        ["table", "public.orders", "shop", "true"],
      ],
    );
    assert.equal(planOf({ ...file, objects: "all" }, { source: "", target: "" }).selection.selected, false);
  });

  it("sends certificates as Base64 to the end that they belong to", () => {
    const passwords = { source: "s3", target: "t4" };
    const { creation, source, target } = planOf(file, passwords, { source: "PEM" });
    const keys = [source, target, creation.source_endpoint].map(({ ssl_cert_key }) => ssl_cert_key);
    assert.deepEqual(keys, ["UEVN", undefined, "UEVN"]);
  });
});

describe("a change of objects", () => {
  const cases: [string, TaskFile["objects"], TaskFile["objects"], string[], string[]][] = [
    ["nothing", { tables: ["a.b"] }, { tables: ["a.b"] }, [], []],
    ["a table more and one less", { tables: ["a.b"] }, { tables: ["a.c"] }, ["a.c"], ["a.b"]],
    ["a schema over its tables", { tables: ["a.b"] }, { schemas: ["a"] }, ["a.*"], []],
    ["everything", { tables: ["a.b"] }, "all", ["*"], []],
    ["the schema of a similar name", { tables: ["ab.c"] }, { schemas: ["a"] }, ["a.*"], ["ab.c"]],
  ];
  for (const [name, now, wanted, added, removed] of cases) {
    it(name, () => assert.deepEqual(diffOf(now, wanted), { added, removed }));
  }

  it("keeps what the service has of the objects that stay, and gives the database its name at the target", () => {
    const orders = { name: "orders_2", type: "table", all: false, filter_conditions: ["id > 5"] };
    const now = {
      shop: {
        ...{ name: "shop_copy", all: false },
        schemas: {
          public: { name: "public", all: false, tables: { orders, gone: { name: "gone", all: true } } },
          old: { name: "old", all: true },
        },
      },
    };
    const objects = { schemas: ["audit"], tables: ["public.orders", "public.items", "audit.log"] };
    const chosen = choiceOf({ ...file, objects }, now);
    assert.equal(chosen.object_scope, "table");
    assert.deepEqual(chosen.object_info, {
      shop: {
        ...{ name: "shop_copy", all: false },
        schemas: {
          audit: { name: "audit", all: true },
          public: {
            ...{ name: "public", all: false },
            tables: { orders, items: { name: "items", type: "table", all: true } },
          },
        },
      },
    });
    assert.equal(choiceOf({ ...file, objects }, {}).object_info?.shop?.name, file.target.database);
    assert.deepEqual(choiceOf({ ...file, objects: "all" }, now), { object_scope: "all" });
  });
});
