/** Why a call failed, by what a caller can do about it. */
export type FailureKind =
  | "authentication"
  | "permission"
  | "throttled"
  | "notFound"
  | "illegalState"
  | "validation"
  | "network"
  | "timeout"
  | "protocol"
  | "service";

/** The facts of a failed call. */
export interface Failure {
  readonly kind: FailureKind;
  /** Operation name of the table. */
  readonly operation: string;
  /** What the service said, or what went wrong on the way; in the service's language. */
  readonly reason: string;
  /** HTTP status. */
  readonly status?: number | undefined;
  /** `error_code`, such as `DRS.M00304` or `APIGW.0301`. */
  readonly code?: string | undefined;
  /** `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** A failed call of the DRS API. The message names operation, code, reason and request id. */
export class DrsError extends Error {
  override readonly name = "DrsError";

  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(describe(failure), options);
  }
}

/** Whether a thrown value is a DrsError, also one of another bundle. */
export function isDrsError(error: unknown): error is DrsError {
  return error instanceof Error && error.name === "DrsError" && "failure" in error;
}

/** Codes whose kind does not follow from the HTTP status; batch results have no status of their own. */
const kindByCode: Readonly<Record<string, FailureKind>> = {
  "APIGW.0101": "notFound",
  "APIGW.0301": "authentication",
  "APIGW.0302": "permission",
  "APIGW.0308": "throttled",
  "DRS.M00100": "authentication",
  "DRS.M00102": "permission",
  "DRS.M00289": "notFound",
  "DRS.M00304": "illegalState",
  "DRS.M01503": "throttled",
  "DRS.M01504": "illegalState",
  "DRS.M05003": "notFound",
  "DRS.M05004": "notFound",
  "DRS.10000010": "notFound",
};

/** The kind of a refusal, from its code and its HTTP status. */
export function kindOf(code: string | undefined, status: number | undefined): FailureKind {
  const byCode = code !== undefined && Object.hasOwn(kindByCode, code) ? kindByCode[code] : undefined;
  if (byCode !== undefined) {
    return byCode;
  }
  switch (status) {
    case 401:
      return "authentication";
    case 403:
      return "permission";
    case 404:
      return "notFound";
    case 429:
      return "throttled";
    case 400:
    case 422:
      return "validation";
    default:
      return "service";
  }
}

function describe(failure: Failure): string {
  const facts = [
    failure.code,
    failure.status === undefined ? undefined : `HTTP ${failure.status}`,
    failure.requestId === undefined ? undefined : `request ${failure.requestId}`,
  ].filter((fact) => fact !== undefined);
  return `${failure.operation}: ${failure.reason}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}
