import type { Job } from "./job";

const bytesPerMegabyte = 1024 * 1024;

/** The limit in force at a moment, in bytes per second; hours are UTC unless the limit says otherwise. */
export function limitAt(limits: Job["speedLimits"], now: Date): number | undefined {
  const speeds = limits
    .filter((limit) => {
      const hour = limit.is_utc === false ? now.getHours() : now.getUTCHours();
      const [begin, end] = [hourOf(limit.begin), hourOf(limit.end)];
      return begin <= end ? hour >= begin && hour <= end : hour >= begin || hour <= end;
    })
    .map(({ speed }) => Number(speed));
  return speeds.length === 0 ? undefined : Math.min(...speeds) * bytesPerMegabyte;
}

/** Whether a limit is of the documented form: whole hours and 1 to 9999 MB/s. */
export function isLimit({ begin, end, speed }: Job["speedLimits"][number]): boolean {
  const hours = /^([01]\d|2[0-3]):[0-5]\d$/;
  return hours.test(begin) && hours.test(end) && /^[1-9]\d{0,3}$/.test(speed);
}

const hours = 24;

/** A limit as v5 has it: in UTC. @param offset minutes that UTC is ahead of this machine's time. */
export function inUtc(
  { begin, end, speed, is_utc }: Job["speedLimits"][number],
  offset = new Date().getTimezoneOffset(),
) {
  const shifted = (time: string) => {
    const hour = (hourOf(time) + Math.round(offset / 60) + hours) % hours;
    return `${String(hour).padStart(2, "0")}${time.slice(2)}`;
  };
  return is_utc === false ? { begin: shifted(begin), end: shifted(end), speed } : { begin, end, speed };
}

function hourOf(text: string): number {
  return Number.parseInt(text, 10);
}
