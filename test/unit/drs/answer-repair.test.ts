import assert from "node:assert/strict";
import * as v from "valibot";
import { repaired } from "../../../src/drs/answer-repair";
import * as s from "../../../src/drs/schemas";

/** What is left of a value, and what was said of it. */
function mended(schema: v.GenericSchema, value: unknown) {
  const said: string[] = [];
  return { output: repaired(schema, value, (what) => said.push(what))?.output, said };
}

describe("the repair of an answer", () => {
  const id = "j1";

  it("takes a number for a text at its own path, so that a frozen task stays frozen", () => {
    const period_order = { order_id: 17, status: "FROZEN_CAN_RENEW" };
    const { output, said } = mended(s.jobDetail, { id, period_order });
    assert.deepEqual(output, { id, period_order: { order_id: "17", status: "FROZEN_CAN_RENEW" } });
    assert.deepEqual(said, ["period_order.order_id: expected string, received number, taken as string"]);
  });

  it("takes digits for a number, so that a source keeps its address", () => {
    const { output } = mended(s.jobDetail, { id, source_endpoint: { ip: "10.0.0.1", db_port: "5432" } });
    assert.deepEqual(output, { id, source_endpoint: { ip: "10.0.0.1", db_port: 5432 } });
  });

  it("takes numbers for the texts of a progress and of an error", () => {
    const progress = { job_id: id, progress: 41.5, incre_trans_delay: 3, error_code: 1205, error_msg: null };
    assert.deepEqual(mended(s.jobProgress, progress).output, {
      ...{ job_id: id, progress: "41.5", incre_trans_delay: "3", error_code: "1205", error_msg: null },
    });
  });

  it("leaves out a child without an id, not its siblings", () => {
    const children = [{ id: null }, { id: "c2", status: "CHILD_TRANSFER_FAILED" }, 5, { id: 7 }];
    assert.deepEqual(mended(s.jobInfo, { id, children }).output, {
      id,
      children: [{ id: "c2", status: "CHILD_TRANSFER_FAILED" }, { id: "7" }],
    });
  });

  it("leaves out only the leaf that has no meaning as its type", () => {
    const source_endpoint = { ip: {}, db_port: "many", ssl_link: "true", db_name: "shop" };
    const tags = [{ key: [], value: "x" }, null];
    assert.deepEqual(mended(s.jobDetail, { id, source_endpoint, tags, object_infos: "none" }).output, {
      id,
      source_endpoint: { ssl_link: true, db_name: "shop" },
      tags: [{ value: "x" }],
    });
  });

  it("leaves nothing of an item without an id, and never says a value, which may be a secret", () => {
    const { output, said } = mended(s.jobDetail, { source_endpoint: { db_password: ["hidden"] } });
    assert.equal(output, undefined);
    assert.ok(said.length > 0);
    assert.doesNotMatch(said.join(), /hidden/);
  });

  it("leaves nothing of an answer of another kind", () => {
    assert.deepEqual(mended(s.jobDetail, "<html>"), {
      output: undefined,
      said: ["body: expected Object, received string"],
    });
    const even = v.pipe(
      v.number(),
      v.check((value) => value % 2 === 0),
    );
    assert.deepEqual(mended(even, 3), {
      output: undefined,
      said: ["body: expected another value, received number"],
    });
  });

  it("leaves the value that it was given as it was", () => {
    const value = { id, tags: [{ key: 5 }], description: {} };
    mended(s.jobDetail, value);
    assert.deepEqual(value, { id, tags: [{ key: 5 }], description: {} });
  });

  it("goes up as far as something is needed, and no further than answers nest", () => {
    const nested = (depth: number): v.GenericSchema =>
      depth === 0 ? v.string() : v.object({ a: nested(depth - 1) });
    const value = (depth: number): unknown => (depth === 0 ? {} : { a: value(depth - 1) });
    const depths = [1, 31, 32, 33].map((depth) => {
      const tail = v.object({ first: v.string(), rest: v.optional(nested(depth)) });
      return mended(tail, { first: "x", rest: value(depth) });
    });
    assert.deepEqual(
      depths.map(({ output }) => output),
      [{ first: "x" }, { first: "x" }, undefined, undefined],
    );
    assert.match(depths[0]?.said.at(-1) ?? "", /left out/);
  });

  it("leaves a value that fits as it is, without a word", () => {
    const { output, said } = mended(s.jobInfo, { id, status: "CLONING", colour: "blue" });
    assert.deepEqual([output, said], [{ id, status: "CLONING", colour: "blue" }, []]);
  });
});

describe("the report of a value that does not fit", () => {
  it("names its place, what was expected and what came, and what was made of it", () => {
    const said = (detail: object) => mended(s.jobDetail, { id: "j1", ...detail }).said;
    assert.deepEqual(said({ description: true }), [
      "description: expected string, received boolean, taken as string",
    ]);
    const ends = (end: object) =>
      said({ source_endpoint: end }).map((line) => line.replace(/^source_endpoint\./, ""));
    assert.match(ends({ db_port: {} }).join(), /^db_port: expected number, received object/);
    assert.match(ends({ db_port: [] }).join(), /^db_port: expected number, received list/);
    assert.match(ends({ ip: [] }).join(), /^ip: expected string, received list/);
    assert.match(said({ tags: [{ key: [] }] }).join(), /^tags\[\]\.key: expected string, received list/);
    const children = [{ id: null }, { name: "no id" }];
    assert.deepEqual(mended(s.jobInfo, { id: "j1", children }).said, [
      "children[].id: expected string, received null, left out",
      'children[].id: expected "id", received nothing, left out with what holds it',
      'children[].id: expected "id", received nothing, left out with what holds it',
    ]);
  });

  it("takes only what is wholly a number or a truth for one", () => {
    const port = (db_port: unknown) =>
      (
        mended(s.jobDetail, { id: "j1", source_endpoint: { db_port } }).output as {
          source_endpoint: { db_port?: number };
        }
      ).source_endpoint.db_port;
    assert.deepEqual(["5432", " 5432 ", "54.25", "-1", "5432x", "x5432", "5 4", "", "1e3", true].map(port), [
      5432,
      5432,
      54.25,
      -1,
      ...Array.from({ length: 6 }, () => undefined),
    ]);
    const ssl = (ssl_link: unknown) =>
      (
        mended(s.jobDetail, { id: "j1", source_endpoint: { ssl_link } }).output as {
          source_endpoint: { ssl_link?: boolean };
        }
      ).source_endpoint.ssl_link;
    assert.deepEqual(["true", "FALSE", "False", "truely", "untrue", "yes", 1].map(ssl), [
      true,
      false,
      false,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
