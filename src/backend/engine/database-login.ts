import type { Side } from "./side";

/** A way into a database. Never logged. */
export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Whether the connection must be encrypted; without it TLS is not even offered. */
  readonly ssl: boolean;
  /** Certificates (PEM) of who may vouch for the server, which is then checked with its name; undefined: nobody is asked. */
  readonly ca?: string | undefined;
  /** Whether the server must prove by SCRAM that it knows the password, because it did so before. */
  readonly proves?: boolean | undefined;
  /** The name that the certificate must have, where it is not `host`. */
  readonly certifiedHost?: string | undefined;
}

/** The way into the database at one end of a task. */
export interface EndLogin extends DatabaseLogin {
  readonly side: Side;
}
