/** How the local backend proves that it has the key of its data directory, before anything is sent to it. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** What a challenge looks like: chosen by who asks, so that no older answer fits. */
export const challengePattern = /^[0-9a-f]{32}$/;

/** @param port on which the asked process listens: an answer that another one gave for its own port does not fit. */
export function challengeAnswer(secretKey: string, challenge: string, port: number, pid: number): string {
  return createHmac("sha256", secretKey).update(`drs-local\n${challenge}\n${port}\n${pid}`).digest("hex");
}

/** Compares in a time that does not depend on where the texts differ. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
