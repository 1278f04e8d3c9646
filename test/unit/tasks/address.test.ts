import assert from "node:assert/strict";
import { addressText, endsOf } from "../../../src/tasks/address";
import { task } from "../details/facts";

describe("the address of a database", () => {
  it("is host and port, an IPv6 host in brackets, and the servers of a cluster as the service lists them", () => {
    const at = (host: string, port: number | undefined = 5432) => addressText({ host, port });
    assert.equal(at("db.example"), "db.example:5432");
    assert.equal(addressText({ host: "db.example" }), "db.example");
    assert.equal(at("::1"), "[::1]:5432");
    assert.equal(at("2001:db8:0:0:0:0:2:1"), "[2001:db8:0:0:0:0:2:1]:5432");
    assert.equal(at("[::1]"), "[::1]:5432");
    assert.equal(at("10.0.0.3:9092,10.0.0.4:9092", 9092), "10.0.0.3:9092,10.0.0.4:9092");
    assert.equal(at("10.0.0.3:9092", 9092), "10.0.0.3:9092");
    assert.equal(at("10.0.0.3,10.0.0.4", 9092), "10.0.0.3,10.0.0.4:9092");
  });

  it("names the database before it where both ends are known", () => {
    const source = { host: "a", port: 1, database: "shop" };
    assert.deepEqual(endsOf(task({ source, target: { host: "b", port: 2 } })), {
      ...{ source: "shop @ a:1", target: "b:2" },
    });
    assert.equal(endsOf(task({ source, target: undefined })), undefined);
  });
});
