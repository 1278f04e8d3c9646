/** What the details page shows: plain data with every text ready in the reader's language. */

import type { ActionId } from "../status/actions";
import type { AlertLevel } from "../status/statuses";
import type { ChartsView, PartView } from "./part-view";

/** A single fact of a task that a button copies. */
export type CopyableFact = "id" | "parentId" | "error" | "source" | "target";

/** What the copy buttons of the page offer, a fact or everything; the host has the text. */
export type Copyable = CopyableFact | "json" | "markdown";

/** A copy button; `label` is its name, `copied` what it says afterwards. */
export interface CopyButton {
  readonly what: Copyable;
  readonly label: string;
  readonly copied: string;
}

/** A sentence above everything else. With `since` (ms since 1970) the page adds how long ago that was. */
export interface Notice {
  readonly level: "warning" | "info";
  readonly text: string;
  readonly detail?: string | undefined;
  readonly since?: number | undefined;
  /** The label of a button that asks for fresh data. */
  readonly refresh?: string | undefined;
}

export interface ActionButton {
  readonly action: ActionId;
  readonly label: string;
  /** Codicon id. */
  readonly icon: string;
  readonly primary: boolean;
}

/** Why a task needs a person, and what that person can do. */
export interface Problem {
  readonly level: "error" | "warning";
  readonly heading: string;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly explanation?: Explanation | undefined;
  readonly advice?: string | undefined;
  readonly copy?: CopyButton | undefined;
  /** The label of the button that copies tables again, where that heals. */
  readonly copyAgain?: string | undefined;
}

/** What is wrong with a task's stream beside its status, and the log that its source keeps. */
export interface StreamView {
  readonly level: "warning" | "info";
  readonly heading: string;
  readonly warnings: readonly StreamWarning[];
  /** Size, limit and growth of the kept log. */
  readonly log?: Fact | undefined;
}

export interface StreamWarning {
  readonly code: string;
  readonly text: string;
  /** Since when, in words and as an ISO 8601 time. */
  readonly since?: { readonly text: string; readonly time: string } | undefined;
}

/** The known case behind an error, or that there is none. */
export interface Explanation {
  readonly facts: readonly Fact[];
  readonly link?: { readonly label: string; readonly href: string } | undefined;
}

/** A sentence, with its subject where that needs to be named. */
export interface Fact {
  readonly label?: string | undefined;
  readonly text: string;
}

/** A bar; `percent` 0 to 100, undefined while it is not known. */
export interface Bar {
  readonly label: string;
  readonly percent?: number | undefined;
  readonly text: string;
}

export interface Progress extends Bar {
  readonly remaining?: string | undefined;
  readonly parts: readonly Bar[];
}

export interface Delay {
  readonly label: string;
  readonly value: string;
  readonly known: boolean;
  readonly note: string;
}

/** A label and its value. */
export interface Row {
  readonly label: string;
  readonly value: string;
  /** Ids and addresses, in the editor's font. */
  readonly code?: boolean | undefined;
  /** The value as an ISO 8601 time. */
  readonly time?: string | undefined;
  readonly copy?: CopyButton | undefined;
}

export interface Section {
  /** Unique on the page. */
  readonly id: string;
  readonly heading: string;
  readonly rows: readonly Row[];
  /** Said when there are no rows. */
  readonly empty: string;
}

export interface ObjectTable {
  readonly heading: string;
  readonly count: string;
  readonly columns: readonly [type: string, source: string, target: string];
  readonly rows: readonly (readonly [type: string, source: string, target: string])[];
  /** Said below when not all rows are there. */
  readonly more?: string | undefined;
  /** Said when there are no rows. */
  readonly empty: string;
  /** The label of the button that copies tables again; absent where that cannot be. */
  readonly copyAgain?: string | undefined;
}

export interface StatusView {
  readonly name: string;
  readonly meaning: string;
  /** Codicon id. */
  readonly icon: string;
  /** Theme colour id. */
  readonly color: string;
  readonly alert: AlertLevel;
}

export interface TaskView {
  readonly kind: "task";
  readonly language: string;
  readonly name: string;
  readonly status: StatusView;
  readonly notices: readonly Notice[];
  readonly actionsLabel: string;
  readonly actions: readonly ActionButton[];
  /** The action that is under way; none can be started meanwhile. */
  readonly running?: ActionId | undefined;
  readonly problem?: Problem | undefined;
  readonly stream?: StreamView | undefined;
  readonly progress?: Progress | undefined;
  readonly delay?: Delay | undefined;
  readonly sections: readonly Section[];
  readonly objects: ObjectTable;
  /** What the page reads for itself; absent while there is nothing to read from. */
  readonly more?: MoreView | undefined;
}

/** What the page reads for itself. */
export interface MoreView {
  readonly charts: ChartsView;
  readonly parts: readonly PartView[];
  /** Buttons that copy all of the page. */
  readonly copyAll: readonly CopyButton[];
}

/** Nothing is known of the task: not yet (`waiting`), or because it is not in the list. */
export interface EmptyView {
  readonly kind: "empty";
  readonly language: string;
  readonly heading: string;
  readonly text: string;
  readonly waiting: boolean;
  readonly notices: readonly Notice[];
}

export type PageView = TaskView | EmptyView;
