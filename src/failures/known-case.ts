import type { Bilingual } from "../l10n/bilingual";
import type { StepId } from "./steps";

/** A known case that explains a failure. */
export interface Diagnosis {
  /** The case's name in the catalogue. */
  readonly id: string;
  readonly cause: Bilingual;
  readonly remedy: Bilingual;
  /** What to do next, where the task's status alone would suggest something else. */
  readonly advice?: Bilingual | undefined;
  /** The steps of the remedy that the extension can take, in their order. */
  readonly steps: readonly StepId[];
  /** Whether the task can continue after the remedy; false: it must be recreated or reset; undefined: not known. */
  readonly resumable: boolean | undefined;
  /** A page with more information (https). */
  readonly url: string;
  /** False where the evidence is weak, so that the cause is only likely. */
  readonly sure: boolean;
}

/** The facts of a failure. Every text may come from a server, of any length and content. */
export interface Symptoms {
  /** The error of a task: a code of the service, an SQLSTATE or an error code of the system, and its text. */
  readonly error?: { readonly code?: string | undefined; readonly message?: string | undefined } | undefined;
  /** Lines of the task's log, the newest first. */
  readonly logs?: readonly string[] | undefined;
  /** Items of a pre-check that did not pass, what matters most first. */
  readonly findings?: readonly { readonly item: string; readonly reason?: string | undefined }[] | undefined;
  /** `error_code` of a refused call, such as `DRS.M00304`. */
  readonly apiCode?: string | undefined;
  /** In which synchronization it failed, where that is known. */
  readonly phase?: "full" | "incremental" | undefined;
  /** `engine_type`, such as `mysql` or `oracle-to-gaussdbv5`. */
  readonly engine?: string | undefined;
}
