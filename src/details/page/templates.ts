import { ifDefined } from "lit/directives/if-defined.js";
import { repeat } from "lit/directives/repeat.js";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { ageText, pastAgeText } from "../../l10n/age";
import type { Route } from "../../tasks/route";
import type {
  ActionButton,
  Bar,
  Copyable,
  CopyButton,
  Delay,
  EmptyView,
  Explanation,
  MoreView,
  Notice,
  ObjectTable,
  PageView,
  Problem,
  Progress,
  Row,
  Section,
  StepButton,
  StreamView,
  TaskView,
} from "../page-view";
import type { PageMessage } from "../protocol";
import { timeElement } from "./age";
import { icon } from "./icon";
import { chartCard, partCard, scrollingTable } from "./parts";

/** What a page needs besides its data. */
export interface PageContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The copy button that has just done its work. */
  readonly copied: Copyable | undefined;
  readonly send: (message: PageMessage) => void;
}

/** The whole page. */
export function pageOf(view: PageView, context: PageContext): TemplateResult {
  return view.kind === "task" ? taskPage(view, context) : emptyPage(view, context);
}

function emptyPage(view: EmptyView, context: PageContext): TemplateResult {
  return html`
    ${noticeList(view.notices, view.language, context)}
    <div class="empty" role="status">
      ${icon(view.waiting ? "loading codicon-modifier-spin" : "search-stop")}
      <h1 tabindex="-1">${view.heading}</h1>
      <p>${view.text}</p>
    </div>`;
}

function taskPage(view: TaskView, context: PageContext): TemplateResult {
  return html`
    ${noticeList(view.notices, view.language, context)}
    ${header(view, context)}
    ${view.problem === undefined ? nothing : problemBox(view.problem, view.running, context)}
    ${view.stream === undefined ? nothing : streamBox(view.stream, view.language, context)}
    ${view.progress === undefined ? nothing : progressCard(view.progress)}
    ${view.delay === undefined ? nothing : delayCard(view.delay)}
    <div class="grid">
      ${view.more === undefined ? nothing : moreCards(view.more, view.language, context)}
      ${repeat(
        view.sections,
        ({ id }) => id,
        (section) => sectionCard(section, view.language, context),
      )}
      ${objectCard(view.objects, context)}
    </div>
    ${view.more === undefined ? nothing : copyAll(view.more.copyAll, context)}`;
}

/** What happens, before what is: the charts and the parts that are read when they are open. */
function moreCards(
  { charts, parts }: MoreView,
  language: string,
  { now, send }: PageContext,
): TemplateResult {
  return html`${chartCard(charts, language)}
  ${repeat(
    parts,
    ({ id }) => id,
    (part) => partCard(part, { now, language, send }),
  )}`;
}

function noticeList(notices: readonly Notice[], language: string, context: PageContext): TemplateResult {
  return html`<div class="notices" role="status">
    ${notices.map(
      ({ level, text, detail, since, refresh, remedy, busy }) => html`
        <div class="notice ${level}">
          ${icon(busy === true ? "loading codicon-modifier-spin" : level)}
          <div>
            <p>
              ${text}
              ${since === undefined ? nothing : html`<span class="age" aria-hidden="true">(${pastAgeText(since, context.now, language)})</span>`}
            </p>
            ${detail === undefined ? nothing : html`<p class="detail">${detail}</p>`}
          </div>
          ${
            remedy === undefined
              ? nothing
              : html`<button type="button" class="primary" @click=${() => context.send({ type: remedy.does })}>
                  ${icon(remedy.icon)}${remedy.label}
                </button>`
          }
          ${
            refresh === undefined
              ? nothing
              : html`<button type="button" class="secondary" @click=${() => context.send({ type: "refresh" })}>
                  ${icon("refresh")}${refresh}
                </button>`
          }
        </div>`,
    )}
  </div>`;
}

function header(view: TaskView, context: PageContext): TemplateResult {
  const { status, language } = view;
  const { since } = status;
  return html`<header>
    <div class="emblem" .style=${`--tone: var(--vscode-${status.color.replaceAll(".", "-")})`}>${icon(status.icon)}</div>
    <div class="title">
      <h1 tabindex="-1"><bdi>${view.name}</bdi></h1>
      <p><span role="status"><strong>${status.name}</strong></span>${
        since === undefined
          ? nothing
          : html`<span class="since">${timeElement(since, context.now, language)}${since.often === undefined ? nothing : html` · ${since.often}`}</span>`
      }<span class="meaning">${status.meaning}</span></p>
      ${view.route === undefined ? nothing : route(view.route)}
    </div>
    ${view.actions.length === 0 ? nothing : actionBar(view, context)}
  </header>`;
}

function route({ ends, facts }: Route): TemplateResult {
  return html`<p class="route">
    ${ends === undefined ? nothing : html`<code>${ends.source}</code> → <code>${ends.target}</code>`}
    <span>${facts}</span>
  </p>`;
}

function actionBar(view: TaskView, context: PageContext): TemplateResult {
  return html`<div class="actions" role="group" aria-label=${view.actionsLabel}>
    ${repeat(
      view.actions,
      ({ action }) => action,
      (button) => actionButton(button, view.running, context),
    )}
  </div>`;
}

/** While an action is under way the buttons stay focusable, so that the reader does not lose the place. */
function actionButton(
  { action, label, icon: name, primary }: ActionButton,
  running: TaskView["running"],
  context: PageContext,
): TemplateResult {
  const run = () => {
    if (running === undefined) {
      context.send({ type: "run", action });
    }
  };
  return html`<button
    type="button"
    class=${primary ? "primary" : "secondary"}
    data-action=${action}
    aria-disabled=${running === undefined ? "false" : "true"}
    aria-busy=${running === action ? "true" : "false"}
    @click=${run}
  >
    ${icon(running === action ? "loading codicon-modifier-spin" : name)}${label}
  </button>`;
}

function problemBox(
  { level, heading, code, message, explanation, advice, attempt, copy, steps, resume }: Problem,
  running: TaskView["running"],
  context: PageContext,
): TemplateResult {
  return html`<section class="problem ${level}" aria-labelledby="problem">
    ${icon(level)}
    <div class="text">
      <h2 id="problem">${heading}${code === undefined ? nothing : html` <code>${code}</code>`}</h2>
      ${message === undefined ? nothing : html`<p class="message" dir="auto">${message}</p>`}
      ${explanation === undefined ? nothing : explanationOf(explanation)}
      ${advice === undefined ? nothing : html`<p class="advice">${icon("lightbulb")}<span>${advice}</span></p>`}
    </div>
    ${copy === undefined ? nothing : copyControl(copy, context)}
    ${attempt === undefined ? nothing : html`<p class="attempt" role="status">${icon("history")}<span>${attempt}</span></p>`}
    ${
      steps.length === 0 && resume === undefined
        ? nothing
        : html`<div class="remedy">${repeat(
            steps,
            ({ step }) => step,
            (step, index) => stepButton(step, context, index === 0 && resume?.primary !== true),
          )}${resume === undefined ? nothing : actionButton(resume, running, context)}</div>`
    }
  </section>`;
}

function stepButton(
  { step, label, icon: name, part }: StepButton,
  { send }: PageContext,
  isPrimary = false,
): TemplateResult {
  const take = () => (part === undefined ? send({ type: "step", step }) : showPart(part));
  return html`<button type="button" class=${isPrimary ? "primary" : "secondary"} data-step=${step} @click=${take}>${icon(name)}${label}</button>`;
}

/** Opens a part of the page and leads to it. */
function showPart(id: string): void {
  const part = document.querySelector(`details[data-part="${id}"]`);
  if (part instanceof HTMLDetailsElement) {
    part.open = true;
    part.scrollIntoView({ block: "start" });
    part.querySelector("summary")?.focus({ preventScroll: true });
  }
}

/** What is wrong with the stream although the task may run. */
function streamBox(
  { level, heading, warnings, log }: StreamView,
  language: string,
  { now }: PageContext,
): TemplateResult {
  return html`<section class="notice ${level} stream" aria-labelledby="stream">
    ${icon(level)}
    <div class="explanation">
      <h2 id="stream">${heading}</h2>
      ${warnings.map(
        ({ code, text, since }) => html`<p>
          <code>${code}</code> <span dir="auto">${text}</span>
          ${since === undefined ? nothing : html`<span class="age">${timeElement(since, now, language)}</span>`}
        </p>`,
      )}
      ${
        log === undefined
          ? nothing
          : html`<p>${log.label === undefined ? nothing : html`<strong>${log.label}</strong> `}<span>${log.text}</span></p>`
      }
    </div>
  </section>`;
}

/** VS Code opens the link in the browser. */
function explanationOf({ facts, link }: Explanation): TemplateResult {
  return html`<div class="explanation">
    ${facts.map(
      ({ label, text }) =>
        html`<p>${label === undefined ? nothing : html`<strong>${label}</strong> `}<span>${text}</span></p>`,
    )}
    ${link === undefined ? nothing : html`<p><a href=${link.href}>${link.label}</a></p>`}
  </div>`;
}

function progressCard(progress: Progress): TemplateResult {
  return html`<section class="card progress" aria-labelledby="progress">
    <h2 id="progress">${progress.label}</h2>
    <p class="figure">
      <span class="value">${progress.text}</span>
      ${progress.remaining === undefined ? nothing : html`<span class="note">${progress.remaining}</span>`}
    </p>
    ${bar(progress)}
    ${
      progress.parts.length === 0
        ? nothing
        : html`<ul class="parts">
            ${progress.parts.map((part) => html`<li><span>${part.label}</span><span>${part.text}</span>${bar(part)}</li>`)}
          </ul>`
    }
  </section>`;
}

function bar({ label, percent, text }: Bar): TemplateResult {
  return html`<progress
    max="100"
    value=${ifDefined(percent)}
    aria-label=${label}
    aria-valuetext=${text}
  ></progress>`;
}

function delayCard({ label, value, known, note }: Delay): TemplateResult {
  return html`<section class="card delay" aria-labelledby="delay">
    <h2 id="delay">${label}</h2>
    <p class="figure">
      <span class="value ${known ? "" : "unknown"}">${value}</span><span class="note">${note}</span>
    </p>
  </section>`;
}

function sectionCard(
  { id, heading, rows, empty }: Section,
  language: string,
  context: PageContext,
): TemplateResult {
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${heading}</h2>
    ${
      rows.length === 0
        ? html`<p class="none">${empty}</p>`
        : html`<dl>${rows.map((row) => rowOf(row, language, context))}</dl>`
    }
  </section>`;
}

function rowOf(row: Row, language: string, context: PageContext): TemplateResult {
  return html`<div>
    <dt>${row.label}</dt>
    <dd>${valueText(row, language, context)}${row.copy === undefined ? nothing : copyControl(row.copy, context)}</dd>
  </div>`;
}

function valueText(
  { value, code, time, isAhead }: Row,
  language: string,
  { now }: PageContext,
): TemplateResult {
  if (time !== undefined) {
    return timeElement({ text: value, time }, now, language, isAhead === true ? ageText : pastAgeText);
  }
  return code ? html`<code>${value}</code>` : html`<bdi>${value}</bdi>`;
}

function copyControl({ what, label, copied }: CopyButton, context: PageContext): TemplateResult {
  const done = context.copied === what;
  return html`<button
      type="button"
      class="icon-button"
      title=${label}
      aria-label=${label}
      @click=${() => context.send({ type: "copy", what })}
    >
      ${icon(done ? "check" : "copy")}</button
    ><span class="hidden" role="status">${done ? copied : ""}</span>`;
}

function copyAll(buttons: readonly CopyButton[], context: PageContext): TemplateResult {
  return html`<div class="copy-all">
    ${buttons.map(
      ({
        what,
        label,
        copied,
      }) => html`<button type="button" class="secondary" @click=${() => context.send({ type: "copy", what })}>
        ${icon(context.copied === what ? "check" : "copy")}${label}</button
      ><span class="hidden" role="status">${context.copied === what ? copied : ""}</span>`,
    )}
  </div>`;
}

function objectCard(
  { heading, count, columns, rows, more, empty, copyAgain }: ObjectTable,
  context: PageContext,
): TemplateResult {
  return html`<section class="card wide" aria-labelledby="objects">
    <h2 id="objects">${heading} <span class="count">${count}</span></h2>
    ${rows.length === 0 ? html`<p class="none">${empty}</p>` : objectTable(columns, rows)}
    ${more === undefined ? nothing : html`<p class="none">${more}</p>`}
    ${copyAgain === undefined ? nothing : html`<p class="remedy">${stepButton(copyAgain, context)}</p>`}
  </section>`;
}

function objectTable(columns: ObjectTable["columns"], rows: ObjectTable["rows"]): TemplateResult {
  return scrollingTable(
    "objects",
    columns,
    rows.map(
      ([type, source, target]) => html`<tr>
        <td>${type}</td>
        <td><code>${source}</code></td>
        <td><code class=${source === target ? "same" : "renamed"}>${target}</code></td>
      </tr>`,
    ),
  );
}
