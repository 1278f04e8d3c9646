/** Whether a refusal says that a task is frozen or its account in arrears. */
import type { Failure } from "./errors";

/**
 * The DRS API publishes no such code. These are of the platform's billing and storage, which a service may pass on:
 * CBC.99003602 "expired or frozen", CBC.99003626 "account frozen", CBC.99005003 "insufficient balance".
 */
const codes: ReadonlySet<string> = new Set(["CBC.99003602", "CBC.99003626", "CBC.99005003"]);
const speakingCode = /FROZEN|FREEZE(?!_?OFF)|ARREAR|INSUFFICIENT_?BALANCE|OVERDUE/i;
/** A text is a weaker sign than a code, so what is frozen has to be named. */
const words =
  /\bin arrears?\b|\binsufficient (?:account )?balance\b|\b(?:account|order|instance|resource|task|job)s?(?: [\w."-]{1,60})? (?:is|are|was|were|has been|have been) frozen\b|欠费|余额不足|(?:账户|账号|订单|实例|资源|任务).{0,20}冻结/i;

/** Whether a code alone says so. */
export function isFreezeCode(code: string | null | undefined): boolean {
  return code != null && (codes.has(code) || speakingCode.test(code));
}

/** The same for a failed call: by its code, or else by the service's message. Messages of a database do not count. */
export function isFreezeRefusal({
  code,
  reason,
  fault,
}: Pick<Failure, "code" | "reason" | "fault">): boolean {
  return fault === undefined && (isFreezeCode(code) || words.test(reason.slice(0, 1000)));
}
