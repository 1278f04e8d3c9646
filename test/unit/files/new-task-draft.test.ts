import assert from "node:assert/strict";
import { endFindings } from "../../../src/files/end-findings";
import { spansOf } from "../../../src/files/finding-places";
import {
  type DraftEnd,
  draftFile,
  draftSteps,
  placeIn,
  proposedTaskName,
  secretName,
  tableObjections,
  tableSize,
  typedObjects,
} from "../../../src/files/new-task-draft";
import { fileText } from "../../../src/files/templates";
import { readTaskFile } from "../../../src/files/validate";
import { english } from "../details/facts";

const end = (database: string): DraftEnd => {
  const place = { host: "db.example.com", port: 5432, database, user: "drs" };
  return { ...place, password: "never in the file", secret: secretName(place) };
};
const draft = {
  ...{ source: end("shop"), target: end("warehouse"), objects: { tables: ["public.orders"] } },
  ...({ type: "full+incremental", name: "shop-to-warehouse" } as const),
};
const table = { name: "public.t", bytes: 8_192, rows: 3_000, has_key: true, unlogged: false, filled: false };

describe("a task in the making", () => {
  it("reads addresses as people write them", () => {
    assert.deepEqual(placeIn("db.example.com/shop"), {
      ...{ host: "db.example.com", port: 5432, database: "shop", user: undefined },
    });
    assert.deepEqual(placeIn("postgresql://me:pw@10.0.0.1:6432/shop"), {
      ...{ host: "10.0.0.1", port: 6432, database: "shop", user: "me" },
    });
    assert.equal(placeIn("[::1]:5433/shop")?.host, "::1");
    for (const wrong of [
      "",
      "shop",
      "db.example.com",
      "db.example.com:99999/shop",
      "db:5432/a/b",
      "http://x/y z",
    ]) {
      assert.equal(placeIn(wrong), undefined, wrong);
    }
  });

  it("asks for a subnet in the cloud only", () => {
    assert.ok(!draftSteps(true).includes("subnet") && draftSteps(false).includes("subnet"));
  });

  it("proposes a name that no task has, and that the service takes", () => {
    assert.equal(proposedTaskName(draft, new Set()), "shop-to-warehouse");
    assert.equal(proposedTaskName(draft, new Set(["shop-to-warehouse"])), "shop-to-warehouse-2");
    assert.equal(proposedTaskName({ source: end("1 店 (x)") }, new Set()), "t-1-x--to-task");
  });

  it("becomes a valid task file without a password", () => {
    const text = fileText(draftFile(draft));
    assert.doesNotMatch(text, /never in the file/);
    const { file, problems } = readTaskFile(text, english.t);
    assert.deepEqual([problems, file?.source.password], [[], { secret: "drs-db.example.com-5432-shop" }]);
    assert.throws(() => draftFile({ ...draft, name: undefined }), Error);
  });

  it("takes tables that are typed", () => {
    assert.equal(typedObjects(" "), "all");
    assert.deepEqual(typedObjects("orders, app.users"), { tables: ["public.orders", "app.users"] });
    assert.equal(typedObjects("a.b.c"), undefined);
  });

  it("says what is wrong with a table, and how large it is", () => {
    assert.deepEqual(tableObjections(table, english), []);
    const bad = tableObjections({ ...table, has_key: false, unlogged: true, filled: true }, english);
    assert.match(bad.join("|"), /^Unlogged: .*\|No primary key: .*\|The target already has rows/);
    assert.equal(tableSize(table, english), "8 kB · about 3,000 rows");
    assert.equal(tableSize({ ...table, rows: 1 }, english), "8 kB · about 1 row");
  });

  it("is checked against both ends, and each finding stands at its line", () => {
    const file = draftFile({ ...draft, objects: { tables: ["public.gone", "public.t"] } });
    const findings = endFindings(file, { target: "refused" }, [{ ...table, filled: true }], english);
    assert.deepEqual(
      findings.map(({ item, result }) => [item, result]),
      [
        ["target", "FAILED"],
        ["public.gone", "FAILED"],
        ["public.t", "ALARM"],
      ],
    );
    assert.equal(
      endFindings({ ...file, type: "incremental" }, {}, [{ ...table, filled: true }], english).length,
      1,
    );
    const text = fileText(file);
    const at = (finding: string) =>
      spansOf(text, finding).map(({ offset, length }) => text.slice(offset, offset + length));
    assert.deepEqual(at("public.gone: no such table"), ['"public.gone"']);
    assert.deepEqual(at("both public.gone and public.t"), ['"public.gone"', '"public.t"']);
    assert.deepEqual(at("target refused"), ['"warehouse"']);
    assert.deepEqual(at("source_wal_level must be logical"), ['"shop"']);
    assert.match(at("something else")[0] ?? "", /^\{/);
    assert.deepEqual(spansOf("", "x"), [{ offset: 0, length: 1 }]);
  });
});
