import assert from "node:assert/strict";
import type { CloudConnection, LocalConnection } from "../../../src/connections/connection";
import { consoleAddress } from "../../../src/drs/regions";
import { connectionsOf, linkQuery, parseLink } from "../../../src/links/link";

const id = "24834eb6-be30-464e-a299-f7aa730jb101";
const cloud: CloudConnection = {
  ...{ kind: "cloud", id: "c1", name: "shop", site: "huawei", region: "cn-north-4" },
  ...{ endpoint: "https://drs.cn-north-4.myhuaweicloud.com", projectId: "0123456789abcdef" },
  signIn: { kind: "permanentKey" },
};
const local: LocalConnection = {
  ...{ kind: "local", id: "local", name: "local", endpoint: "http://127.0.0.1:4711", projectId: "local" },
};
const named: CloudConnection = { ...cloud, id: "c2", projectId: "", signIn: { kind: "environment" } };
const environment = { HUAWEICLOUD_SDK_PROJECT_ID: "fedcba9876543210" };

describe("a link to a task", () => {
  it("names task and connection so that it works on another machine", () => {
    const query = linkQuery(id, cloud, {});
    assert.equal(
      query,
      `id=${id}&endpoint=https%3A%2F%2Fdrs.cn-north-4.myhuaweicloud.com&project=0123456789abcdef`,
    );
    const link = parseLink("/task", query);
    assert.ok(link);
    assert.equal(link.id, id);
    const theirs = { ...cloud, id: "other", name: "theirs" };
    const twin = { ...theirs, id: "twin" };
    assert.deepEqual(connectionsOf(link, [local, { ...theirs, projectId: "another" }, theirs, twin], {}), [
      theirs,
      twin,
    ]);
    assert.deepEqual(connectionsOf(link, [local], {}), []);
  });

  it("to the local backend leads to the local backend of the user who opens it", () => {
    const link = parseLink("/task", linkQuery(id, local, {}));
    assert.ok(link);
    assert.equal(
      connectionsOf(link, [cloud, { ...local, endpoint: "http://127.0.0.1:1" }], {})[0]?.kind,
      "local",
    );
  });

  it("knows the project that only the environment names", () => {
    const link = parseLink("/task", linkQuery(id, named, environment));
    assert.equal(link?.place?.projectId, "fedcba9876543210");
    assert.deepEqual(connectionsOf(link, [cloud, named], environment), [named]);
    assert.deepEqual(connectionsOf(link, [cloud, named], {}), []);
  });

  it("may ask for what can be taken back, and for nothing else", () => {
    const asked = (action: string) => parseLink("/task", `id=${id}&local=true&action=${action}`);
    assert.deepEqual(
      ["start", "pause", "resume"].map((action) => asked(action)?.action),
      ["start", "pause", "resume"],
    );
    for (const action of ["end", "delete", "reset", "", "constructor"]) {
      assert.equal(asked(action), undefined, action);
    }
  });

  const hostile = [
    "",
    `id=${id}`,
    `id=${id}&local=false`,
    `id=${id}&local=true&local=true`,
    `id=${id}&local=true&endpoint=https://a.example&project=1`,
    `id=${id}&endpoint=https://a.example`,
    `id=${id}&endpoint=https://a.example/path&project=1`,
    `id=${id}&endpoint=javascript:alert(1)&project=1`,
    `id=${id}&endpoint=https://a.example&project=../x`,
    "id=../../etc/passwd&local=true",
    "id=%5Bx%5D(command:y)&local=true",
    `id=${"x".repeat(65)}&local=true`,
    `id=${id}&local=true&unknown=1`,
  ];
  for (const query of hostile) {
    it(`is not ?${query.slice(0, 70)}`, () => assert.equal(parseLink("/task", query), undefined));
  }
  it("is of no other path", () => assert.equal(parseLink("/tasks", `id=${id}&local=true`), undefined));
});

describe("the web console", () => {
  it("is that of the region's site; none is made up for a private endpoint", () => {
    assert.equal(
      consoleAddress("huawei", "cn-north-4"),
      "https://console.huaweicloud.com/drs/?region=cn-north-4#/drs/synchronization/list",
    );
    assert.match(
      consoleAddress("huawei", "ap-southeast-3") ?? "",
      /^https:\/\/console-intl\.huaweicloud\.com\//,
    );
    assert.match(
      consoleAddress("huaweiEurope", "eu-west-101") ?? "",
      /^https:\/\/console\.eu\.huaweicloud\.com\//,
    );
    assert.match(consoleAddress("openTelekom", "eu-de") ?? "", /^https:\/\/console\.otc\.t-systems\.com\//);
    assert.equal(consoleAddress("private", "local"), undefined);
  });
});
