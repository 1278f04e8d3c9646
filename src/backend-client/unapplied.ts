/** What ending a task would leave out, which the local backend knows exactly (`GET /_local/tasks/{id}/unapplied`). */
import * as v from "valibot";
import type { LocalConnection } from "../connections/connection";
import type { AccessKey } from "../drs/sign-in";
import type { Localizer } from "../l10n/localizer";
import type { Unapplied } from "../tasks/missing";
import { callControlApi } from "./control-api";

const schema = v.object({ tables: v.nullable(v.array(v.string())), log_bytes: v.nullable(v.number()) });
/** A question waits no longer for what it can do without. */
const patienceMs = 4_000;

/** Undefined when nothing was made for the task, and when the backend cannot say it soon. */
export async function askUnapplied(
  connection: LocalConnection,
  key: AccessKey,
  id: string,
  { language, t }: Localizer,
): Promise<Unapplied | undefined> {
  const path = `/_local/tasks/${encodeURIComponent(id)}/unapplied` as const;
  const words = language.toLowerCase() === "zh-cn" ? "zh-cn" : "en-us";
  const call = callControlApi(connection, key, { path, schema }, words, t);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined);
  });
  try {
    const answer = await Promise.race([call.catch(() => undefined), late]);
    const { tables = null, log_bytes: logBytes = null } = answer ?? {};
    return tables === null || logBytes === null ? undefined : { tables, logBytes };
  } finally {
    clearTimeout(timer);
  }
}
