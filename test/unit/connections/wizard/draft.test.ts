import assert from "node:assert/strict";
import {
  answered,
  connectionOf,
  type Draft,
  draftOf,
  objection,
  proposedName,
  type Step,
  secretOf,
  stepsOf,
  suspect,
} from "../../../../src/connections/wizard/draft";
import { inEnglish } from "../../../support/texts";

const steps = (draft: Omit<Draft, "id">, projectGiven = false) =>
  stepsOf({ id: "1", ...draft }, "all", projectGiven).join(" ");

/** A draft that was answered as a user would. */
const draft = (...answers: readonly (readonly [Step, string])[]): Draft =>
  answers.reduce<Draft>((known, [step, text]) => answered(known, step, text), { id: "1" });

const cloud = draft(
  ["site", "huawei"],
  ["signIn", "permanentKey"],
  ["accessKey", " AK "],
  ["secretKey", "SK"],
  ["region", "cn-north-4"],
  ["projectId", "p1"],
  ["name", "production"],
);

describe("the questions about a connection", () => {
  it("are as few as the answers allow", () => {
    assert.equal(steps({}), "site signIn region projectId name");
    assert.equal(
      steps({ site: "huawei", signIn: "permanentKey" }),
      "site signIn accessKey secretKey region projectId name",
    );
    assert.equal(
      steps({ site: "openTelekom", signIn: "user" }),
      "site signIn domain user password region projectId name",
    );
    assert.equal(
      steps({ site: "huaweiEurope", signIn: "temporaryKey" }),
      "site signIn accessKey secretKey securityToken projectId name",
      "a site of one region asks for none",
    );
    assert.equal(steps({ site: "huawei", signIn: "environment" }, true), "site signIn region name");
    assert.equal(steps({ site: "huawei", signIn: "environment" }), "site signIn region projectId name");
    assert.equal(
      steps({ site: "private", iamEndpoint: "", signIn: "permanentKey" }),
      "site endpoint iamEndpoint signIn accessKey secretKey projectId name",
    );
  });

  it("of a secret that is gone are only those", () => {
    assert.deepEqual(stepsOf({ id: "1", site: "huawei", signIn: "user" }, "secret", false), [
      "domain",
      "user",
      "password",
    ]);
  });

  it("never move what was answered before", () => {
    for (const site of ["huawei", "huaweiEurope", "openTelekom", "private"] as const) {
      for (const signIn of ["permanentKey", "temporaryKey", "user", "environment"] as const) {
        const all = stepsOf({ id: "1", site, signIn }, "all", false);
        const before = stepsOf({ id: "1", site }, "all", false);
        const common = all.indexOf("signIn") + 1;
        assert.deepEqual(all.slice(0, common), before.slice(0, common));
        assert.equal(new Set(all).size, all.length);
      }
    }
  });
});

describe("a draft", () => {
  it("becomes a connection, and its secret apart from it", () => {
    const connection = connectionOf(cloud);
    assert.deepEqual(connection, {
      id: "1",
      kind: "cloud",
      name: "production",
      site: "huawei",
      region: "cn-north-4",
      endpoint: "https://drs.cn-north-4.myhuaweicloud.com",
      iamEndpoint: "https://iam.cn-north-4.myhuaweicloud.com",
      projectId: "p1",
      signIn: { kind: "permanentKey" },
    });
    assert.deepEqual(secretOf(cloud), { accessKey: "AK", secretKey: "SK" });
    assert.doesNotMatch(JSON.stringify(connection), /AK|SK/);
  });

  it("of every site has the addresses of that site", () => {
    const place = (...answers: readonly (readonly [Step, string])[]) => {
      const { endpoint, iamEndpoint, region } = connectionOf(draft(...answers));
      return [endpoint, iamEndpoint, region];
    };
    assert.deepEqual(place(["site", "huaweiEurope"]), [
      "https://drs.eu-west-101.myhuaweicloud.eu",
      "https://iam.eu-west-101.myhuaweicloud.eu",
      "eu-west-101",
    ]);
    assert.deepEqual(place(["site", "openTelekom"], ["region", "eu-nl"]), [
      "https://drs.eu-nl.otc.t-systems.com",
      "https://iam.eu-nl.otc.t-systems.com",
      "eu-nl",
    ]);
    assert.deepEqual(
      place(["site", "private"], ["endpoint", "https://DRS.example.com:8443/"], ["iamEndpoint", ""]),
      ["https://drs.example.com:8443", undefined, "drs.example.com:8443"],
    );
  });

  it("of a connection gives that connection again", () => {
    const secret = { password: " pass word " };
    const connection = connectionOf(
      draft(
        ["site", "private"],
        ["endpoint", "http://127.0.0.1:8080"],
        ["iamEndpoint", "http://localhost:8081"],
        ["signIn", "user"],
        ["domain", "acme"],
        ["user", "ops"],
        ["region", "local"],
        ["projectId", "p"],
        ["name", "here"],
      ),
    );
    const again = draftOf(connection, secret);
    assert.deepEqual(connectionOf(again), connection);
    assert.deepEqual(secretOf(again), secret);
    assert.deepEqual(secretOf(answered(again, "password", "")), secret, "nothing typed keeps what is known");
  });

  it("forgets the secret of another key or user, and the project of another region", () => {
    assert.equal(secretOf(answered(cloud, "accessKey", "OTHER")), undefined);
    assert.notEqual(secretOf(answered(cloud, "accessKey", "AK")), undefined);
    const moved = answered(cloud, "region", "cn-east-3");
    assert.deepEqual([moved.projectId, moved.name], [undefined, undefined]);
    assert.equal(connectionOf(moved).endpoint, "https://drs.cn-east-3.myhuaweicloud.com");
  });

  it("forgets the secret that was given for another address", () => {
    const known = {
      ...cloud,
      signIn: "user",
      domain: "d",
      user: "alice",
      password: "p",
      site: "private",
    } as const;
    const at = { ...known, endpoint: "https://drs.one.example", iamEndpoint: "https://iam.one.example" };
    assert.equal(answered(at, "endpoint", "https://drs.one.example/").password, "p", "the same address");
    for (const [step, text] of [
      ["site", "huawei"],
      ["endpoint", "https://drs.two.example"],
      ["iamEndpoint", "https://iam.two.example"],
      ["iamEndpoint", ""],
    ] as const) {
      const { password, secretKey, securityToken } = answered(
        { ...at, secretKey: "s", securityToken: "t" },
        step,
        text,
      );
      assert.deepEqual(
        [password, secretKey, securityToken],
        [undefined, undefined, undefined],
        `${step} ${text}`,
      );
    }
  });

  it("proposes a name that is free", () => {
    assert.equal(proposedName(cloud, []), "cn-north-4");
    assert.equal(proposedName(cloud, ["cn-north-4", "cn-north-4 (2)"]), "cn-north-4 (3)");
  });

  it("is taken up again where it is probably wrong", () => {
    assert.equal(suspect(cloud, { kind: "authentication" }), "accessKey");
    assert.equal(suspect({ ...cloud, signIn: "user" }, { kind: "authentication" }), "domain");
    assert.equal(suspect({ ...cloud, signIn: "environment" }, { kind: "authentication" }), "signIn");
    assert.equal(suspect(cloud, { kind: "permission" }), "projectId");
    assert.equal(suspect(cloud, { kind: "network" }), "region");
    assert.equal(suspect({ ...cloud, site: "private" }, { kind: "network" }), "endpoint");
  });
});

describe("an answer", () => {
  const wrong = (step: Step, text: string, known: Omit<Draft, "id"> = {}) =>
    objection(step, text, { id: "1", ...known }, ["taken"], inEnglish);

  it("that cannot be right is refused", () => {
    assert.match(wrong("accessKey", " ") ?? "", /required/);
    assert.match(wrong("secretKey", "two words") ?? "", /without spaces/);
    assert.match(wrong("projectId", "密钥") ?? "", /only letters/);
    assert.match(wrong("name", " taken ") ?? "", /already/);
    assert.equal(wrong("name", "free"), undefined);
    assert.equal(wrong("password", "with blanks in it"), undefined);
  });

  it("to the question for a secret may be left out when one is known", () => {
    assert.match(wrong("secretKey", "") ?? "", /required/);
    assert.equal(wrong("secretKey", "", { secretKey: "SK" }), undefined);
    assert.match(wrong("accessKey", "", { accessKey: "AK" }) ?? "", /required/);
  });

  it("is an address only when it is https, or http of this machine, without anything behind it", () => {
    for (const good of [
      "https://drs.example.com",
      "https://10.0.0.1:8443/",
      "http://127.0.0.1:9",
      "http://localhost",
      "http://[::1]:8080",
      "https://[2001:db8::1]:8443",
    ]) {
      assert.equal(wrong("endpoint", good), undefined, good);
    }
    for (const bad of [
      "drs.example.com",
      "http://drs.example.com",
      "http://127.0.0.1.example.com",
      "http://[2001:db8::1]",
      "https://2001:db8::1",
      "https://user@drs.example.com",
      "https://drs.example.com/v3",
      "https://drs.example.com?x=1",
      "file:///etc/passwd",
    ]) {
      assert.match(wrong("endpoint", bad) ?? "", /https address/, bad);
    }
    assert.equal(wrong("iamEndpoint", ""), undefined);
    assert.match(wrong("iamEndpoint", "", { signIn: "user" }) ?? "", /required/);
  });
});
