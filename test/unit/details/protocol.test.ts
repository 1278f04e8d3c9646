import assert from "node:assert/strict";
import { pageHtml } from "../../../src/details/html";
import { parseFromPage, parsePageState } from "../../../src/details/protocol";
import { statuses } from "../../../src/status/statuses";

const task = { connection: "local", id: "id" };

describe("messages of the details page", () => {
  it("are taken when they are what the page may say", () => {
    for (const message of [
      { type: "ready" },
      { type: "refresh" },
      { type: "startBackend" },
      { type: "showConnection" },
      { type: "enterSecret" },
      { type: "copy", what: "error" },
      { type: "copy", what: "json" },
      { type: "open", part: "log", open: true },
      { type: "ask", part: "tables", offset: 50, filter: "orders" },
      { type: "compare", kind: "contents" },
      { type: "compare", kind: "object" },
    ]) {
      assert.deepEqual(parseFromPage({ task, message }), { task, message });
    }
    for (const action of new Set(Object.values(statuses).flatMap(({ actions }) => actions))) {
      const sent = { task, message: { type: "run", action } };
      assert.deepEqual(parseFromPage(sent), sent);
    }
  });

  it("are dropped when they are anything else", () => {
    for (const message of [
      undefined,
      null,
      "ready",
      [],
      {},
      { type: "eval" },
      { type: "run" },
      { type: "run", action: "format" },
      { type: "run", action: ["end"] },
      { type: "run", action: "end", taskId: "another" },
      { type: "copy", what: "password" },
      { type: "open", part: "constructor", open: true },
      { type: "ask", part: "tables", offset: -1, filter: "" },
      { type: "ask", part: "tables", offset: 0.5, filter: "" },
      { type: "ask", part: "tables", offset: 0, filter: "x".repeat(257) },
      { type: "ask", part: "tables", offset: 0, filter: { $ne: "" } },
      { type: "compare", kind: "account" },
    ]) {
      assert.equal(parseFromPage({ task, message }), undefined, JSON.stringify(message));
      assert.equal(parseFromPage(message), undefined, JSON.stringify(message));
    }
    for (const other of [undefined, "id", { id: "id" }, { connection: "local", id: "" }]) {
      assert.equal(parseFromPage({ task: other, message: { type: "refresh" } }), undefined);
    }
  });
});

describe("the state of the details page", () => {
  it("names a task, or is no state", () => {
    assert.deepEqual(parsePageState({ task }), { task });
    for (const state of [undefined, null, {}, { task: { ...task, id: "" } }, { task: { id: "id" } }]) {
      assert.equal(parsePageState(state), undefined, JSON.stringify(state));
    }
  });
});

describe("the document of the details page", () => {
  const html = pageHtml({
    language: "en",
    title: "Task details",
    loading: "Loading",
    task: { connection: `"><script>alert(1)</script>`, id: `"><script>alert(2)</script>` },
    script: "https://resource/details.js",
    style: "https://resource/details-style.css",
    font: "https://resource/codicon.ttf",
    cspSource: "https://*.resource",
    nonce: "bm9uY2U=",
  });

  it("lets nothing load but its own script, style and font", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll("&#39;", "'");
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-bm9uY2U='; style-src https://*.resource; font-src https://*.resource",
    );
  });

  it("has one script, that of the page, whatever the task id holds", () => {
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      `<script type="module" nonce="bm9uY2U=" src="https://resource/details.js">`,
    ]);
  });
});
