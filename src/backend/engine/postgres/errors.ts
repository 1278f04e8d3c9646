import { type Message, message } from "../../messages";
import type { DatabaseLogin } from "../database-login";
import type { EngineError } from "../engine-error";
import { SlotWaitsError } from "./publisher";

/** A database error's message for the user of a task. */
export function describe(error: EngineError, connection: DatabaseLogin | undefined): Message {
  const side = error.side ?? "source";
  const { code, reason } = error;
  if (error instanceof SlotWaitsError) {
    return message("slotWaits", { holders: error.holders });
  }
  if (code === "28P01" || code === "28000") {
    return message("badLogin", { side, user: connection?.user ?? "", reason });
  }
  if (code === "3D000") {
    return message("noDatabase", { side, reason });
  }
  if (error.kind === "loss") {
    const address = connection === undefined ? side : `${connection.host}:${connection.port}`;
    return message("unreachable", { side, address, reason });
  }
  return message("databaseError", { side, code, reason });
}
