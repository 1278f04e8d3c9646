/** The log that a source retains for a task, in words. */

import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import type { RetainedLog } from "./task";

/** A line about size, limit, growth and what becomes of it, such as `52 MB of 64 MB at most · kept until around 14:30 …`. */
export function retainedLogText(
  { bytes, limit, bytesPerSecond, lostAt, diskFullAt }: RetainedLog,
  l10n: Localizer,
): Shown {
  const { t } = l10n;
  const near = (ms: number) => l10n.nearTime(ms, Date.now());
  return joined(" · ", [
    limit === undefined
      ? t("{0}, without a limit", bytesText(bytes, l10n))
      : t("{0} of {1} at most", bytesText(bytes, l10n), bytesText(limit, l10n)),
    ...(bytesPerSecond === undefined || bytesPerSecond <= 0
      ? []
      : [t("{0} per second", bytesText(bytesPerSecond, l10n))]),
    ...(lostAt === undefined
      ? []
      : [t("kept until around {0}, then the task must copy its tables again", near(lostAt))]),
    ...(diskFullAt === undefined ? [] : [t("source disk full around {0}", near(diskFullAt))]),
  ]);
}

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** Two digits, as the service shows sizes: `940 kB`, `5.2 MB`, `64 MB`. */
export function bytesText(bytes: number, { number }: Pick<Localizer, "number">): Shown {
  let value = bytes;
  let unit = 0;
  // PostgreSQL's units are powers of 1024.
  for (; value >= 1024 && unit < units.length - 1; unit++) {
    value /= 1024;
  }
  return shown(`${number(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)} ${units[unit]}`);
}
