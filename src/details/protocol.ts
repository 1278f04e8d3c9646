/** The messages between the details page and its host. The page takes only the types from here. */
import * as v from "valibot";
import type { TaskRef } from "../connections/connection";
import { stepIds } from "../failures/steps";
import { actionIds } from "../status/actions";
import type { Copyable, PageView } from "./page-view";
import { partIds } from "./parts/parts";

const pageMessage = v.variant("type", [
  v.strictObject({ type: v.literal("ready") }),
  v.strictObject({ type: v.literal("refresh") }),
  v.strictObject({ type: v.picklist(["startBackend", "showConnection", "enterSecret"]) }),
  v.strictObject({
    type: v.literal("run"),
    action: v.picklist(actionIds),
  }),
  v.strictObject({
    type: v.literal("copy"),
    what: v.picklist(["id", "parentId", "error", "source", "target", "json", "markdown"]),
  }),
  v.strictObject({ type: v.literal("open"), part: v.picklist(partIds), open: v.boolean() }),
  v.strictObject({
    type: v.literal("ask"),
    part: v.picklist(partIds),
    offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
    filter: v.pipe(v.string(), v.maxLength(256)),
  }),
  v.strictObject({ type: v.literal("step"), step: v.picklist(stepIds) }),
  v.strictObject({ type: v.literal("compare"), kind: v.picklist(["lines", "contents", "object"]) }),
]);

/**
 * Page → host. `ready`: the page listens, from now on or again after it was hidden. `open`: a part was opened or closed.
 * `ask`: another page of a part, or another filter.
 */
export type PageMessage = v.InferOutput<typeof pageMessage>;

/** A message of a page, and the task that the page showed then: the panel may have another one by now. */
export interface FromPage {
  readonly task: TaskRef;
  readonly message: PageMessage;
}

/** Host → page. `show`: of the same task as before, or of another one. `copied`: the text is on the clipboard. */
export type HostMessage =
  | { readonly type: "show"; readonly task: TaskRef; readonly view: PageView }
  | { readonly type: "copied"; readonly what: Copyable };

/** The state that the page keeps while it is hidden, and after a reload of the window. */
export interface PageState {
  readonly task: TaskRef;
  /** Where the reader is, in pixels. */
  readonly top?: number | undefined;
}

const identifier = v.pipe(v.string(), v.minLength(1));
const task = v.object({ connection: identifier, id: identifier });
const pageState = v.object({ task });
const fromPage = v.object({ task, message: pageMessage });

/** The message of a page; undefined for anything else. */
export function parseFromPage(sent: unknown): FromPage | undefined {
  const parsed = v.safeParse(fromPage, sent);
  return parsed.success ? parsed.output : undefined;
}

/** The kept state, or undefined for anything else. */
export function parsePageState(state: unknown): PageState | undefined {
  const parsed = v.safeParse(pageState, state);
  return parsed.success ? parsed.output : undefined;
}
