import { v5Of } from "../../drs/v5";
import { type DelayDiagnosis, diagnoseDelay } from "../delay/diagnose";
import type { DelayFacts, PastDelay } from "../delay/facts";
import type { TaskSession } from "./control";
import type { LocalTasks } from "./local-tasks";

// With this file of their own, which is loaded with the first question.
export { delayParagraph, delayWords } from "../delay/words";

/** Where the causes of a delay are asked for. */
export interface DelaySource extends Pick<TaskSession, "client"> {
  readonly local?: Pick<LocalTasks, "delay">;
}

/**
 * Why a task is behind: asked of both its ends where the connection can, else of the service's monitor data and increment
 * components. It takes a second or two.
 *
 * @param past earlier delays of the task, the oldest first.
 * @returns undefined where neither says anything.
 * @throws DrsError when the service does not answer.
 */
export async function explainDelay(
  session: DelaySource,
  id: string,
  signal: AbortSignal,
  past: readonly PastDelay[] = [],
): Promise<DelayDiagnosis | undefined> {
  const facts = (await session.local?.delay(id, signal)) ?? (await serviceFacts(session, id, signal));
  return facts && diagnoseDelay(facts, past);
}

async function serviceFacts(
  { client }: Pick<TaskSession, "client">,
  id: string,
  signal: AbortSignal,
): Promise<DelayFacts | undefined> {
  const v5 = v5Of(client);
  const [monitor, components] = await Promise.all([
    v5.call("showMonitorData", { job_id: id }, { signal }),
    v5.call("showIncrementComponents", { job_id: id }, { signal }),
  ]);
  if (monitor === undefined && components === undefined) {
    return undefined;
  }
  const part = (type: "capture" | "apply") =>
    components?.increment_components_list?.find((component) => component.type === type);
  const [capture, apply] = [part("capture"), part("apply")];
  const runs = (status: string | null | undefined) => (status == null ? undefined : status !== "STOPPED");
  return {
    delayMs: secondsToMs(apply?.delay ?? monitor?.dst_delay),
    receivedMs: secondsToMs(capture?.delay),
    instance: {
      cpuPercent: numberOf(String(monitor?.used_cpu_percent ?? "")),
      reachesSource: monitor?.is_src_normal ?? undefined,
      reachesTarget: monitor?.is_dst_normal ?? undefined,
      captures: runs(capture?.status),
      applies: runs(apply?.status),
    },
  };
}

function numberOf(text: string | number | null | undefined): number | undefined {
  const value = Number.parseFloat(String(text ?? ""));
  return Number.isFinite(value) ? value : undefined;
}

/** Below 0: not known. */
function secondsToMs(seconds: string | number | null | undefined): number | undefined {
  const value = numberOf(seconds);
  return value === undefined || value < 0 ? undefined : value * 1_000;
}
