import assert from "node:assert/strict";
import { AKSKSigner } from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials";
import fc from "fast-check";
import { signatureOf } from "../../../src/drs/signer";

const accessKey = "AccessKey";
const date = "20060102T150405Z";
const host = "drs.example.com";

/** Letters of several alphabets, everything that a query encodes, and what it does not. */
const letters = fc.constantFrom(...Array.from("aZ09-_.~ !'()*&=+%/?#é中文𝄞"));
const text = fc.string({ unit: letters, maxLength: 12 });
const segment = fc
  .string({ unit: fc.constantFrom(...Array.from("aZ09-_.~中é")), minLength: 1, maxLength: 8 })
  // URLs have no such segments.
  .filter((name) => !/^\.{1,2}$/.test(name));

const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
  path: fc.array(segment, { maxLength: 4 }),
  query: fc.dictionary(
    fc.string({ unit: letters, minLength: 1, maxLength: 6 }),
    fc.array(text, { minLength: 1, maxLength: 3 }),
  ),
  data: fc.option(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())), { nil: undefined }),
  secretKey: fc.string({ minLength: 1, maxLength: 40 }),
});

describe("the signer, beside the official SDK", () => {
  it("signs every request as that does: unicode, empty values, repeated keys, bodies on DELETE", () => {
    fc.assert(
      fc.property(requests, ({ method, path, query, data, secretKey }) => {
        const url = new URL(`https://${host}/${path.join("/")}`);
        for (const [key, values] of Object.entries(query)) {
          for (const value of values) {
            url.searchParams.append(key, value);
          }
        }
        const headers = { host, "x-sdk-date": date };
        const body = data === undefined ? "" : JSON.stringify(data);
        const ours = signatureOf({ method, url, headers, body }, Object.keys(headers), secretKey);
        const theirs = AKSKSigner.sign(
          {
            ...{ method, endpoint: `https://${host}/${path.join("/")}`, queryParams: structuredClone(query) },
            ...{ data, headers: { "X-Sdk-Date": date } },
          },
          new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId("p"),
        );
        assert.equal(ours, /Signature=(\w+)/.exec(JSON.stringify(theirs))?.[1]);
      }),
      { numRuns: process.env.DRS_SOAK === "1" ? 20_000 : 500 },
    );
  });
});
