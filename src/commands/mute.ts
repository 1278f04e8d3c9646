/** Commands that mute and snooze notifications. */

import type { PlacedTask } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import type { CommandHost, Handler } from "./host";

const minuteMs = 60_000;

/** @param chosen the task that a menu names, or that the user picks. */
export function muteHandlers(
  { mutes, l10n }: CommandHost,
  chosen: (argument: unknown) => Promise<PlacedTask | undefined>,
): Record<`drs.${"mute" | "unmute"}Task` | "drs.snoozeAlerts" | "drs.endSnooze", Handler> {
  const { t, shortTime } = l10n;
  const mute = (muted: boolean) => async (argument: unknown) => {
    const found = await chosen(argument);
    if (found !== undefined) {
      await mutes.mute({ connection: found.state.connection.id, id: found.task.id }, muted);
    }
  };
  return {
    "drs.muteTask": mute(true),
    "drs.unmuteTask": mute(false),
    "drs.snoozeAlerts": async () => {
      const now = Date.now();
      const choices = [
        { label: t("For 30 minutes"), until: now + 30 * minuteMs },
        { label: t("For an hour"), until: now + 60 * minuteMs },
        { label: t("For 4 hours"), until: now + 240 * minuteMs },
        { label: t("Until tomorrow morning"), until: tomorrowMorning(new Date(now)) },
      ];
      const picked = await vscode.window.showQuickPick(
        choices.map((choice) => ({ ...choice, description: shortTime(choice.until) })),
        { placeHolder: t("Snooze notifications for how long?") },
      );
      if (picked !== undefined) {
        await mutes.snooze(picked.until);
      }
    },
    "drs.endSnooze": () => mutes.snooze(0),
  };
}

/** 8 o'clock of the next day in this machine's zone, milliseconds since 1970. */
function tomorrowMorning(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8).getTime();
}
