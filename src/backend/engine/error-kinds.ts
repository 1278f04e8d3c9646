/**
 * The kind of a database error: decided here, for every step. PostgreSQL's own code decides where it says
 * enough. The errors of a connection that one server keeps to another carry a code that says nothing (08006, 08P01,
 * XX000: see libpqwalreceiver.c, tablesync.c and subscriptioncmds.c) and the words of libpq, or of the other server.
 */

/**
 * `loss`: a connection was lost or a server is away, which heals by itself. `transient`: it may pass, so that it is
 * tried again some times. `failure`: it stays until somebody does something about it.
 */
export type ErrorKind = "loss" | "transient" | "failure";

/** A server's error: its SQLSTATE or the system's error code, and its words as they came. */
export interface Said {
  readonly code: string;
  readonly reason: string;
}

/** The system's errors of connections and names, and the SQLSTATEs of a server that goes, starts or has crashed. */
const lost =
  /^(57P0.|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EMFILE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Deadlock, serialization, a lock or an object that another session holds, too many connections, an internal error. */
const passing = /^(40P01|40001|55P03|55006|53300|XX000)$/;

/** Errors about rows, and those that users' functions raise: their words are the user's, and prove nothing. */
const userWords = /^(22|23|P0)/;

/** A server's error inside another text; libpq writes the severity, in the server's language, and two spaces. */
const carried = /(?:^|[\s:])\p{L}+: {2}(\S[^\n]*)/u;

/** How servers say what 57P01, 57P02, 57P03 and 57P05 stand for, where only the words arrive. */
const goingWords =
  /^(terminating connection due to (administrator command|unexpected postmaster exit|immediate shutdown|idle-session)|terminating connection because of crash|the database system is )/;

/** How libpq and the system say that a connection was lost or could not be made. */
const lossWords =
  /(?:^|[:\n] *)(server closed the connection|could not (receive data from|send data to) server|no connection to the server|connection not open|SSL SYSCALL error|SSL connection has been closed|timeout expired|could not translate host name|Connection (refused|reset|timed out|terminated)|Broken pipe|No route to host|Network is unreachable|Host is unreachable|lost synchronization with server)/i;

/** Words of servers and the SQLSTATEs that belong to them. */
const codesByWords: readonly (readonly [RegExp, string])[] = [
  [/^password authentication failed/, "28P01"],
  [/pg_hba\.conf|authentication failed|is not permitted to log in|^role .* does not exist/, "28000"],
  [/^database .* does not exist/, "3D000"],
  [/max_wal_senders|too many (clients|connections)|remaining connection slots/, "53300"],
  [/^all replication slots are in use/, "53400"],
  [/^canceling statement due to lock timeout/, "55P03"],
  [/^canceling statement/, "57014"],
  [/idle-in-transaction timeout/, "25P03"],
  [/transaction timeout/, "25P04"],
  [/^invalid byte sequence for encoding/, "22021"],
  [/has no equivalent in encoding/, "22P05"],
  [/^permission denied|^must be /, "42501"],
  [/^(publication|replication slot) .* does not exist/, "42704"],
  [/^relation .* does not exist/, "42P01"],
  [/^can(not| no longer) (access|get changes from) replication slot|has been invalidated/, "55000"],
  [/^replication slot .* is active/, "55006"],
  [/^deadlock detected/, "40P01"],
  [/^could not serialize access/, "40001"],
];

/** The kind of an error. Without a connection of its own, a server's error that another reports is tried again. */
export function kindOf({ code, reason }: Said): ErrorKind {
  if (lost.test(code)) {
    return "loss";
  }
  const other = carriedWords({ code, reason });
  if (other !== undefined) {
    return goingWords.test(other) ? "loss" : "transient";
  }
  if (!userWords.test(code) && lossWords.test(reason)) {
    return "loss";
  }
  if (code === "08P01") {
    return "transient";
  }
  if (code.startsWith("08")) {
    return "loss";
  }
  return passing.test(code) ? "transient" : "failure";
}

/** Whether an error says no more than that a connection was lost or a server is away. */
export function isConnectionLoss(said: Said): boolean {
  return kindOf(said) === "loss";
}

/**
 * The SQLSTATE that an error is about: the other server's, as far as it is known from its words, where an error of a
 * connection carries them.
 */
export function codeOfWords(said: Said): string {
  const other = carriedWords(said);
  return codesByWords.find(([words]) => other !== undefined && words.test(other))?.[1] ?? said.code;
}

/** The words of another server that an error of a connection carries, such as the source's in an error of the target. */
export function carriedWords({ code, reason }: Said): string | undefined {
  return /^(08|XX)/.test(code) ? carried.exec(reason)?.[1] : undefined;
}
