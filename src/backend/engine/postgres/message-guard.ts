/**
 * A server's messages, checked before the driver reads them. The driver trusts its server: a message that does not
 * end, a length that is a lie or a sign-in method it does not know makes it throw in a socket's event, or loop without
 * end. The rules are libpq's (`pqParseInput3`, `pg_fe_sendauth`, `check_expected_areq`): every message has a known
 * type, is expected at that moment, and its fields fill exactly the length it says.
 */

/** The largest message, in bytes: a row of more is not read. */
const largestMessage = 16 * 1024 * 1024;
/** Before a session has begun, and of types that are short, libpq reads no larger ones. */
const largestShort = 30_000;
/** Descriptions of rows, rows, errors, notices and notifications. */
const longTypes = "TDENA";
/** The largest answer to a statement in bytes, and those that each message and value counts for. */
const largestAnswer = 64 * 1024 * 1024;
const messageCost = 64;
const valueCost = 32;
/** PostgreSQL's own limit of columns in a result. */
const mostColumns = 1_664;
const headerLength = 5;

/** SQLSTATE of a server that is there and does not prove itself: retrying does not help. */
const notProven = "28000";

/** Conditions for signing in to a server. */
export interface SignInRules {
  /** Whether nobody on the way can read along. */
  readonly verified: boolean;
  readonly hasPassword: boolean;
  /** Whether it must prove by SCRAM that it knows the password, as libpq's `require_auth=scram-sha-256`. */
  readonly mustProve: boolean;
}

/** A server said what no PostgreSQL says at that moment, or asks for what is not given. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(
    reason: string,
    /** SQLSTATE: such a connection is lost, as one that broke. */
    readonly code: string = "08006",
  ) {
    super(reason);
  }
}

type SignIn = "begun" | "answered" | "saslBegun" | "saslContinued" | "saslProven" | "done";

/** Cuts a connection's incoming bytes into messages. */
export class MessageGuard {
  #parts: Buffer[] = [];
  #held = 0;
  #needed = headerLength;
  #signIn: SignIn = "begun";
  /** Statements that were sent and have not ended; the start of the session is the first. */
  #open = 1;
  #cost = 0;
  #started = false;
  #proven = false;
  #columns: number | undefined;
  /** Whether the statement has failed: only its end follows. */
  #failed = false;

  /** @param answerLimit bytes that the answer to a statement may have. */
  constructor(
    private readonly rules: SignInRules,
    private readonly answerLimit = largestAnswer,
  ) {}

  /** A statement is sent. */
  expectAnswer(): void {
    this.#open++;
  }

  /** Whether the server has given its proof by SCRAM, which the driver has checked before the session begins. */
  get isProven(): boolean {
    return this.#proven;
  }

  /** Whether the session has begun: until then an error is the end of the connection. */
  get started(): boolean {
    return this.#started;
  }

  /**
   * Each message that is complete with these bytes, from its type to its last byte.
   *
   * @throws ProtocolError
   */
  *take(bytes: Buffer): Generator<Buffer> {
    this.#parts.push(bytes);
    this.#held += bytes.length;
    if (this.#held < this.#needed) {
      return;
    }
    const all = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts, this.#held);
    let start = 0;
    this.#needed = headerLength;
    while (all.length - start >= headerLength) {
      const length = 1 + all.readUInt32BE(start + 1);
      const type = String.fromCharCode(all[start] ?? 0);
      const isLong = length > largestShort && !(this.#started && longTypes.includes(type));
      if (length < headerLength || isLong) {
        throw violation(`a message ${nameOf(all[start])} of ${length} bytes`);
      }
      if (length > Math.min(largestMessage, this.answerLimit)) {
        throw tooLarge(Math.min(largestMessage, this.answerLimit));
      }
      if (start + length > all.length) {
        this.#needed = length;
        break;
      }
      this.#check(new Fields(all, start, start + length));
      yield all.subarray(start, start + length);
      start += length;
    }
    const rest = all.subarray(start);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
  }

  #check(fields: Fields): void {
    this.#cost += fields.left + messageCost;
    switch (fields.type) {
      case "S":
        fields.text();
        fields.text();
        break;
      case "N":
        fields.notice();
        break;
      case "A":
        fields.skip(4);
        fields.text();
        fields.text();
        break;
      case "E":
        fields.notice();
        this.#failed = true;
        this.#columns = undefined;
        break;
      case "R":
        this.#checkSignIn(fields);
        break;
      case "K":
        this.#require(!this.#started && this.#signIn === "done", fields);
        fields.skip(8);
        break;
      case "Z":
        this.#require(this.#open > 0 && this.#signIn === "done" && !(this.#failed && !this.#started), fields);
        this.#require("ITE".includes(String.fromCharCode(fields.byte())), fields);
        this.#open--;
        [this.#started, this.#failed, this.#columns, this.#cost] = [true, false, undefined, 0];
        break;
      default:
        this.#require(this.#started && this.#open > 0 && !this.#failed, fields);
        this.#checkAnswer(fields);
    }
    if (fields.left !== 0) {
      throw violation(`a message ${fields.name} that is longer than its fields`);
    }
    if (this.#cost > this.answerLimit) {
      throw tooLarge(this.answerLimit);
    }
  }

  /** Checks a message of a statement's answer. */
  #checkAnswer(fields: Fields): void {
    switch (fields.type) {
      case "T": {
        const columns = fields.int16();
        this.#require(columns >= 0 && columns <= mostColumns, fields);
        for (let column = 0; column < columns; column++) {
          fields.text();
          fields.skip(16);
          // Only text was asked for.
          this.#require(fields.int16() === 0, fields);
        }
        this.#columns = columns;
        break;
      }
      case "D": {
        const columns = fields.int16();
        this.#require(columns === this.#columns, fields);
        this.#cost += columns * valueCost;
        for (let column = 0; column < columns; column++) {
          fields.value();
        }
        break;
      }
      case "C":
        fields.text();
        this.#columns = undefined;
        break;
      // Parse, Bind and Close are complete; there are no rows; the statement was empty.
      case "1":
      case "2":
      case "3":
      case "n":
      case "I":
        break;
      case "G":
      case "H":
      case "W":
        throw new ProtocolError("COPY is not supported here", "0A000");
      default:
        throw violation(`a message of the unknown type ${fields.name}`);
    }
  }

  #checkSignIn(fields: Fields): void {
    const kind = fields.int32();
    const { verified, hasPassword, mustProve } = this.rules;
    const step = this.#signIn;
    const method = methods.get(kind);
    if (mustProve && kind !== 0 && method !== "SASL") {
      throw new ProtocolError(
        `the server must prove itself by SCRAM, but asks for ${method ?? kind}`,
        notProven,
      );
    }
    if (method !== undefined && !hasPassword && step === "begun") {
      throw new ProtocolError("the server asks for a password, and none is given", "28P01");
    }
    switch (kind) {
      case 0:
        if (mustProve && step !== "saslProven") {
          throw new ProtocolError("the server has not proven that it knows the password", notProven);
        }
        this.#require(step === "begun" || step === "answered" || step === "saslProven", fields);
        this.#signIn = "done";
        return;
      case 3:
        if (!verified) {
          throw new ProtocolError(
            "the server asks for the password in clear text, which is sent only where SSL shows who the server is; use SSL with the CA's certificate, or SCRAM (scram-sha-256 in pg_hba.conf)",
          );
        }
        this.#require(step === "begun", fields);
        this.#signIn = "answered";
        return;
      case 5:
        this.#require(step === "begun", fields);
        fields.skip(4);
        this.#signIn = "answered";
        return;
      case 10:
        this.#require(step === "begun", fields);
        while (fields.text() > 0) {}
        this.#signIn = "saslBegun";
        return;
      case 11:
        this.#require(step === "saslBegun", fields);
        fields.skip(fields.left);
        this.#signIn = "saslContinued";
        return;
      case 12:
        this.#require(step === "saslContinued", fields);
        fields.skip(fields.left);
        // The driver compares the signature when it is given the message, and ends the connection if it is wrong.
        this.#signIn = "saslProven";
        this.#proven = true;
        return;
      default:
        throw new ProtocolError(
          `the server asks for a sign-in method that is not supported (${otherMethods.get(kind) ?? kind}); allow scram-sha-256 in pg_hba.conf`,
        );
    }
  }

  #require(condition: boolean, fields: Fields): void {
    if (!condition) {
      throw violation(`an unexpected message ${fields.name}`);
    }
  }
}

/** Ways to sign in with a password, by their numbers in the protocol. */
const methods = new Map([
  [3, "the password in clear text"],
  [5, "an MD5 hash of the password"],
  [10, "SASL"],
  [11, "SASL"],
  [12, "SASL"],
]);

const otherMethods = new Map([
  [2, "Kerberos V5"],
  [6, "SCM credentials"],
  [7, "GSSAPI"],
  [8, "GSSAPI"],
  [9, "SSPI"],
]);

/** Reads the fields of one message; none of them may end behind it. */
class Fields {
  #at: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.#at = start + headerLength;
  }

  get type(): string {
    return String.fromCharCode(this.bytes[this.start] ?? 0);
  }

  get name(): string {
    return nameOf(this.bytes[this.start]);
  }

  /** The bytes that have not been read. */
  get left(): number {
    return this.end - this.#at;
  }

  skip(length: number): void {
    if (length > this.left) {
      throw violation(`a message ${this.name} that ends too early`);
    }
    this.#at += length;
  }

  byte(): number {
    this.skip(1);
    return this.bytes[this.#at - 1] ?? 0;
  }

  int16(): number {
    this.skip(2);
    return this.bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.skip(4);
    return this.bytes.readInt32BE(this.#at - 4);
  }

  /** A text that ends with a zero byte; its length without it. */
  text(): number {
    const zero = this.bytes.indexOf(0, this.#at);
    if (zero < 0 || zero >= this.end) {
      throw violation(`a message ${this.name} with a text that does not end`);
    }
    const length = zero - this.#at;
    this.#at = zero + 1;
    return length;
  }

  /** A value of a row, which as text never has a zero byte. */
  value(): void {
    const length = this.int32();
    if (length < -1) {
      throw violation(`a value of ${length} bytes`);
    }
    const from = this.#at;
    this.skip(Math.max(length, 0));
    const zero = length > 0 ? this.bytes.indexOf(0, from) : -1;
    if (zero >= 0 && zero < this.#at) {
      throw violation("a value with a zero byte");
    }
  }

  /** The fields of an error or a notice: each a letter and a text, and a zero byte behind the last. */
  notice(): void {
    while (this.byte() !== 0) {
      this.text();
    }
  }
}

function nameOf(type: number | undefined): string {
  const code = type ?? 0;
  return code > 0x20 && code < 0x7f
    ? `"${String.fromCharCode(code)}"`
    : `0x${code.toString(16).padStart(2, "0")}`;
}

function tooLarge(limit: number): ProtocolError {
  return new ProtocolError(`the server's answer is larger than ${limit / 1024 / 1024} MB`, "54000");
}

function violation(what: string): ProtocolError {
  return new ProtocolError(`this is not how a PostgreSQL server answers: it sent ${what}`);
}
