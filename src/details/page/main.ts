/** The details page: shows what the host sends, sends what the reader clicks. It has no words of its own. */
import { nothing, render } from "lit/html.js";
import type { TaskRef } from "../../connections/connection";
import type { Copyable } from "../page-view";
import type { FromPage, HostMessage, PageMessage, PageState } from "../protocol";
import { ReadingPlace } from "./place";
import { pageOf } from "./templates";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
};

/** How long a copy button says that it has copied, and how often the shown age of old data is updated. */
const copiedMs = 2000;
const ageMs = 10_000;
/** What loses the focus so shortly before the page does, in milliseconds, loses it with the page. */
const togetherMs = 200;

const vscode = acquireVsCodeApi();
const main = document.querySelector("main");
const { connection, taskId: id } = document.body.dataset;
if (main === null || connection === undefined || id === undefined) {
  throw new Error("The details page has no place for its task.");
}
let task: TaskRef = { connection, id };
const kept = vscode.getState();
vscode.setState({ task });
const place = new ReadingPlace((top) => vscode.setState({ task, top }));

let shown: (HostMessage & { type: "show" }) | undefined;
let copied: Copyable | undefined;
let copiedTimer: ReturnType<typeof setTimeout> | undefined;
let left: { readonly element: EventTarget | null; readonly at: number } | undefined;

function update(): void {
  if (main === null || shown === undefined) {
    return;
  }
  const focused = document.activeElement;
  render(pageOf(shown.view, { now: Date.now(), copied, send }), main);
  place.take();
  if (focused !== null && !focused.isConnected) {
    // The button that had the focus is gone, such as "Pause" once the task is paused.
    main.querySelector("h1")?.focus();
  }
}

function isShown(other: TaskRef): boolean {
  return other.id === task.id && other.connection === task.connection;
}

function send(message: PageMessage): void {
  vscode.postMessage({ task, message });
}

/** Nothing stays of the task that was shown before: what was open, zoomed or copied. */
function begin(other: TaskRef): void {
  task = other;
  vscode.setState({ task });
  copied = undefined;
  left = undefined;
  place.want(0);
  if (main !== null) {
    render(nothing, main);
  }
  scrollTo(0, 0);
}

function receive(message: HostMessage): void {
  switch (message.type) {
    case "show":
      if (shown === undefined) {
        main?.replaceChildren();
      }
      if (!isShown(message.task)) {
        begin(message.task);
      }
      if (shown === undefined && kept !== undefined && isShown(kept.task)) {
        place.want(kept.top);
      }
      shown = message;
      update();
      break;
    case "copied":
      copied = message.what;
      clearTimeout(copiedTimer);
      copiedTimer = setTimeout(() => {
        copied = undefined;
        update();
      }, copiedMs);
      update();
      break;
    default:
      message satisfies never;
  }
}

// A dialog of VS Code takes the focus from the element, too, and gives it back to the page alone.
document.addEventListener("focusout", ({ target }) => {
  left = { element: target, at: performance.now() };
});
window.addEventListener("blur", () => {
  if (left !== undefined && performance.now() - left.at > togetherMs) {
    left = undefined;
  }
});
window.addEventListener("focus", () => {
  const element = left?.element;
  left = undefined;
  if (document.activeElement === document.body && element instanceof HTMLElement) {
    const heir = element.isConnected ? element : main.querySelector("h1");
    heir?.focus({ preventScroll: true });
  }
});
window.addEventListener("message", (event: MessageEvent<HostMessage>) => receive(event.data));
setInterval(update, ageMs);
send({ type: "ready" });
