/** The driver's client for servers that may send anything: whatever it is, that connection ends and nothing else. */
import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import pg from "pg";
import type { DatabaseLogin } from "../database-login";
import { MessageGuard, ProtocolError } from "./message-guard";

declare module "pg" {
  interface Connection {
    /** Reads the server's messages from its socket, which after a change to TLS is another. */
    attachListeners(stream: EventEmitter): void;
  }
}

export interface ClientOptions extends pg.ClientConfig {
  readonly password: string;
  /** Whether the server must prove by SCRAM that it knows the password. */
  readonly mustProve?: boolean | undefined;
  /** Whether the session is one of the server's log senders, as a subscription's workers have them. */
  readonly replication?: "database";
  /** Is called when the server asks for the password. */
  readonly onPassword?: () => void;
  /** Bytes that the answer to one statement may have. */
  readonly answerLimit?: number;
}

const connectMs = 5_000;

/** How long a server may take to close a connection that was ended, in milliseconds. */
const goodbyeMs = 1_000;

class GuardedConnection extends pg.Connection {
  readonly #guard: MessageGuard;

  constructor({ ssl, password, mustProve = false, answerLimit }: ClientOptions) {
    super({ ssl });
    const isVerified = typeof ssl === "object" && ssl.rejectUnauthorized === true;
    const rules = { verified: isVerified, hasPassword: password !== "", mustProve };
    this.#guard = new MessageGuard(rules, answerLimit);
    // The driver leaves it to the server to close a connection that it does not use any more.
    this.on("error", () => this.stream.destroy());
    this.on("errorMessage", () => {
      if (!this.#guard.started) {
        this.stream.destroy();
      }
    });
  }

  /** Whether the server has proven that it knows the password, once the session has begun. */
  get isProven(): boolean {
    return this.#guard.isProven;
  }

  override attachListeners(stream: Duplex): void {
    const messages = new EventEmitter();
    super.attachListeners(messages);
    stream.on("data", (bytes: Buffer) => {
      try {
        for (const message of this.#guard.take(bytes)) {
          messages.emit("data", message);
          if (stream.destroyed) {
            return;
          }
        }
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new ProtocolError(String(error)));
      }
    });
  }

  override query(text: string): void {
    this.#guard.expectAnswer();
    super.query(text);
  }

  override sync(): void {
    this.#guard.expectAnswer();
    super.sync();
  }

  override end(): void {
    super.end();
    const { stream } = this;
    const timer = setTimeout(() => stream.destroy(), goodbyeMs);
    stream.once("close", () => clearTimeout(timer));
  }
}

/** A client whose server is not trusted. */
export class GuardedClient extends pg.Client {
  /** Why the connection broke. Later statements only say that it did. */
  broken: Error | undefined;
  readonly #guarded: GuardedConnection;

  constructor(options: ClientOptions) {
    const { password, onPassword } = options;
    const asked = () => {
      onPassword?.();
      return password;
    };
    const connection = new GuardedConnection(options);
    // As a function, an empty password stays empty; without it the driver would look for another one in the user's files.
    super(Object.assign({ ...options }, { password: asked, types, connection }));
    this.#guarded = connection;
    // The driver reports some errors to nobody but the listeners of this event, which ends the process without any.
    this.on("error", (error) => {
      this.broken ??= error;
    });
  }

  /** Whether the server has proven that it knows the password, once the session has begun. */
  get isProven(): boolean {
    return this.#guarded.isProven;
  }
}

/** A client for a server of the backend's own, which must prove that it is one. */
export function ownClient(login: DatabaseLogin, options: Partial<ClientOptions> = {}): GuardedClient {
  return new GuardedClient({ ...ownOptions(login), ...options });
}

/** How the driver connects to a server of the backend's own, which must prove that it knows the password. */
export function ownOptions({ host, port, user, password, database }: DatabaseLogin): ClientOptions {
  return { host, port, user, password, database, mustProve: true, connectionTimeoutMillis: connectMs };
}

/**
 * A pool of such clients; a statement after a broken connection makes another one.
 *
 * @param limits `prepare` makes a new session ready before its first statement.
 */
export function guardedPool(
  options: ClientOptions,
  {
    max,
    idleMs,
    prepare,
  }: { max: number; idleMs: number; prepare?: (client: pg.PoolClient) => Promise<unknown> },
): pg.Pool {
  const pool = new pg.Pool({
    max,
    idleTimeoutMillis: idleMs,
    connectionTimeoutMillis: options.connectionTimeoutMillis,
    ...(prepare === undefined ? {} : { verify: (client, done) => prepare(client).then(() => done(), done) }),
    Client: class extends GuardedClient {
      constructor() {
        super(options);
      }
    },
  });
  pool.on("error", () => undefined);
  return pool;
}

/** Types (by OID) whose texts the driver reads in a time that grows with their length, and no faster. */
const linear = new Set([
  pg.types.builtins.BYTEA,
  pg.types.builtins.JSON,
  pg.types.builtins.JSONB,
  // Arrays of bool, int2, int4, text, varchar, int8, oid.
  ...[1000, 1005, 1007, 1009, 1015, 1016, 1028],
]);
/** No value of the other types is longer, in characters; what is stays a text. */
const longestScalar = 100;

/** The driver's expressions for dates take minutes for a long row of digits, and the server names the type. */
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") => {
    const parse: (text: string) => unknown = pg.types.getTypeParser(oid, format);
    return linear.has(oid) ? parse : (text: string) => (text.length > longestScalar ? text : parse(text));
  },
};
