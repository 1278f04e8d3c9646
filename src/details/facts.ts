/** The facts besides the task from which the details page is made. */
import type { Diagnosis } from "../failures/known-case";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import type { ActionId } from "../status/actions";
import type { Attempt, TakenStep } from "../tasks/attempts";
import type { Since } from "../tasks/use-cases/status-since";
import type { WayBack } from "./page-view";
import type { Unready } from "./unready";

/** How fresh the store's data is. */
export interface Freshness {
  /** Whether there is a connection to read from. */
  readonly connected: boolean;
  /** The name of the connection while the user has hidden it. */
  readonly hidden?: Shown | undefined;
  /** What brings the data back, where something of ours does. */
  readonly wayBack?: WayBack | undefined;
  /** When it was last read, milliseconds since 1970; undefined before the first time. */
  readonly asOf: number | undefined;
  /** Why the last reading failed, in the reader's language; undefined when it did not. */
  readonly problem: Shown | undefined;
}

/** The reader, and the state of the data. */
export interface Reader {
  readonly l10n: Localizer;
  readonly freshness: Freshness;
}

/** The facts of a page besides the task. */
export interface DetailsFacts extends Reader {
  /** The name of the task's connection; undefined while it is not shown. */
  readonly connection: string | undefined;
  /** Why nothing may be done with the connection's tasks; undefined when that is not known to be so. */
  readonly readOnly: Shown | undefined;
  /** The task is in the list as it was last read; otherwise `task` is the last that was known of it. */
  readonly listed: boolean;
  readonly place: "local" | "cloud";
  /** The legal actions. */
  readonly actions: readonly ActionId[];
  /** The action under way. */
  readonly running: ActionId | undefined;
  /** The last action on the task in this window, and its outcome. */
  readonly attempt: Attempt | undefined;
  /** The step of the remedy that was taken since. */
  readonly taken: TakenStep | undefined;
  /** Since when the task has its status; undefined where that is not known. */
  readonly since: Since | undefined;
  /** The obstacle that keeps a configured task from being started. */
  readonly unready: Unready | undefined;
  /** The known case behind the task's error; null: none matches; undefined: not looked up yet. */
  readonly diagnosis: Diagnosis | null | undefined;
}
