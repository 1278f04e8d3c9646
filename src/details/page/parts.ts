import { repeat } from "lit/directives/repeat.js";
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ChartsView, PartView } from "../part-view";
import type { Cell, Filter } from "../parts/part";
import type { PageMessage } from "../protocol";
import { timeElement } from "./age";
import { pageFormats, valueText, zoomAll } from "./chart";
import { icon } from "./icon";

type Send = (message: PageMessage) => void;

/** What a part needs besides its data. `now`: milliseconds since 1970; `language`: BCP 47 tag. */
interface PartContext {
  readonly now: number;
  readonly language: string;
  readonly send: Send;
}

/** The charts, with the same values as a table for those who cannot see or do not like lines. */
export function chartCard(view: ChartsView, language: string): TemplateResult | typeof nothing {
  const { heading, charts, times, notes, texts, marks } = view;
  if (charts.length === 0) {
    return nothing;
  }
  return html`<section class="card wide course" aria-labelledby="course">
    <div class="card-head">
      <h2 id="course">${heading}</h2>
      <button type="button" class="secondary show-all" @click=${() => zoomAll()}>${icon("screen-full")}${texts.reset}</button>
    </div>
    <p class="hidden" id="chart-help">${texts.help}</p>
    <div class="charts">
      ${repeat(
        charts,
        ({ id }) => id,
        (chart) =>
          html`<drs-chart class="chart-${chart.id}" .data=${{ chart, times, marks, texts, language }}></drs-chart>`,
      )}
    </div>
    ${notes.map((note) => html`<p class="none">${note}</p>`)}
    ${valueTable(view, language)}
  </section>`;
}

/** At most this many rows, the newest; copied as JSON the page has them all. */
const mostRows = 240;

/** The newest first, each with what happened since the one before it. */
function valueTable({ charts, times, texts, marks }: ChartsView, language: string): TemplateResult {
  const l10n = pageFormats(language);
  const order = times
    .map((_, index) => index)
    .slice(-mostRows)
    .reverse();
  const happened = (index: number) =>
    marks
      .filter(({ at }) => at <= (times[index] ?? 0) && at > (times[index - 1] ?? 0))
      .map(({ label }) => label)
      .join(", ");
  return html`<details class="values">
    <summary>${texts.table}</summary>
    <div class="scroll" role="group" aria-label=${texts.table} tabindex="0">
      <table>
        <thead>
          <tr><th scope="col">${texts.time}</th>${charts.map(({ label }) => html`<th scope="col">${label}</th>`)}<th scope="col">${texts.event}</th></tr>
        </thead>
        <tbody>
          ${order.map(
            (index) => html`<tr>
              <td>${l10n.time(times[index] ?? 0)}</td>
              ${charts.map(({ values, unit }) => html`<td class="number">${valueText(values[index], unit, l10n, texts.unknown)}</td>`)}
              <td>${happened(index)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** A part that is read while it is open. */
export function partCard(part: PartView, context: PartContext): TemplateResult {
  const { send } = context;
  const { id, heading, open, count, notes, state } = part;
  const toggle = (event: Event) => {
    const { open: now } = event.currentTarget as HTMLDetailsElement;
    if (now !== open) {
      send({ type: "open", part: id, open: now });
    }
  };
  return html`<details class="card wide part" data-part=${id} .open=${open} @toggle=${toggle}>
    <summary id="part-${id}">
      <h2>${heading}${count === undefined ? nothing : html` <span class="count">${count}</span>`}</h2>
    </summary>
    <div class="part-body">
      ${partTools(part, send)}
      ${notes.map((note) => html`<p class="none">${note}</p>`)}
      <div role="status">
        ${
          state === undefined
            ? nothing
            : html`<p class="state ${state.kind}">
                ${state.kind === "loading" ? icon("loading codicon-modifier-spin") : state.kind === "error" ? icon("error") : nothing}
                <span>${state.text}</span>
              </p>`
        }
      </div>
      ${part.rows.length === 0 ? nothing : partTable(part, context)} ${partPager(part, send)}
    </div>
  </details>`;
}

function partTools({ id, filter, back, buttons }: PartView, send: Send): TemplateResult | typeof nothing {
  if (filter === undefined && back === undefined && buttons.length === 0) {
    return nothing;
  }
  return html`<div class="tools">
    ${
      back === undefined
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => send({ type: "ask", part: id, offset: 0, filter: "" })}>
            ${icon("arrow-left")}${back}
          </button>`
    }
    ${buttons.map((button) => {
      const [name, press] =
        "compare" in button
          ? (["diff", () => send({ type: "compare", kind: button.compare })] as const)
          : (["checklist", () => send({ type: "step", step: button.step })] as const);
      return html`<button type="button" class="secondary" @click=${press}>${icon(name)}${button.label}</button>`;
    })}
    ${filter === undefined ? nothing : filterControl(id, filter, send)}
  </div>`;
}

function filterControl(part: PartView["id"], { label, value, options }: Filter, send: Send): TemplateResult {
  const ask = (event: Event) => {
    const { value: filter } = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    send({ type: "ask", part, offset: 0, filter });
  };
  return html`<label class="filter">
    <span>${label}</span>
    ${
      options === undefined
        ? html`<input type="search" maxlength="256" .value=${value} @change=${ask} @search=${ask} />`
        : html`<select @change=${ask}>
            ${options.map((option) => html`<option value=${option.value} .selected=${option.value === value}>${option.label}</option>`)}
          </select>`
    }
  </label>`;
}

function partTable({ id, columns, rows }: PartView, context: PartContext): TemplateResult {
  return scrollingTable(
    `part-${id}`,
    columns,
    rows.map(
      (row) =>
        html`<tr>${row.map((cell) => html`<td class=${cell.tone ?? (cell.number === true ? "number" : "")}>${cellContent(id, cell, context)}</td>`)}</tr>`,
    ),
  );
}

/** A table that scrolls within itself when it is long; then the keyboard must reach it. @param heading the id of its heading. */
export function scrollingTable(
  heading: string,
  columns: readonly string[],
  rows: readonly TemplateResult[],
): TemplateResult {
  return html`<div class="scroll" role="group" aria-labelledby=${heading} tabindex="0">
    <table>
      <thead>
        <tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

const toneIcons = { error: "error", warning: "warning", ok: "pass" } as const;

function cellContent(part: PartView["id"], cell: Cell, { now, language, send }: PartContext): TemplateResult {
  const { text, detail, tone, code, sql, time, percent, leadsTo } = cell;
  const words =
    time !== undefined
      ? timeElement({ text, time }, now, language)
      : code
        ? html`<code>${text}</code>`
        : html`<bdi>${text}</bdi>`;
  return html`${tone === undefined || text === "" ? nothing : icon(toneIcons[tone])}
    ${
      leadsTo === undefined
        ? words
        : html`<button type="button" class="link" @click=${() => send({ type: "ask", part, offset: 0, filter: leadsTo })}>${text}</button>`
    }
    ${percent === undefined ? nothing : html`<progress max="100" value=${percent} aria-label=${text}></progress>`}
    ${detail === undefined ? nothing : html`<div class="note"><bdi>${detail}</bdi></div>`}
    ${sql === undefined ? nothing : html`<pre class="sql" dir="ltr" tabindex="0"><code>${sql}</code></pre>`}`;
}

function partPager({ id, pager, filter }: PartView, send: Send): TemplateResult | typeof nothing {
  if (pager === undefined) {
    return nothing;
  }
  const { text, previous, next, labels } = pager;
  const button = (label: string, offset: number | undefined) => html`<button
    type="button"
    class="secondary"
    aria-disabled=${offset === undefined ? "true" : "false"}
    @click=${() => offset !== undefined && send({ type: "ask", part: id, offset, filter: filter?.value ?? "" })}
  >
    ${label}
  </button>`;
  return html`<div class="pager">${button(labels.previous, previous)}<span role="status">${text}</span>${button(labels.next, next)}</div>`;
}
