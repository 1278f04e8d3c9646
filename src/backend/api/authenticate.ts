import { timingSafeEqual } from "node:crypto";
import { payloadHeader, sha256, signatureAlgorithm, signatureOf, unsignedPayload } from "../../drs/signer";
import type { Identity } from "../data-dir";
import { ApiError, message } from "../messages";
import { isGoodToken } from "./tokens";

/** The parts of a request that are checked. */
export interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  /** The exact bytes of the body. */
  readonly body: Uint8Array;
}

/** As RFC 9110 has it; `Headers` throws for anything else. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const largestSkewMs = 15 * 60 * 1_000;

/**
 * Checks who sends a request: by a token (`X-Auth-Token`), or by the signature `SDK-HMAC-SHA256` over whatever headers
 * it says it signed.
 *
 * @throws ApiError APIGW.0301.
 */
export function authenticate(request: IncomingRequest, keys: Identity, now: number): void {
  const token = request.headers.get("x-auth-token");
  if (token === null) {
    requireSignature(request, keys, now);
  } else if (!isGoodToken(keys, token, now)) {
    throw refused("the token is unknown or has ended");
  }
}

function requireSignature(
  request: IncomingRequest,
  keys: { readonly accessKey: string; readonly secretKey: string },
  now: number,
): void {
  const given = request.headers.get("authorization") ?? "";
  const match = /^(\S+) Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/.exec(given);
  if (match === null) {
    throw refused("the Authorization header is missing or malformed");
  }
  const [, algorithm, accessKey = "", list = "", signature = ""] = match;
  if (algorithm !== signatureAlgorithm) {
    throw refused(`the algorithm must be ${signatureAlgorithm}`);
  }
  const names = list.split(";");
  if (!names.every((name) => headerName.test(name))) {
    throw refused("SignedHeaders has an invalid name");
  }
  if (!names.includes("x-sdk-date")) {
    throw refused("x-sdk-date is not signed");
  }
  const time = timeOf(request.headers.get("x-sdk-date") ?? "");
  if (time === undefined || Math.abs(now - time) > largestSkewMs) {
    throw refused("X-Sdk-Date is more than 15 minutes away from the time here");
  }
  const expected = expectedSignature(request, names, keys.secretKey);
  const matches = equal(expected, signature);
  // Both are compared, so that the answer does not reveal whether the key is known.
  if (!equal(accessKey, keys.accessKey) || !matches) {
    throw refused("verify aksk signature fail");
  }
}

/** Names the server by which local programs call; any other comes from a web page or a foreign name. */
export function refuseForeign(headers: Headers, port: number): void {
  const host = headers.get("host") ?? "";
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    throw new ApiError("APIGW.0302", message("notLocal", { reason: "Host" }), 403);
  }
  if (headers.has("origin")) {
    throw new ApiError("APIGW.0302", message("notLocal", { reason: "Origin" }), 403);
  }
}

function expectedSignature(request: IncomingRequest, names: readonly string[], secretKey: string): string {
  const { method, body, headers } = request;
  const signed = Object.fromEntries(names.map((name) => [name, headers.get(name) ?? ""]));
  const payload = headers.get(payloadHeader) ?? undefined;
  if (payload !== undefined && payload !== unsignedPayload && payload !== sha256(body)) {
    throw refused("the body is not the one that was signed");
  }
  try {
    return signatureOf(
      { method, url: new URL(request.url), headers: signed, body, payload },
      names,
      secretKey,
    );
  } catch (error) {
    if (error instanceof URIError) {
      throw refused("the path is malformed");
    }
    throw error;
  }
}

function timeOf(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function refused(reason: string): ApiError {
  return new ApiError("APIGW.0301", message("notSigned", { reason }), 401);
}
