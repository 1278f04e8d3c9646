/** Answers that no service should give: other shapes, sizes, encodings and times. The same seed gives the same ones. */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { breakOne, knownOperations, validAnswer } from "./answers";
import type { Random } from "./random";

const mb = 1024 * 1024;

/** A body that is sent many times is made once. */
const made = new Map<string, Buffer>();
function once(name: string, make: () => Buffer | string): Buffer {
  const known = made.get(name) ?? Buffer.from(make());
  made.set(name, known);
  return known;
}

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
const list = (item: string, count: number) =>
  `{"total_record":1,"total_count":1,"jobs":[${`${item},`.repeat(count)}${item}],"results":[]}`;

/** Bodies of every size up to what a few kilobytes on the wire can become. */
const large: readonly (readonly [string, () => Buffer | string])[] = [
  ["15 million numbers", () => list("1", 15_000_000)],
  ["a million numbers", () => list("1", 1_000_000)],
  ["99,000 numbers", () => list("1", 99_000)],
  ["50,000 jobs", () => list('{"id":"a"}', 50_000)],
  ["20,000 jobs that fit nothing", () => list('{"id":"a","status":[1],"name":{}}', 20_000)],
  ["a text of 30 MB", () => `{"error_msg":"${"x".repeat(30 * mb)}"}`],
  ["a text of 7 MB", () => `{"error_code":"DRS.1","error_msg":"${"\\u202e".repeat(mb)}"}`],
  ["a name of 7 MB", () => list(`{"id":"a","name":"${"n".repeat(7 * mb)}"}`, 0)],
  ["a number of 7 MB", () => `{"total_record":${"9".repeat(7 * mb)},"jobs":[]}`],
  ["lists in lists", () => nested("[", "]", 3_000_000)],
  ["objects in objects", () => nested('{"a":', "}", 1_000_000)],
  ["63 levels", () => `{"jobs":[${nested("[", "]", 60)}]}`],
  [
    "90,000 fields",
    () => `{"jobs":[{"id":"a",${Array.from({ length: 90_000 }, (_, n) => `"f${n}":0`).join()}}]}`,
  ],
  ["the same field 90,000 times", () => `{${'"jobs":0,'.repeat(90_000)}"jobs":[]}`],
  ["blanks of 8 MB", () => `{"jobs":[]}${" ".repeat(8 * mb - 20)}`],
  ["a web page of 8 MB", () => `<html>${"<p>sign in</p>".repeat(500_000)}`],
  ["zeros of 64 MB", () => Buffer.alloc(64 * mb)],
];

const small: readonly string[] = [
  ...[
    "",
    " ",
    "null",
    "0",
    '"x"',
    "[]",
    "{}",
    "[[]]",
    "{",
    '{"jobs":',
    "\u0000",
    "\ufeff{}",
    "NaN",
    "undefined",
    "{}{}",
  ],
  ...[
    '{"jobs":null}',
    '{"jobs":{}}',
    '{"jobs":[null,0,"",[],{}]}',
    '{"__proto__":{"jobs":[]},"jobs":[]}',
    '{"results":[{"id":{}}]}',
  ],
  '{"jobs":[{"id":"a","id":"b","constructor":{"prototype":{"x":1}}}],"total_record":1e309}',
  '{"jobs":[{"id":"\\ud800","name":"\\u202e[x](command:y)\\u0000"}],"total_record":-1}',
  '{"error":{"code":{},"message":[]}}',
  '{"error_code":["DRS"],"error_msg":{"a":1}}',
];

const statuses = [
  200, 200, 200, 200, 202, 204, 206, 304, 301, 307, 400, 401, 403, 404, 409, 418, 429, 500, 503, 599, 999,
];
const types = [
  "application/json",
  "text/html",
  "application/json; charset=utf-16",
  "",
  "multipart/form-data; boundary=x",
];

/** A body as the service could word it, with one leaf broken. */
function body(random: Random): Buffer {
  switch (random.below(10)) {
    case 0: {
      const [name, make] = large[random.below(large.length)] ?? ["none", () => ""];
      return once(name, make);
    }
    case 1:
    case 2:
    case 3:
      return Buffer.from(small[random.below(small.length)] ?? "");
    case 4:
      return Buffer.from(Array.from({ length: random.below(2_000) }, () => random.below(256)));
    default: {
      const answer = validAnswer(knownOperations[random.below(knownOperations.length)] ?? "", random);
      breakOne(answer, random);
      return Buffer.from(JSON.stringify(answer), random.below(8) === 0 ? "utf16le" : "utf8");
    }
  }
}

/** The body as it goes over the wire, and what its header says of that. */
function encoded(bytes: Buffer, random: Random): { readonly bytes: Buffer; readonly encoding: string } {
  const key = bytes.length > mb ? bytes.length : -1;
  const packed = (name: string, pack: (plain: Buffer) => Buffer) =>
    key < 0
      ? pack(bytes)
      : once(`${name} ${key} ${bytes.subarray(0, 40).toString("latin1")}`, () => pack(bytes));
  const gzip = () => packed("gzip", (plain) => gzipSync(plain, { level: 6 }));
  switch (bytes.length > mb ? random.below(5) : random.below(10)) {
    case 0:
      return { bytes: gzip(), encoding: "gzip" };
    case 1:
      return { bytes: packed("deflate", (plain) => deflateSync(plain)), encoding: "deflate" };
    case 2:
      return {
        bytes: packed("br", (plain) => brotliCompressSync(plain, { params: { 1: 1 } })),
        encoding: "br",
      };
    case 3:
      return { bytes: gzip().subarray(0, -9), encoding: "gzip" };
    case 4:
      return { bytes: packed("twice", (plain) => gzipSync(gzipSync(plain))), encoding: "gzip, gzip" };
    case 5:
      return { bytes, encoding: "gzip" };
    case 6:
      return { bytes, encoding: "zstd" };
    default:
      return { bytes, encoding: "" };
  }
}

/** Answers one request in one of many wrong ways; the client's time limit ends what never ends. */
export async function answerWrongly(socket: Socket, random: Random): Promise<void> {
  const { bytes, encoding } = encoded(body(random), random);
  const status = statuses[random.below(statuses.length)] ?? 200;
  const length = [bytes.length, bytes.length, bytes.length, bytes.length + 7, Math.max(0, bytes.length - 7)][
    random.below(5)
  ];
  const extra = [
    ...(encoding === "" ? [] : [`Content-Encoding: ${encoding}`]),
    ...(status >= 300 && status < 400 ? ["Location: http://127.0.0.1:1/elsewhere"] : []),
    ...(random.below(40) === 0 ? Array.from({ length: 300 }, (_, n) => `X-${n}: ${"v".repeat(200)}`) : []),
    ...(random.below(20) === 0
      ? [`Retry-After: ${random.pick(["1e9", "-1", "tomorrow", "9".repeat(200)])}`]
      : []),
    ...(random.below(20) === 0
      ? [`Date: ${random.pick(["never", "Thu, 01 Jan 1970 00:00:00 GMT", ""])}`]
      : []),
    `X-Request-Id: ${random.pick(["id", "", "i".repeat(5_000)])}`,
    `Content-Type: ${random.pick(["application/json", "application/json", "application/json", types[random.below(types.length)] ?? ""])}`,
  ];
  const head = (more: string) => `HTTP/1.1 ${status} Odd\r\n${[...extra, more].join("\r\n")}\r\n\r\n`;
  switch (random.below(24)) {
    case 0:
      socket.destroy();
      return;
    case 1:
      socket.write(head(`Content-Length: ${bytes.length + 100}`));
      socket.end(bytes.subarray(0, bytes.length / 2));
      return;
    case 2:
      // Nothing more comes.
      socket.write(head(`Content-Length: ${bytes.length + 100}`));
      socket.write(bytes.subarray(0, 1_000));
      return;
    case 3:
      socket.write(head("Transfer-Encoding: chunked"));
      socket.end(`${random.pick(["zz", "-5", "ffffffffffffffff", "5;x=y"])}\r\nabcde\r\n0\r\n\r\n`);
      return;
    case 4:
      socket.write(`HTTP/1.1 100 Continue\r\n\r\n`.repeat(random.below(200)));
      break;
    case 5:
      socket.end(
        random.pick([
          "HTTP/1.1 200",
          "SSH-2.0-x\r\n",
          "\u0000\u0000\u0000",
          "HTTP/9.9 200 OK\r\n\r\n",
          "HTTP/1.1 20x OK\r\n\r\n",
        ]),
      );
      return;
    case 6:
      socket.write(head(`Content-Length: ${bytes.length}`));
      for (const byte of bytes.subarray(0, 40)) {
        socket.write(Buffer.of(byte));
        await delay(2);
      }
      socket.destroy();
      return;
    case 7:
      // Two lengths, or a second answer that nobody asked for.
      socket.write(head(`Content-Length: ${bytes.length}${random.pick(["", "\r\nContent-Length: 1"])}`));
      socket.write(bytes);
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
      return;
    case 8: {
      socket.write(head("Connection: close"));
      // Without an end, until the client closes.
      const block = once("block", () => Buffer.alloc(256 * 1024, "[1,"));
      while (!socket.destroyed && socket.writable) {
        if (!socket.write(block)) {
          await Promise.race([
            new Promise((resolve) => socket.once("drain", resolve)),
            new Promise((resolve) => socket.once("close", resolve)),
          ]);
        }
      }
      return;
    }
    default:
      break;
  }
  socket.write(head(`Content-Length: ${length}`));
  socket.write(bytes);
}
