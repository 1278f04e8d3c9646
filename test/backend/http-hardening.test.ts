/** What hostile programs and web pages may send. Nothing of it is carried out, and nothing of it ends the backend. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { authorization, sdkDate } from "../../src/drs/signer";
import { longestIdleMs } from "../../src/drs/transport";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { creation } from "../support/backend-task";
import { Random } from "../support/random";

interface Raw {
  readonly method?: string;
  readonly target?: string;
  /** Lines of the head besides those of the signature. */
  readonly head?: readonly string[];
  readonly body?: string | Buffer;
  /** Instead of the backend's own. */
  readonly host?: string | undefined;
  readonly proof?: string;
  /** Sends the body in chunks, without its length. */
  readonly chunked?: boolean;
}

const list = JSON.stringify({ cur_page: 1, per_page: 10, db_use_type: "sync" });

const codeIn = (body: string) => /"error_code":"([^"]*)"/.exec(body)?.[1];

describe("hostile requests", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let host = "";
  let jobs = "";

  before(async () => {
    backend = await BackendProcess.start(dataDir);
    host = new URL(backend.ready.endpoint).host;
    jobs = `/v3/${backend.ready.project_id}/jobs`;
  });

  afterEach(async () => {
    const { total_record } = await backend.client.call("listJobs", JSON.parse(list));
    assert.equal(total_record, 0, "something was carried out");
    assert.ok(!/a call failed/.test(backend.log), backend.log);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** The lines of a head that prove who calls. */
  function proof(method: string, target: string, body: string | Buffer, date = new Date()): string {
    const url = new URL(target, backend.ready.endpoint);
    const headers = { host: url.host, "x-sdk-date": sdkDate(date) };
    const { access_key, secret_key } = backend.ready;
    const signed = authorization({ method, url, headers, body }, access_key, secret_key);
    return `X-Sdk-Date: ${headers["x-sdk-date"]}\r\nAuthorization: ${signed}`;
  }

  /** Writes the bytes of a request and reads those of the answer. */
  async function send(
    raw: Raw,
  ): Promise<{ readonly status: number; readonly head: string; readonly body: string }> {
    const { method = "POST", target = jobs, head = [], body = list, chunked = false } = raw;
    const hostLine =
      "host" in raw ? (raw.host === undefined ? [] : [`Host: ${raw.host}`]) : [`Host: ${host}`];
    const bytes = Buffer.from(body);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      ...hostLine,
      raw.proof ?? proof(method, target, bytes),
      chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`,
      "Connection: close",
      ...head,
    ];
    const socket = connect(Number(host.split(":")[1]), "127.0.0.1");
    // The backend may close before it has read everything.
    socket.on("error", () => undefined);
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    if (chunked) {
      socket.write(`${bytes.length.toString(16)}\r\n`);
    }
    socket.write(bytes);
    socket.write(chunked ? "\r\n0\r\n\r\n" : "");
    await closed;
    const [top = "", ...rest] = answer.split("\r\n\r\n");
    return {
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(top)?.[1]),
      head: top.toLowerCase(),
      body: rest.join("\r\n\r\n"),
    };
  }

  it("find connections that are kept longer than clients keep those that they do not use", async () => {
    const answer = await fetch(new URL("/_local/health", backend.ready.endpoint));
    await answer.arrayBuffer();
    const [, seconds] = /timeout=(\d+)/.exec(answer.headers.get("keep-alive") ?? "") ?? [];
    assert.ok(Number(seconds) * 1_000 > 2 * longestIdleMs, String(seconds));
  });

  it("are accepted when nothing is wrong with them", async () => {
    assert.equal((await send({})).status, 200);
    assert.equal((await send({ chunked: true })).status, 200);
  });

  it("do not reach anything by a name that another page's server could have", async () => {
    const port = host.split(":")[1];
    for (const foreign of [
      "evil.example",
      `evil.example:${port}`,
      `localhost.evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `127.0.0.1`,
      `127.0.0.1:${Number(port) + 1}`,
      `[::1]:${port}`,
      `0.0.0.0:${port}`,
      `127.1:${port}`,
      `user@127.0.0.1:${port}`,
      "",
    ]) {
      for (const target of [jobs, "/_local/account", "/_local/health"]) {
        const method = target === jobs ? "POST" : "GET";
        const { status, body } = await send({
          method,
          target,
          host: foreign,
          body: method === "GET" ? "" : list,
        });
        assert.ok(status === 403 || status === 400, `${foreign}: ${status} ${body}`);
      }
    }
    assert.equal((await send({ host: undefined })).status, 400);
  });

  it("get nothing from a web page: neither a preflight nor a simple request nor one without an origin of its own", async () => {
    for (const origin of ["https://evil.example", "null", `http://${host}`, "vscode-webview://page"]) {
      const preflight = await send({
        ...{ method: "OPTIONS", body: "", proof: "Accept: */*" },
        head: [
          `Origin: ${origin}`,
          "Access-Control-Request-Method: POST",
          "Access-Control-Request-Private-Network: true",
        ],
      });
      const simple = await send({ head: [`Origin: ${origin}`, "Content-Type: text/plain"] });
      const health = await send({
        ...{ method: "GET", target: "/_local/health", body: "", proof: "Accept: */*" },
        head: [`Origin: ${origin}`],
      });
      for (const { status, head } of [preflight, simple, health]) {
        assert.equal(status, 403, origin);
        assert.doesNotMatch(head, /access-control-allow/);
      }
    }
    const embedded = [
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: no-cors",
      "Referer: https://evil.example/",
    ];
    const image = await send({
      ...{ method: "GET", target: "/_local/account", body: "", proof: "Accept: */*" },
      head: embedded,
    });
    assert.equal(image.status, 401);
  });

  it("cannot use what they have overheard for anything else", async () => {
    const overheard = proof("POST", jobs, list);
    assert.equal((await send({ proof: overheard })).status, 200);
    for (const other of [
      { target: `${jobs}/batch-creation` },
      { target: `${jobs}?x=1` },
      { method: "PUT" },
      { body: list.replace("10", "99") },
      { body: JSON.stringify({ jobs: [creation(nobody("replayed"))] }), target: `${jobs}/batch-creation` },
    ]) {
      assert.equal((await send({ ...other, proof: overheard })).status, 401, JSON.stringify(other));
    }
    const later = overheard.replace(
      /X-Sdk-Date: \S+/,
      `X-Sdk-Date: ${sdkDate(new Date(Date.now() + 60_000))}`,
    );
    assert.equal((await send({ proof: later })).status, 401);
    const old = proof("POST", jobs, list, new Date(Date.now() - 15.5 * 60_000));
    assert.equal((await send({ proof: old })).status, 401);
  });

  it("cannot prove who they are by other means", async () => {
    const [date = "", signed = ""] = proof("POST", jobs, list).split("\r\n");
    const { access_key } = backend.ready;
    for (const lie of [
      `${date}\r\nAuthorization: ${signed.slice("Authorization: ".length).toUpperCase()}`,
      `${date}\r\n${signed.replace(/Signature=.*/, "Signature=")}`,
      `${date}\r\n${signed.replace(/SignedHeaders=[^,]*/, "SignedHeaders=")}`,
      `${date}\r\n${signed.replace(access_key, "ANOTHER")}`,
      `${date}\r\n${signed.replace("SDK-HMAC-SHA256", "none")}`,
      `${date}\r\n${date}\r\n${signed}`,
      `X-Sdk-Date: 99999999T999999Z\r\n${signed}`,
      `X-Auth-Token: ${access_key}`,
      `${date}\r\nAuthorization: Bearer ${access_key}`,
      `${date}\r\nAuthorization: Basic ${Buffer.from(`${access_key}:`).toString("base64")}`,
    ]) {
      const { status, body } = await send({ proof: lie });
      assert.equal(status, 401, lie);
      assert.match(body, /APIGW\.0301/);
      assert.ok(!body.includes(backend.ready.secret_key));
    }
  });

  it("are refused, and leave no line in the log, whatever their Authorization header says", async () => {
    const random = new Random();
    const [date = "", signed = ""] = proof("POST", jobs, list).split("\r\n");
    const empty = `SDK-HMAC-SHA256 Access=x, SignedHeaders=host;x-sdk-date;, Signature=${"0".repeat(64)}`;
    const listed = (names: string) => empty.replace("host;x-sdk-date;", names);
    const cases = [
      ...[
        empty,
        listed(";x-sdk-date"),
        listed("x-sdk-date;ho st"),
        listed("x-sdk-date;h:"),
        listed("x-sdk-date;\u00e9"),
      ],
      ...[
        listed("x-sdk-date;__proto__;constructor"),
        listed(`x-sdk-date;${"a;".repeat(3_000)}`),
        "",
        " ",
        "Basic YTpi",
      ],
    ];
    for (let count = 0; count < 300; count++) {
      const value = signed.slice("Authorization: ".length);
      const at = random.below(value.length);
      const character = String.fromCharCode(0x20 + random.below(0x5f));
      cases.push(
        random.pick([
          value.slice(0, at),
          value.slice(at + 1),
          value.slice(0, at) + character + value.slice(at),
        ]),
      );
    }
    for (const value of cases) {
      const { status, body } = await send({ proof: `${date}\r\nAuthorization: ${value}` });
      assert.deepEqual([status, codeIn(body)], [401, "APIGW.0301"], `seed ${random.seed}: ${value}: ${body}`);
    }
    for (const token of ["", "x", ".", "a.b.c", "__proto__", "\u00ff", "x".repeat(9_000)]) {
      const { status, body } = await send({ proof: `X-Auth-Token: ${token}` });
      assert.deepEqual([status, codeIn(body)], [401, "APIGW.0301"], `${token}: ${body}`);
    }
    assert.ok(!/Error| {4}at /.test(backend.log), backend.log);
  });

  it("are refused when they are too large, however they come", async () => {
    const large = `"${"x".repeat(1_100_000)}"`;
    assert.equal((await send({ body: large })).status, 413);
    assert.equal((await send({ body: large, chunked: true })).status, 413);
    assert.equal((await send({ head: [`X-Large: ${"x".repeat(40_000)}`] })).status, 431);
    // A head without an end of its own.
    assert.equal((await send({ head: ["Content-Length: 3"] })).status, 400);
  });

  it("are refused when they are malformed, and the field is named where there is one", async () => {
    const created = (name: string) => JSON.stringify({ jobs: [creation(nobody(name))] });
    for (const body of [
      "",
      "null",
      "[]",
      '"jobs"',
      "{",
      '{"jobs": {}}',
      '{"jobs": null}',
      '{"jobs": [null]}',
      '{"jobs": [{"__proto__": {"name": "polluted"}, "constructor": 1}]}',
      `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
      `{"jobs": ${"[".repeat(200_000)}${"]".repeat(200_000)}, "x": "\\u0000"}`,
      Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
      created("nul-in-it").replace('"db_user":"', '"db_user":"\\u0000'),
      created("half-a-pair").replace('"db_user":"', '"db_user":"\\ud800'),
      created("quote'in-it"),
      created('double"in-it'),
      created("semi;colon"),
      created("x".repeat(51)),
      created("line\nbreak"),
    ]) {
      const answer = await send({ target: `${jobs}/batch-creation`, body });
      assert.equal(answer.status, 400, `${String(body).slice(0, 80)}: ${answer.body}`);
      assert.match(answer.body, /DRS\.M00007/);
    }
  });

  it("find no other way in by their path", async () => {
    for (const target of [
      "/_local/health/../account",
      "/_local/%61ccount/",
      "//_local/account",
      "/_local/account%00",
      "/_local/..%2faccount",
      `${jobs}/../../../_local/account`,
      `/v3/${"..%2f".repeat(3)}/jobs`,
      "/%",
      "/_local/health%20",
      "http://evil.example/_local/account",
    ]) {
      const { status } = await send({ method: "GET", target, body: "", proof: "Accept: */*" });
      assert.ok([400, 401, 403, 404].includes(status), `${target}: ${status}`);
    }
  });

  function nobody(name: string) {
    const end = { host: "127.0.0.1", port: 1, user: "u", password: "p", database: "d" };
    return { name, source: end, target: end };
  }
});
