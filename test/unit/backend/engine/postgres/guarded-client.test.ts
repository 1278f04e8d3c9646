/** What a server may send that is no PostgreSQL: the connection ends with the reason, and nothing else happens. */
import assert from "node:assert/strict";
import { Databases } from "../../../../../src/backend/engine/postgres/databases";
import { GuardedClient, ownClient } from "../../../../../src/backend/engine/postgres/guarded-client";
import { MessageGuard } from "../../../../../src/backend/engine/postgres/message-guard";
import { bound } from "../../../../support/bounds";
import { int16, int32, LyingServer, message, row, welcome } from "../../../../support/lying-server";

const login = {
  side: "source" as const,
  host: "127.0.0.1",
  user: "u",
  password: "its password",
  database: "d",
  ssl: false,
};
const scram = message("R", 10, "SCRAM-SHA-256", "");
const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("a server that is no PostgreSQL", () => {
  let server: LyingServer;
  let databases: Databases;

  before(async () => {
    server = await LyingServer.open();
  });
  beforeEach(() => {
    databases = new Databases();
    server.received.length = 0;
  });
  afterEach(async () => {
    await databases.dispose();
    await waitFor(() => server.connections === 0);
  });
  after(async () => {
    await server.close();
  });

  /** What a connection test says of the server. */
  async function test(own: Partial<typeof login> = {}): Promise<{ code: string; reason: string }> {
    const error = await databases.connectOnce({ ...login, port: server.port, ...own }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof Error && "code" in error, String(error));
    return { code: String(error.code), reason: error.message };
  }

  const starts: readonly (readonly [string, Buffer, RegExp])[] = [
    ["asks for GSSAPI", bytes("52 00000008 00000007"), /sign-in method .* \(GSSAPI\)/],
    ["asks for SSPI", message("R", 9), /SSPI/],
    ["asks for Kerberos", message("R", 2), /Kerberos/],
    ["asks for a way to sign in that does not exist", message("R", 4711), /\(4711\)/],
    ["asks for a way to sign in with a negative number", message("R", -1), /\(-1\)/],
    ["sends an error whose text does not end", bytes("45 00000008 4d616263"), /text that does not end/],
    ["sends an error without its last byte", message("E", Buffer.from("Mabc\0")), /ends too early/],
    ["sends an empty error", message("E"), /ends too early/],
    ["sends a notice whose text does not end", message("N", Buffer.from("Mabc")), /text that does not end/],
    ["sends bytes behind an error", message("E", "Mabc", Buffer.from("\0more")), /longer than its fields/],
    ["sends a message without a length", bytes("52 00000000"), /of 1 bytes/],
    ["sends a message that is shorter than its length", bytes("52 00000003"), /of 4 bytes/],
    ["announces 4 GB", bytes("45 ffffffff"), /of 4294967296 bytes/],
    ["announces 2 GB of a row", bytes("44 7fffffff"), /of 2147483648 bytes/],
    ["offers no SASL mechanism that ends", message("R", 10, Buffer.from("SCRAM")), /does not end/],
    ["offers only another mechanism", message("R", 10, "PLAIN", ""), /SCRAM-SHA-256/],
    ["asks for an MD5 hash without a salt", message("R", 5), /ends too early/],
    [
      "continues SASL that has not begun",
      message("R", 11, Buffer.from("r=a,s=AA==,i=1")),
      /unexpected message "R"/,
    ],
    ["ends SASL that has not begun", message("R", 12, Buffer.from("v=AA==")), /unexpected message "R"/],
    ["is ready before the sign-in", message("Z", Buffer.from("I")), /unexpected message "Z"/],
    ["signs in twice", Buffer.concat([message("R", 0), message("R", 0)]), /unexpected message "R"/],
    ["sends a row at the start", message("D", int16(0)), /unexpected message "D"/],
    ["answers nothing that was asked", Buffer.concat([message("R", 0), row("a")]), /unexpected message "1"/],
    ["speaks another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /"H" of \d+ bytes/],
    ["speaks SSH", Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"), /"S" of \d+ bytes/],
    ["sends zeros", Buffer.alloc(100), /of 1 bytes/],
    ["negotiates a version", message("v", 0, 0), /unexpected message "v"/],
  ];
  for (const [what, answer, reason] of starts) {
    it(`ends the connection test: it ${what}`, async () => {
      server.lie = (turn) => (turn === 0 ? answer : undefined);
      const found = await test();
      assert.match(found.reason, reason);
      assert.equal(found.code, "08006");
    });
  }

  it("cannot invent codes: anything but an SQLSTATE becomes an internal error", async () => {
    for (const code of ["x".repeat(20_000), "__proto__", "28p01", "", "\u001b[31m"]) {
      server.lie = () => message("E", "SFATAL", `C${code}`, "Mno", Buffer.from([0]));
      assert.equal((await test()).code, "XX000");
    }
  });

  const answers: readonly (readonly [string, Buffer, RegExp])[] = [
    [
      "a row that was not described",
      Buffer.concat([message("1"), message("2"), message("D", int16(0))]),
      /"D"/,
    ],
    ["a row with more values than columns", rowOf(1, [1, Buffer.from("a"), 1, Buffer.from("a")], 2), /"D"/],
    ["a row with a negative number of values", rowOf(1, [], -1), /"D"/],
    ["a value with a negative length", rowOf(1, [-5]), /a value of -5 bytes/],
    ["a value that is longer than its row", rowOf(1, [1_000_000]), /ends too early/],
    ["a value with a zero byte", rowOf(1, [3, Buffer.from("a\0b")]), /zero byte/],
    ["a negative number of columns", message("T", int16(-1)), /"T"/],
    ["30,000 columns", message("T", int16(30_000)), /"T"/],
    ["a column whose name does not end", message("T", int16(1), Buffer.from("name")), /does not end/],
    ["a binary column", message("T", int16(1), "c", Buffer.alloc(16), int16(1)), /"T"/],
    ["a row of 17 MB", Buffer.concat([bytes("44 01100000")]), /larger than 16 MB/],
    ["an end in a state that does not exist", message("Z", Buffer.from("?")), /"Z"/],
    ["a row after an error", Buffer.concat([failed("boom"), message("T", int16(0))]), /boom|"T"/],
    ["an unknown message", message("~", 1), /unknown type "~"/],
    ["COPY to the client", message("H", Buffer.from([0]), int16(0)), /COPY/],
    ["COPY of both", message("W", Buffer.from([0]), int16(0)), /COPY/],
    ["rows without end of a portal", message("s"), /unknown type "s"/],
  ];
  for (const [what, answer, reason] of answers) {
    it(`ends the connection that has a statement: it answers ${what}`, async () => {
      server.lie = (turn) => (turn === 0 ? welcome : answer);
      await assert.rejects(databases.query({ ...login, port: server.port }, "SELECT $1", [1]), reason);
      server.lie = (turn) => (turn === 0 ? welcome : row("well"));
      const rows = await databases.query({ ...login, port: server.port }, "SELECT $1", [1]);
      assert.deepEqual(rows, [{ c0: "well" }]);
    });
  }

  it("loses an idle connection by what nobody asked for", async () => {
    const end = message("Z", Buffer.from("I"));
    // The first statement is that of the session's settings.
    server.lie = (turn) => [welcome, row("set")][turn] ?? Buffer.concat([row("well"), end]);
    for (let count = 0; count < 3; count++) {
      const rows = await databases.query({ ...login, port: server.port }, "SELECT $1", [1]);
      assert.deepEqual(rows, [{ c0: "well" }]);
      await waitFor(() => server.connections === 0);
    }
  });

  it("reads at most 64 MB of an answer, however small its rows are", async () => {
    const described = message("T", int16(1), "c", Buffer.alloc(16), int16(0));
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => message("D", int16(1), -1)));
    const guard = new MessageGuard({ verified: false, hasPassword: true, mustProve: false });
    const read = (part: Buffer) => [...guard.take(part)].length;
    read(welcome);
    guard.expectAnswer();
    read(described);
    let rows = 0;
    assert.throws(() => {
      for (;;) {
        rows += read(many);
      }
    }, /larger than 64 MB/);
    assert.ok(rows > 500_000 && rows < 800_000, String(rows));
  });

  it("reads a message that comes byte by byte, and many that come at once", () => {
    const answer = Buffer.concat([welcome, row("a".repeat(300), ""), row("b", "c")]);
    const read = (parts: readonly Buffer[]) => {
      const guard = new MessageGuard({ verified: false, hasPassword: true, mustProve: false });
      guard.expectAnswer();
      guard.expectAnswer();
      return parts.flatMap((part) => [...guard.take(part)].map((one) => one.toString("hex")));
    };
    const whole = read([answer]);
    assert.equal(whole.length, 15);
    assert.equal(whole.join(""), answer.toString("hex"));
    assert.deepEqual(read(Array.from(answer, (byte) => Buffer.from([byte]))), whole);
  });

  const dates = [
    "timestamptz",
    1184,
    "timestamp",
    1114,
    "date",
    1082,
    "interval",
    1186,
    "timestamptz[]",
    1185,
  ];
  for (let index = 0; index < dates.length; index += 2) {
    it(`does not read 8 MB of digits as ${dates[index]}`, async function () {
      this.timeout(bound(3_000));
      const digits = Buffer.alloc(8 * 1024 * 1024, "1");
      const oid = int32(Number(dates[index + 1]));
      const column = message("T", int16(1), "c", int32(0), int16(0), oid, int16(-1), int32(-1), int16(0));
      const long = Buffer.concat([
        ...[message("1"), message("2"), column, message("D", int16(1), digits.length, digits)],
        ...[message("C", "SELECT 1"), message("Z", Buffer.from("I"))],
      ]);
      server.lie = (turn) => (turn === 0 ? welcome : long);
      const [read] = await databases.query({ ...login, port: server.port }, "SELECT $1", [1]);
      assert.equal(read?.c, digits.toString());
    });
  }

  describe("that wants the password", () => {
    it("does not get it in clear text without SSL", async () => {
      server.lie = (turn) => (turn === 0 ? message("R", 3) : undefined);
      assert.match((await test()).reason, /clear text, which is sent only where SSL shows/);
      assert.deepEqual(server.received, []);
    });

    it("gets none where none was given, not even a file's", async () => {
      for (const ask of [message("R", 3), message("R", 5, int32(1)), scram]) {
        server.lie = (turn) => (turn === 0 ? ask : undefined);
        const { code, reason } = await test({ password: "" });
        assert.deepEqual([code, reason], ["28P01", "the server asks for a password, and none is given"]);
      }
      assert.deepEqual(server.received, []);
    });

    const impostors: readonly (readonly [string, readonly Buffer[], RegExp])[] = [
      ["asks for clear text", [message("R", 3)], /must prove itself by SCRAM/],
      ["asks for an MD5 hash", [message("R", 5, int32(1))], /must prove itself by SCRAM/],
      ["asks for nothing", [welcome], /has not proven/],
      ["ends SCRAM before it begins", [Buffer.concat([scram, welcome])], /has not proven/],
      ["ends SCRAM halfway", [scram, welcome], /has not proven/],
      [
        "lies about the signature",
        [scram, Buffer.from("first"), message("R", 12, Buffer.from("v=AAAA"))],
        /server signature does not match/,
      ],
      [
        "gives no signature",
        [scram, Buffer.from("first"), message("R", 12, Buffer.from("w=AAAA"))],
        /server signature is missing/,
      ],
      ["skips the signature", [scram, Buffer.from("first"), welcome], /has not proven/],
      [
        "sends everything at once",
        [scram, Buffer.concat([Buffer.from("first"), message("R", 12, Buffer.from("v=AAAA")), welcome])],
        /SASL|unexpected/,
      ],
    ];
    for (const [what, says, reason] of impostors) {
      it(`is no server of the backend's own: it ${what}`, async () => {
        server.lie = (turn, received) => {
          const answer = says[turn];
          return answer?.includes("first") === true
            ? Buffer.concat([first(received), answer.subarray(5)])
            : answer;
        };
        const client = ownClient({ ...login, port: server.port });
        await assert.rejects(client.connect(), reason);
        await client.end();
        assert.ok(!Buffer.concat(server.received).includes("its password"));
      });
    }
  });

  it("cannot keep a connection that was ended", async () => {
    server.lie = (turn) => (turn === 0 ? welcome : undefined);
    const client = new GuardedClient({ ...login, port: server.port });
    await client.connect();
    await client.end();
    await waitFor(() => server.connections === 0);
  });
});

/** The first message of a server's SCRAM, whose nonce continues the client's. */
function first(received: Buffer): Buffer {
  const nonce = /r=([^,]+)/.exec(received.toString())?.[1] ?? "";
  return message("R", 11, Buffer.from(`r=${nonce}more,s=AAAA,i=4096`));
}

function rowOf(columns: number, values: readonly (number | Buffer)[], count = columns): Buffer {
  const column = ["c", Buffer.alloc(16), int16(0)];
  return Buffer.concat([
    ...[message("1"), message("2")],
    message("T", int16(columns), ...Array.from({ length: columns }, () => column).flat()),
    message("D", int16(count), ...values),
  ]);
}

function failed(text: string): Buffer {
  return message("E", "SERROR", "CXX000", `M${text}`, Buffer.from([0]));
}

async function waitFor(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 3_000; !holds(); ) {
    assert.ok(Date.now() < deadline, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
