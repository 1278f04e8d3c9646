import assert from "node:assert/strict";
import { authorization, sdkDate, signatureOf } from "../../../src/drs/signer";

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

  it("writes its date in UTC to the second", () => {
    assert.equal(sdkDate(new Date("2026-11-24T03:04:05.678Z")), "20261124T030405Z");
  });
});
