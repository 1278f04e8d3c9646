import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isDrsError } from "../../../src/drs/errors";
import { keySignIn, type SignIn, tokenSignIn } from "../../../src/drs/sign-in";

describe("a sign-in with user and password", () => {
  let server: Server;
  let signIn: SignIn;
  let asked: number;
  let refused: boolean;
  /** What the last sign-in sent. */
  let sent: unknown;
  /** What answers a sign-in; by default a token and when it ends. */
  let answer: ((response: ServerResponse) => void) | undefined;
  /** Milliseconds from now until a token ends. */
  let lifeMs: number;

  beforeEach(async () => {
    [asked, refused, lifeMs] = [0, false, 24 * 3_600_000];
    answer = undefined;
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      sent = [request.method, request.url, JSON.parse(Buffer.concat(chunks).toString())];
      asked++;
      if (answer !== undefined) {
        answer(response);
        return;
      }
      if (refused) {
        response.writeHead(401).end(JSON.stringify({ error: { code: "IAM.0001", message: "wrong" } }));
        return;
      }
      const expires_at = new Date(Date.now() + lifeMs).toISOString();
      response
        .writeHead(201, { "x-subject-token": `token-${asked}` })
        .end(JSON.stringify({ token: { expires_at } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const user = { domain: "d", user: "u", password: "p", project: { name: "r" } };
    signIn = tokenSignIn({ iamEndpoint: `http://127.0.0.1:${port}`, ...user });
  });
  afterEach(() => {
    signIn.dispose();
    server.closeAllConnections();
    server.close();
  });

  it("with an access key does nothing else when it is refused", async () => {
    const key = keySignIn({ accessKey: "AK", secretKey: "SK", securityToken: "st" }, "p1");
    const proof = await key.headers(outgoing, undefined);
    assert.deepEqual([proof["x-project-id"], proof["x-security-token"]], ["p1", "st"]);
    assert.equal(key.onRejected(proof), false);
    const bare = await keySignIn({ accessKey: "AK", secretKey: "SK" }).headers(outgoing, undefined);
    assert.deepEqual(Object.keys(bare).sort(), ["authorization", "host", "x-sdk-date"]);
    key.dispose();
  });

  const outgoing = { method: "GET", url: new URL("http://127.0.0.1/"), headers: {}, body: "" } as const;
  const headers = () => signIn.headers(outgoing, undefined);
  const many = (count: number) => Promise.all(Array.from({ length: count }, headers));

  it("is one for all that call at once, and one after a refusal of its token", async () => {
    const [first = {}] = await many(5);
    assert.equal(asked, 1);
    assert.equal(signIn.onRejected(first), false, "a new token that is refused tells of the user");
    await many(5);
    assert.equal(asked, 2);
  });

  it("is one wrong one for all that call at once", async () => {
    refused = true;
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, headers));
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    assert.equal(asked, 1);
    await assert.rejects(headers(), (error) => isDrsError(error) && error.failure.kind === "authentication");
    assert.equal(asked, 2);
  });

  for (const [what, life] of [
    ["has ended by this machine's clock", -3_600_000],
    ["ends within half an hour", 10 * 60_000],
  ] as const) {
    it(`is used while it is new, also where its token ${what}`, async () => {
      lifeMs = life;
      for (let call = 0; call < 10; call++) {
        assert.deepEqual(await headers(), { "x-auth-token": "token-1" });
      }
      assert.equal(asked, 1);
    });
  }

  it("is renewed half an hour before its token ends, or after a day where nobody says when, and not before", async () => {
    const now = Date.now;
    let passed = 0;
    Date.now = () => now() + passed;
    try {
      const tokensAfter = async (...times: number[]) => {
        const tokens: (string | undefined)[] = [];
        for (const time of times) {
          passed = time;
          tokens.push((await headers())["x-auth-token"]);
        }
        return tokens;
      };
      const [minute, hour] = [60_000, 3_600_000];
      const renewed = await tokensAfter(0, 23.4 * hour, 23.6 * hour);
      assert.deepEqual(renewed, ["token-1", "token-1", "token-2"]);
      lifeMs = 10 * minute;
      const short = await tokensAfter(60 * hour, 60 * hour + minute / 2, 60 * hour + 2 * minute);
      assert.deepEqual(short, ["token-3", "token-3", "token-4"]);
      const old = await headers();
      passed += 2 * minute;
      assert.equal(signIn.onRejected(old), true, "an old token may have been withdrawn");
      answer = (response) => response.writeHead(201, { "x-subject-token": `t${asked}` }).end("{}");
      const silent = await tokensAfter(100 * hour, 122 * hour, 124 * hour);
      assert.deepEqual(silent, ["t5", "t5", "t6"]);
      passed = 99 * hour;
      assert.equal((await headers())["x-auth-token"], "t6", "the clock was set back");
    } finally {
      Date.now = now;
    }
  });

  it("asks IAM for a token of the user's project by user and password", async () => {
    await headers();
    const user = { name: "u", password: "p", domain: { name: "d" } };
    assert.deepEqual(sent, [
      "POST",
      "/v3/auth/tokens",
      {
        auth: {
          identity: { methods: ["password"], password: { user } },
          scope: { project: { name: "r" } },
        },
      },
    ]);
  });

  it("is one with a token that ends at a time that nobody says, and none without a token", async () => {
    answer = (response) => response.writeHead(201, { "x-subject-token": "endless" }).end("{}");
    assert.deepEqual(await headers(), { "x-auth-token": "endless" });
    assert.deepEqual(await headers(), { "x-auth-token": "endless" });
    assert.equal(asked, 1);
    signIn.onRejected(await headers());
    for (const [head, body] of [
      [{}, "{}"],
      [{ "x-subject-token": "t" }, '{"token":5}'],
    ] as const) {
      answer = (response) => response.writeHead(201, head).end(body);
      await assert.rejects(headers(), (error) => {
        assert.ok(isDrsError(error));
        const { kind, fault, operation } = error.failure;
        assert.deepEqual(
          [kind, fault, operation],
          ["protocol", { id: "schemaMismatch", subject: "X-Subject-Token" }, "createToken"],
        );
        return true;
      });
    }
  });

  it("keeps a new token when an older one is refused late", async () => {
    const old = await headers();
    signIn.onRejected(old);
    const renewed = await headers();
    assert.equal(signIn.onRejected(old), true, "the call can be sent again with the new token");
    assert.deepEqual(await headers(), renewed);
    assert.equal(asked, 2);
  });
});
