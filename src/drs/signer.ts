/** AK/SK request signing, `SDK-HMAC-SHA256`: the signer of the client and the reference of the verifier. */
import { createHash, createHmac } from "node:crypto";

export const signatureAlgorithm = "SDK-HMAC-SHA256";

/** The parts of a request that are signed. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as sent; the path may be percent-encoded or not. */
  readonly url: URL;
  /** The headers to sign, lower-case names; `x-sdk-date` must be among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes of the body; empty without one. */
  readonly body: Uint8Array | string;
  /** The header `X-Sdk-Content-Sha256`, whose value is signed in place of the body's hash. */
  readonly payload?: string | undefined;
}

/** By this header a sender says what stands for the body in the signature. */
export const payloadHeader = "x-sdk-content-sha256";
/** Its value for bodies that are not signed: SDKs send it with bodies other than JSON. */
export const unsignedPayload = "UNSIGNED-PAYLOAD";

/** `YYYYMMDDTHHMMSSZ` in UTC, the form of the header `X-Sdk-Date`. */
export function sdkDate(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** The value of the `Authorization` header for a request. */
export function authorization(request: SignableRequest, accessKey: string, secretKey: string): string {
  const signedHeaders = Object.keys(request.headers).sort();
  const signature = signatureOf(request, signedHeaders, secretKey);
  return `${signatureAlgorithm} Access=${accessKey}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
}

/** The headers that prove who sends a request: `more`, host and time, signed with an access key. */
export function signedHeaders(
  request: Omit<SignableRequest, "headers">,
  key: {
    readonly accessKey: string;
    readonly secretKey: string;
    readonly securityToken?: string | undefined;
  },
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const token = key.securityToken === undefined ? {} : { "x-security-token": key.securityToken };
  const headers = { host: request.url.host, ...more, "x-sdk-date": sdkDate(new Date()), ...token };
  const signed = authorization({ ...request, headers }, key.accessKey, key.secretKey);
  return { ...headers, authorization: signed };
}

/** The signature, 64 hexadecimal digits, over the named headers (lower case, sorted). */
export function signatureOf(
  request: SignableRequest,
  signedHeaders: readonly string[],
  secretKey: string,
): string {
  const canonicalRequest = [
    request.method.toUpperCase(),
    canonicalPath(request.url.pathname),
    request.url.search === "" ? "" : canonicalQuery(request.url.searchParams),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim()}`),
    "",
    signedHeaders.join(";"),
    request.payload ?? sha256(request.body),
  ].join("\n");
  const stringToSign = [
    signatureAlgorithm,
    request.headers["x-sdk-date"] ?? "",
    sha256(canonicalRequest),
  ].join("\n");
  return createHmac("sha256", secretKey).update(stringToSign).digest("hex");
}

/** Of the paths that were signed last: a client has few. */
const canonicalPaths = new Map<string, string>();
const mostPaths = 200;

function canonicalPath(pathname: string): string {
  const known = canonicalPaths.get(pathname);
  if (known !== undefined) {
    return known;
  }
  if (canonicalPaths.size >= mostPaths) {
    canonicalPaths.clear();
  }
  const encoded = pathname
    .split("/")
    .map((segment) => encode(decodeURIComponent(segment)))
    .join("/");
  const canonical = encoded.endsWith("/") ? encoded : `${encoded}/`;
  canonicalPaths.set(pathname, canonical);
  return canonical;
}

function canonicalQuery(query: URLSearchParams): string {
  // Sorted as they are, not as they are encoded: so do the official SDKs for Node, Go and Python.
  return [...query]
    .sort(([k1, v1], [k2, v2]) => compare(k1, k2) || compare(v1, v2))
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes all but `A-Za-z0-9-_.~`, as RFC 3986 has it. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** 64 hexadecimal digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}
