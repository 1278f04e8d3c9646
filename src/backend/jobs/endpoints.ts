import { certificatesIn } from "../../drs/certificates";
import type { EndLogin } from "../engine/database-login";
import type { Side } from "../engine/side";
import { ApiError, message } from "../messages";
import type { SecretBox } from "../secrets";
import type { StoredEndpoint } from "./job";

/** The way into a task's database, with its password opened. */
export function loginOf(endpoint: StoredEndpoint, side: Side, secrets: SecretBox): EndLogin {
  const { host, port, user, database, ssl, ca, proves } = endpoint;
  const password = secrets.open(endpoint.sealedPassword);
  return { side, host, port, user, password, database, ssl, ca, proves };
}

/**
 * The host of a database. A path would be a Unix socket of this machine, and of the target's in a subscription; a list
 * would be several servers for the target, and none for the backend.
 *
 * @throws ApiError DRS.M00007
 */
export function hostOf(ip: string | null | undefined): string {
  const host = ip ?? "";
  if (/^[/@]|[,\s\p{Cc}]/u.test(host)) {
    throw new ApiError("DRS.M00007", message("invalidHost"));
  }
  return host;
}

/**
 * The certificates (PEM) that the API has as Base64 of them.
 *
 * @throws ApiError DRS.M00007 for anything else.
 */
export function authoritiesOf(key: string | null | undefined): string | undefined {
  if (!key) {
    return undefined;
  }
  const certificates = certificatesIn(Buffer.from(key, "base64").toString("utf8"));
  if (certificates === undefined) {
    throw new ApiError("DRS.M00007", message("invalidCertificate"));
  }
  return certificates;
}

/** Whether a server is on this machine, so that it can reach a task's link. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
