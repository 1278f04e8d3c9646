import type { ActionId } from "../status/actions";
import { isForSelection, targetOf } from "./argument";

/** So soon after a click nobody has read the next row, in milliseconds. */
const tooSoonMs = 1_000;

/** Remembers the row on which an action was clicked last, and when that had its effect. */
export class LastRow {
  #last: { id: string; action?: ActionId; at: number } = { id: "", at: Number.NEGATIVE_INFINITY };

  /** @returns the id of the task of another row on which the same was clicked, or took effect, just before. */
  clicked(action: ActionId, argument: unknown, now = performance.now()): string | undefined {
    const { connection, id } = isForSelection(argument) ? {} : targetOf(argument);
    if (connection === undefined || id === undefined) {
      return undefined;
    }
    const { id: before, at, action: last } = this.#last;
    this.#last = { id, action, at: now };
    return before !== id && last === action && now - at < tooSoonMs ? before : undefined;
  }

  /** The action on a task is over: its row may move now. */
  settled(id: string, now = performance.now()): void {
    if (this.#last.id === id) {
      this.#last.at = now;
    }
  }
}
