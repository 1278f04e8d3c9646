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

/** Faults that the client itself has found; every other failure is in the service's words. */
export type Fault =
  | "connectionRefused"
  | "foreignProgram"
  | "hostNotFound"
  | "connectionReset"
  | "certificateUntrusted"
  | "certificateInvalid"
  | "unreachable"
  | "timeout"
  | "notJson"
  | "tooLarge"
  | "redirected"
  | "schemaMismatch"
  | "clockSkew"
  | "noReason"
  | "missingResult"
  | "underWay"
  | "closed"
  | "noV3"
  | "noV5";

/** A fault in English. `subject`: the host, or what is known besides. */
const faultReasons: Readonly<Record<Fault, (subject: string) => string>> = {
  connectionRefused: (host) => `nothing listens at ${host}`,
  foreignProgram: (host) =>
    `another program than the local backend listens at ${host}; nothing was sent to it`,
  hostNotFound: (host) => `the name ${host} cannot be resolved`,
  connectionReset: (host) => `the connection to ${host} was cut`,
  certificateUntrusted: (host) => `the certificate of ${host} is not trusted by this machine`,
  certificateInvalid: (subject) => `the certificate is not valid for ${subject}`,
  unreachable: (subject) => `the service cannot be reached: ${subject}`,
  timeout: (host) => `no answer from ${host} in time`,
  notJson: (host) => `the answer of ${host} is not JSON; is there a proxy or a sign-in page in between?`,
  tooLarge: (host) => `the answer of ${host} is larger than any of the API's`,
  redirected: (host) => `${host} sends elsewhere; is there a proxy or a sign-in page in between?`,
  schemaMismatch: (subject) => `the answer is not what the API promises: ${subject}`,
  clockSkew: (time) => `this machine's clock is off: the service's shows ${time}`,
  noReason: (subject) => `the service refused without a reason${subject}`,
  missingResult: () => "the service did not say what became of this task",
  underWay: () => "another operation on this task is under way",
  closed: () => "the connection was removed, hidden or changed meanwhile; nothing was sent",
  noV3: () => "this service does not have version 3 of the API, which this needs",
  noV5: () => "this service does not have version 5 of the API, which this needs",
};

/** The facts of a failed call. */
export interface Failure {
  readonly kind: FailureKind;
  /** Operation name of the table. */
  readonly operation: string;
  /** What the service said, in its language, or what went wrong on the way, in English. */
  readonly reason: string;
  /** What went wrong when it is not the service that said so, and the host or detail it is about. */
  readonly fault?: { readonly id: Fault; readonly subject: string } | undefined;
  /** Whether a call that changes something may have taken effect all the same. */
  readonly uncertain?: boolean | undefined;
  /** HTTP status. */
  readonly status?: number | undefined;
  /** `error_code`, such as `DRS.M00304` or `APIGW.0301`. */
  readonly code?: string | undefined;
  /** How long the service asks to wait (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** The reason of a fault, in both forms that a failure has. */
export function faultOf(id: Fault, subject = ""): Required<Pick<Failure, "fault">> & Pick<Failure, "reason"> {
  return { reason: faultReasons[id](subject), fault: { id, subject } };
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

/** Whether nobody answered at all. */
export function isUnanswered(error: unknown): error is DrsError {
  return isDrsError(error) && (error.failure.kind === "network" || error.failure.kind === "timeout");
}

/** Whether a call of the local backend's own routes (`/_local/…`) failed. */
export function isOfLocalBackend({ operation }: Failure): boolean {
  return operation.startsWith("/_local/");
}

/** Whether it is the local backend that did not answer. @param local whether it is known to have been called. */
export function isUnansweredLocally(error: unknown, local: boolean): boolean {
  return isUnanswered(error) && (local || isOfLocalBackend(error.failure));
}

/** Whether something ended because it was canceled. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
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

/** The kind of a refusal, from its code and its HTTP status; a refused item of a batch has none: it counts as a 400. */
export function kindOf(code: string | undefined, status: number): FailureKind {
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
