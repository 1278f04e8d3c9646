/** Tokens of this backend's own IAM: they carry their end and a seal, so that they outlive a restart. */
import { createHmac, randomBytes } from "node:crypto";
import { isSameText } from "../../drs/challenge";
import type { Identity } from "../data-dir";

export const tokenLifeMs = 24 * 60 * 60 * 1_000;

/** A token that is good for 24 hours. @param now milliseconds since 1970. */
export function issueToken(identity: Identity, now: number): string {
  const claims = `${now + tokenLifeMs}.${randomBytes(16).toString("base64url")}`;
  return `${claims}.${sealOf(identity, claims)}`;
}

/** Whether the token was issued here and has not ended. */
export function isGoodToken(identity: Identity, token: string, now: number): boolean {
  const [end = "", nonce = "", seal = ""] = token.split(".");
  return isSameText(seal, sealOf(identity, `${end}.${nonce}`)) && Number(end) > now;
}

function sealOf({ sealingKey, accessKey, secretKey }: Identity, claims: string): string {
  return createHmac("sha256", Buffer.from(sealingKey, "base64"))
    .update(`token\n${accessKey}\n${secretKey}\n${claims}`)
    .digest("base64url");
}
