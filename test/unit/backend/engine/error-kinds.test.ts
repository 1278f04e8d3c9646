import assert from "node:assert/strict";
import { EngineError } from "../../../../src/backend/engine/engine-error";
import { isConnectionLoss, kindOf } from "../../../../src/backend/engine/error-kinds";
import { reasonOf } from "../../../../src/backend/log";

const at = 'connection to server at "127.0.0.1", port 5432 failed:';
const closed =
  "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.";

/** What arrives, as code and words → what it is, and the code that it is about. */
const cases: readonly (readonly [code: string, words: string, kind: string, about?: string])[] = [
  // A line that is lost, whatever the code of the error that says so.
  ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:5432", "loss"],
  ["EAI_AGAIN", "getaddrinfo EAI_AGAIN db", "loss"],
  ["08006", "Connection terminated unexpectedly", "loss"],
  ["08001", "the FDW's other end is away", "loss"],
  ["57P01", "terminating connection due to administrator command", "loss"],
  ["57P03", "die Datenbank startet gerade", "loss"],
  ["XX000", `could not receive list of publications from the publisher: ${closed}`, "loss"],
  [
    "XX000",
    "could not receive list of replicated tables from the publisher: no connection to the server",
    "loss",
  ],
  [
    "XX000",
    `subscription "s" could not connect to the publisher: ${at} Connection refused\n\tIs the server running?`,
    "loss",
  ],
  ["08006", `table copy could not start transaction on publisher: ${closed}`, "loss"],
  ["08006", `could not start initial contents copy for table "public.t": ${closed}`, "loss"],
  ["08006", "could not send data to WAL stream: could not send data to server: Broken pipe", "loss"],
  ["08P01", `could not receive data from WAL stream: ${closed}`, "loss"],
  [
    "08P01",
    "could not receive data from WAL stream: could not receive data from server: Connection reset by peer",
    "loss",
  ],
  ["08P01", 'could not create replication slot "x": SSL connection has been closed unexpectedly', "loss"],
  ["08P01", "could not receive data from WAL stream: SSL SYSCALL error: EOF detected", "loss"],
  ["55000", `could not drop replication slot "x" on publisher: ${closed}`, "loss"],
  ["08006", `could not connect to the publisher: ${at} timeout expired`, "loss"],
  [
    "08006",
    'could not connect to the publisher: could not translate host name "db" to address: Unknown',
    "loss",
  ],
  // A server that says that it goes, or is not yet there.
  [
    "08P01",
    `could not receive data from WAL stream: FATAL:  terminating connection due to administrator command\n${closed}`,
    "loss",
  ],
  ["08006", `could not connect to the publisher: ${at} FATAL:  the database system is starting up`, "loss"],
  [
    "08006",
    `could not connect to the publisher: ${at} FATAL:  the database system is not yet accepting connections`,
    "loss",
  ],
  [
    "XX000",
    "could not start WAL streaming: FATAL:  terminating connection because of crash of another server process",
    "loss",
  ],
  // The publisher's own errors, which only look like it: they are tried again some times.
  [
    "08P01",
    "could not receive data from WAL stream: ERROR:  canceling statement due to statement timeout",
    "transient",
    "57014",
  ],
  [
    "08006",
    'could not start initial contents copy for table "public.t": ERROR:  permission denied for table t',
    "transient",
    "42501",
  ],
  [
    "08P01",
    'could not create replication slot "x": ERROR:  all replication slots are in use',
    "transient",
    "53400",
  ],
  [
    "XX000",
    'could not create replication slot "x": ERROR:  all replication slots are in use',
    "transient",
    "53400",
  ],
  [
    "08006",
    `could not connect to the publisher: ${at} FATAL:  number of requested standby connections exceeds "max_wal_senders" (currently 2)`,
    "transient",
    "53300",
  ],
  [
    "08006",
    `could not connect to the publisher: ${at} FATAL:  sorry, too many clients already`,
    "transient",
    "53300",
  ],
  [
    "08006",
    `could not connect to the publisher: ${at} FATAL:  password authentication failed for user "u"\n${at} FATAL:  password authentication failed`,
    "transient",
    "28P01",
  ],
  [
    "08006",
    `could not connect to the publisher: ${at} FATAL:  no pg_hba.conf entry for host "1.2.3.4"`,
    "transient",
    "28000",
  ],
  [
    "08P01",
    'could not receive data from WAL stream: ERROR:  invalid byte sequence for encoding "UTF8": 0xff',
    "transient",
    "22021",
  ],
  [
    "08P01",
    'could not receive data from WAL stream: ERROR:  character with byte sequence 0xe4 in encoding "UTF8" has no equivalent in encoding "LATIN1"',
    "transient",
    "22P05",
  ],
  [
    "08P01",
    'could not receive data from WAL stream: ERROR:  publication "drs_1" does not exist\nCONTEXT:  slot "drs_1"',
    "transient",
    "42704",
  ],
  [
    "08P01",
    'could not start WAL streaming: ERROR:  replication slot "drs_1" is active for PID 17',
    "transient",
    "55006",
  ],
  [
    "08P01",
    'could not start WAL streaming: ERROR:  can no longer access replication slot "drs_1"',
    "transient",
    "55000",
  ],
  [
    "08P01",
    `could not receive data from WAL stream: FATAL:  terminating connection due to idle-in-transaction timeout\n${closed}`,
    "transient",
    "25P03",
  ],
  ["08P01", "could not receive data from WAL stream: ERROR:  out of memory", "transient", "08P01"],
  // Servers of other languages: the two spaces tell that these are a server's words.
  [
    "08P01",
    "konnte keine Daten vom WAL-Stream empfangen: FEHLER:  storniere Anfrage wegen Zeitüberschreitung",
    "transient",
    "08P01",
  ],
  ["08P01", "无法从WAL流接收数据: 错误:  由于语句执行超时, 正在取消查询命令", "transient", "08P01"],
  ["08006", "konnte nicht zum Publikationsserver verbinden: Verbindung verweigert", "loss"],
  [
    "XX000",
    "konnte Liste der Publikationen nicht empfangen: Server beendete die Verbindung unerwartet",
    "transient",
  ],
  // A server in front of the database that refuses the protocol.
  ["08P01", "unsupported startup parameter: options", "transient"],
  // What may pass.
  ["55P03", "canceling statement due to lock timeout", "transient"],
  ["40P01", "deadlock detected", "transient"],
  ["40001", "could not serialize access due to concurrent update", "transient"],
  ["53300", 'too many connections for role "u"', "transient"],
  // What stays.
  ["2F003", "password is required", "failure"],
  ["28P01", 'password authentication failed for user "u"', "failure"],
  ["57014", "canceling statement due to statement timeout", "failure"],
  ["3D000", 'database "d" does not exist', "failure"],
  ["42704", 'publication "p" does not exist', "failure"],
  ["", "", "failure"],
  // Rows and functions of users say what they like.
  [
    "23505",
    'duplicate key value violates unique constraint "k" (Key (v)=(x: server closed the connection unexpectedly) already exists.)',
    "failure",
  ],
  ["22P02", 'invalid input syntax for type integer: "a: Connection refused"', "failure"],
  ["P0001", "mail: Connection refused", "failure"],
];

describe("an error of a database", () => {
  for (const [code, words, kind, about = code] of cases) {
    it(`${code} ${words.replaceAll("\n", " ")} is a ${kind} about ${about}`, () => {
      assert.equal(kindOf({ code, reason: words }), kind);
      // In one line, as the driver's errors are kept.
      const error = new EngineError(code, "target", reasonOf(new Error(words)));
      assert.deepEqual([error.kind, error.code], [kind, about]);
      assert.equal(isConnectionLoss(error), kind === "loss");
    });
  }

  it("is the source's when the target only passes its words on", () => {
    const words = `could not connect to the publisher: ${at} FATAL:  password authentication failed for user "u"`;
    assert.equal(new EngineError("08006", "target", words).side, "source");
    assert.equal(new EngineError("28P01", "target", "password authentication failed").side, "target");
  });
});
