/** When users are to be notified, in the words of the API and as a task keeps it. */
import type * as v from "valibot";
import type { alarmNotify } from "../../drs/schemas-v5";
import type { Alarms } from "../jobs/job";

type Notify = v.InferOutput<typeof alarmNotify>;

/** Notification settings as they are kept. */
export function alarmsOf(given: Notify | null | undefined): Alarms | null {
  return given == null
    ? null
    : {
        toUser: given.alarm_to_user === true,
        topicUrn: given.topic_urn ?? null,
        delay: given.delay_time ?? null,
        rpoDelay: given.rpo_delay ?? null,
        rtoDelay: given.rto_delay ?? null,
      };
}

/** Notification settings as they were sent. */
export function shownAlarms(alarms: Alarms | null): Notify | null {
  return (
    alarms && {
      alarm_to_user: alarms.toUser,
      topic_urn: alarms.topicUrn,
      ...{ delay_time: alarms.delay, rpo_delay: alarms.rpoDelay, rto_delay: alarms.rtoDelay },
    }
  );
}
