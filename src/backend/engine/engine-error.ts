import { carriedWords, codeOfWords, type ErrorKind, kindOf } from "./error-kinds";
import type { Side } from "./side";

/** A database's error, with its SQLSTATE or the system's error code. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  readonly kind: ErrorKind;
  /** The SQLSTATE or the system's error code; the source's where the target only passes its words on. */
  readonly code: string;
  readonly side: Side | undefined;

  constructor(
    code: string,
    side: Side | undefined,
    /** The database's own words. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.kind = kindOf({ code, reason });
    this.code = codeOfWords({ code, reason });
    this.side = carriedWords({ code, reason }) === undefined ? side : "source";
  }
}

/** The source does not keep any more what a task has not read: its rows can only be copied again. */
export class LogLostError extends EngineError {}

/** @throws the error itself when it is not the engine's. */
export function requireEngineError(error: unknown): asserts error is EngineError {
  if (!(error instanceof EngineError)) {
    throw error;
  }
}
