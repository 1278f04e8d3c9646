import assert from "node:assert/strict";
import { authorization, sdkDate, sha256, signatureOf, signedHeaders } from "../../../src/drs/signer";

const headers = { "x-sdk-date": "20060102T150405Z" };

describe("the signer", () => {
  it("signs a GET with a query as the official SDK does", () => {
    const url = new URL("https://example.com/path?limit=1");
    assert.equal(
      authorization({ method: "GET", url, headers, body: "" }, "AccessKey", "SecretKey"),
      "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, " +
        "Signature=5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
    );
  });

  it("signs a POST with a body as the official SDK does", () => {
    const url = new URL("https://example.com/path?key=value");
    const body = '{"Name":"test","Id":1}\n';
    assert.equal(
      signatureOf({ method: "POST", url, headers, body }, ["x-sdk-date"], "SecretKey"),
      "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
    );
  });

  it("does not depend on the order of the query, nor on how the path is encoded", () => {
    const sign = (address: string) =>
      signatureOf({ method: "GET", url: new URL(address), headers, body: "" }, ["x-sdk-date"], "SecretKey");
    assert.equal(sign("https://h/a?b=2&a=1&a=0"), sign("https://h/a/?a=0&a=1&b=2"));
    assert.equal(sign("https://h/%7Ea/%E4%B8%AD"), sign("https://h/~a/中"));
    assert.notEqual(sign("https://h/a"), sign("https://h/b"));
  });

  it("proves a request with host, time and whatever more is to be signed", () => {
    const url = new URL("https://h.example:8443/a");
    const request = { method: "post", url, body: "{}" };
    const key = { accessKey: "AK", secretKey: "SK" };
    const sent = signedHeaders(request, { ...key, securityToken: "token" }, { "x-project-id": " p " });
    const { authorization: proof = "", "x-sdk-date": date = "", ...others } = sent;
    assert.deepEqual(others, {
      ...{ host: "h.example:8443", "x-project-id": " p ", "x-security-token": "token" },
    });
    assert.match(date, /^\d{8}T\d{6}Z$/);
    const names = ["host", "x-project-id", "x-sdk-date", "x-security-token"];
    const signature = signatureOf(
      { method: "POST", url, body: "{}", headers: { ...others, "x-project-id": "p", "x-sdk-date": date } },
      names,
      "SK",
    );
    assert.equal(
      proof,
      `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    );
    assert.deepEqual(Object.keys(signedHeaders(request, key)).sort(), [
      "authorization",
      "host",
      "x-sdk-date",
    ]);
  });

  it("signs in place of the body what a header says stands for it", () => {
    const request = { method: "POST", url: new URL("https://h/a"), headers };
    const sign = (body: string, payload?: string) =>
      signatureOf({ ...request, body, payload }, ["x-sdk-date"], "SK");
    assert.equal(sign("a", "UNSIGNED-PAYLOAD"), sign("b", "UNSIGNED-PAYLOAD"));
    assert.equal(sign("a", sha256("a")), sign("a"));
    assert.notEqual(sign("a"), sign("b"));
  });

  it("encodes whatever is not unreserved, and sorts a query by names and then values as they are", () => {
    const sign = (address: string) =>
      signatureOf({ method: "GET", url: new URL(address), headers, body: "" }, ["x-sdk-date"], "SK");
    assert.equal(sign("https://h/a!'()*b"), sign("https://h/a%21%27%28%29%2Ab"));
    assert.notEqual(sign("https://h/a!"), sign("https://h/a"));
    assert.equal(sign("https://h/?b=1&a=2&a=10"), sign("https://h/?a=10&a=2&b=1"));
    assert.notEqual(sign("https://h/?a=1&b=2"), sign("https://h/?a=2&b=1"));
  });

  it("writes its date in UTC to the second", () => {
    assert.equal(sdkDate(new Date("2026-11-24T03:04:05.678Z")), "20261124T030405Z");
  });
});
