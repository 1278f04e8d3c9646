/** The details page as plain data, every text in the reader's language. */

import type { StepId } from "../failures/steps";
import type { Shown } from "../l10n/shown";
import type { ActionId } from "../status/actions";
import type { AlertLevel } from "../status/statuses";
import type { Route } from "../tasks/route";
import type { ChartsView, Moment, PartView } from "./part-view";

/** A single fact of a task that a button copies. */
export type CopyableFact = "id" | "parentId" | "error" | "source" | "target";

/** What the copy buttons of the page offer, a fact or everything; the host has the text. */
export type Copyable = CopyableFact | "json" | "markdown";

/** A copy button; `label` is its name, `copied` what it says afterwards. */
export interface CopyButton {
  readonly what: Copyable;
  readonly label: Shown;
  readonly copied: Shown;
}

/** A sentence above everything else. With `since` (ms since 1970) the page adds how long ago that was. */
export interface Notice {
  readonly level: "warning" | "info";
  readonly text: Shown;
  /** Whether something is waited for. */
  readonly busy?: boolean | undefined;
  readonly detail?: Shown | undefined;
  readonly since?: number | undefined;
  /** The label of a button that asks for fresh data. */
  readonly refresh?: Shown | undefined;
  /** A button that brings the data back. */
  readonly remedy?: NoticeRemedy | undefined;
}

/** What can be done about data that cannot be read, by the name of the page's message. */
export type WayBack = "startBackend" | "showConnection" | "enterSecret";

export interface NoticeRemedy {
  readonly does: WayBack;
  readonly label: Shown;
  /** Codicon id. */
  readonly icon: string;
}

export interface ActionButton {
  readonly action: ActionId;
  readonly label: Shown;
  /** Codicon id. */
  readonly icon: string;
  readonly primary: boolean;
}

/** Why a task needs a person, and what that person can do. */
export interface Problem {
  readonly level: "error" | "warning";
  readonly heading: Shown;
  readonly code?: Shown | undefined;
  readonly message?: Shown | undefined;
  readonly explanation?: Explanation | undefined;
  readonly advice?: Shown | undefined;
  /** What became of the last action. */
  readonly attempt?: Shown | undefined;
  readonly copy?: CopyButton | undefined;
  /** The steps of the remedy, in the order in which they are taken. */
  readonly steps: readonly StepButton[];
  /** The action that lets the task run again afterwards. */
  readonly resume?: ActionButton | undefined;
}

/** A step of a remedy that the extension can take. */
export interface StepButton {
  readonly step: StepId;
  readonly label: Shown;
  /** Codicon id. */
  readonly icon: string;
  /** The part of the page that it shows; absent: the host takes it. */
  readonly part?: string | undefined;
}

/** What is wrong with a task's stream beside its status, and the log that its source keeps. */
export interface StreamView {
  readonly level: "warning" | "info";
  readonly heading: Shown;
  readonly warnings: readonly StreamWarning[];
  /** Size, limit and growth of the retained log. */
  readonly log?: Fact | undefined;
}

export interface StreamWarning {
  readonly code: Shown;
  readonly text: Shown;
  readonly since?: Moment | undefined;
}

/** The known case behind an error, or that there is none. */
export interface Explanation {
  readonly facts: readonly Fact[];
  readonly link?: { readonly label: Shown; readonly href: string } | undefined;
}

/** A sentence, with its subject where that needs to be named. */
export interface Fact {
  readonly label?: Shown | undefined;
  readonly text: Shown;
}

/** A bar; `percent` 0 to 100, undefined while it is not known. */
export interface Bar {
  readonly label: Shown;
  readonly percent?: number | undefined;
  readonly text: Shown;
}

export interface Progress extends Bar {
  readonly remaining?: Shown | undefined;
  readonly parts: readonly Bar[];
}

export interface Delay {
  readonly label: Shown;
  readonly value: Shown;
  readonly known: boolean;
  readonly note: Shown;
}

/** A label and its value. */
export interface Row {
  readonly label: Shown;
  readonly value: Shown;
  /** Ids and addresses, in the editor's font. */
  readonly code?: boolean | undefined;
  /** The value as an ISO 8601 time. */
  readonly time?: string | undefined;
  /** Whether that time may lie ahead. */
  readonly isAhead?: boolean | undefined;
  readonly copy?: CopyButton | undefined;
}

export interface Section {
  /** Unique on the page. */
  readonly id: string;
  readonly heading: Shown;
  readonly rows: readonly Row[];
  /** Said when there are no rows. */
  readonly empty: Shown;
}

export interface ObjectTable {
  readonly heading: Shown;
  readonly count: Shown;
  readonly columns: readonly [type: Shown, source: Shown, target: Shown];
  readonly rows: readonly (readonly [type: Shown, source: Shown, target: Shown])[];
  /** Said below when not all rows are there. */
  readonly more?: Shown | undefined;
  /** Said when there are no rows. */
  readonly empty: Shown;
  /** The button that copies tables again; absent where that cannot be. */
  readonly copyAgain?: StepButton | undefined;
}

export interface StatusView {
  readonly name: Shown;
  /** Since when the task has the status, and how often it came into it lately. */
  readonly since?: (Moment & { readonly often?: Shown | undefined }) | undefined;
  readonly meaning: Shown;
  /** Codicon id. */
  readonly icon: string;
  /** Theme colour id. */
  readonly color: string;
  readonly alert: AlertLevel;
}

export interface TaskView {
  readonly kind: "task";
  readonly language: string;
  readonly name: Shown;
  readonly status: StatusView;
  readonly route?: Route | undefined;
  readonly notices: readonly Notice[];
  readonly actionsLabel: Shown;
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
  readonly heading: Shown;
  readonly text: Shown;
  readonly waiting: boolean;
  readonly notices: readonly Notice[];
}

export type PageView = TaskView | EmptyView;
