import assert from "node:assert/strict";
import chinese from "../../../l10n/bundle.l10n.zh-cn.json";
import type { DetailsFacts } from "../../../src/details/facts";
import { copyText, detailsOf, emptyDetails } from "../../../src/details/view";
import { diagnose } from "../../../src/failures/diagnose";
import type { Diagnosis } from "../../../src/failures/known-case";
import { shown as textShown } from "../../../src/l10n/shown";
import { statuses, statusOrder } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { english, factsOf, now, recording, task } from "./facts";

const viewOf = (facts: Partial<Task> = {}, more: Partial<DetailsFacts> = {}) => {
  const shown = task(facts);
  return detailsOf(shown, factsOf(shown, more));
};

const known: Diagnosis = {
  id: "conflict",
  cause: { en: "The row is there already.", zh: "该行已存在。" },
  remedy: { en: "Delete it.", zh: "请删除。" },
  steps: [],
  resumable: true,
  url: "https://example.com/case",
  sure: true,
};

/** A section of the page as lines `label: value`. */
const lines = (id: string, facts: Partial<Task>): readonly string[] =>
  viewOf(facts)
    .sections.find((section) => section.id === id)
    ?.rows.map(({ label, value }) => `${label}: ${value}`) ?? [];

const freshness = (facts: Partial<DetailsFacts["freshness"]>) => ({
  freshness: { connected: true, asOf: now, problem: undefined, ...facts },
});

describe("the details view", () => {
  it("has name, meaning, icon and colour of every status from the table", () => {
    for (const status of statusOrder) {
      const row = statuses[status];
      const { status: shown } = viewOf({ status });
      const name = row.detail === "apiStatus" ? `${row.name.en}: INCRE_TRANSFER_STARTED` : row.name.en;
      const { icon, color, alert } = row;
      const since = undefined;
      assert.deepEqual(shown, { name, since, meaning: row.meaning.en, icon, color, alert });
    }
  });

  it("says since when a task has its status, and of a failed one how often that came lately", () => {
    const since = { at: now, times: 3 };
    const at = { text: english.time(now), time: "2026-11-24T03:00:00.000Z" };
    assert.deepEqual(viewOf({ status: "incrementalFailed" }, { since }).status.since, {
      ...at,
      often: "3 times in 24 hours",
    });
    assert.deepEqual(viewOf({}, { since }).status.since, { ...at, often: undefined });
  });

  it("draws the beginning of an error of hundreds of kilobytes, which is copied whole", () => {
    for (const status of ["incrementalFailed", "incremental"] as const) {
      const { problem } = viewOf({ status, error: { code: "1", message: "x".repeat(200_000) } });
      assert.equal(problem?.message, `${"x".repeat(3_999)}…`);
      assert.ok(problem?.copy);
    }
  });

  it("puts what makes a stopped task continue first and marks it, and never marks what stops one", () => {
    const buttons = (status: Task["status"]) =>
      viewOf({ status }).actions.map(({ label, primary }) => (primary ? `[${label}]` : label));
    assert.deepEqual(buttons("incrementalFailed"), ["[Resume]", "Pause", "End"]);
    assert.deepEqual(buttons("configuration"), ["[Start]", "End"]);
    assert.deepEqual(buttons("full"), ["Pause", "End"]);
    assert.deepEqual(buttons("creating"), ["End"]);
    assert.deepEqual(buttons("completed"), ["Delete"]);
    assert.deepEqual(buttons("frozen"), []);
  });

  it("begins with the two ends, the mode and the number of tables, as far as they are known", () => {
    const source = { host: "10.0.0.1", port: 5432, database: "shop" };
    const tables = ["a", "b"].map((name) => ({ type: "table", name }));
    const { route } = viewOf({
      source,
      target: { host: "::1" },
      taskType: "FULL_INCR_TRANS",
      objects: tables,
    });
    assert.deepEqual(route, {
      ends: { source: "shop @ 10.0.0.1:5432", target: "[::1]" },
      facts: "Full + incremental · 2 tables",
    });
    assert.equal(viewOf({ source, target: {}, objects: tables.slice(1) }).route?.facts, "1 table");
    assert.equal(viewOf({ source }).route, undefined);
  });

  it("offers to copy tables again where rows were lost, and on the table list of the local backend alone", () => {
    const lost = { id: "1", level: "failure", code: "LS006", message: "It was dropped." } as const;
    const failed: Partial<Task> = {
      status: "incrementalFailed",
      error: { code: "LS006" },
      warnings: [{ ...lost, table: "public.stock" }],
    };
    const { problem, objects, stream } = viewOf(failed, { place: "local" });
    const copyAgain = {
      ...{ step: "copyTables", label: "Copy Tables Again…", icon: "sync", part: undefined },
    };
    assert.deepEqual([problem?.steps, objects.copyAgain], [[copyAgain], copyAgain]);
    assert.match(problem?.advice ?? "", /^Copy the tables again/);
    assert.equal(stream, undefined);
    const whole = viewOf(
      {
        ...failed,
        warnings: [{ ...lost, code: "LS001" }],
        objects: [{ type: "table", name: "public.stock" }],
      },
      { place: "local" },
    );
    assert.deepEqual([whole.problem?.steps, whole.problem?.advice], [[copyAgain], problem?.advice]);
    for (const [task, facts] of [
      [{ ...failed, cloud: true }, {}],
      [failed, { place: "local", readOnly: textShown("no") }],
      [failed, { place: "local", listed: false }],
    ] as const) {
      const other = viewOf(task, facts);
      assert.deepEqual([other.problem?.steps, other.objects.copyAgain], [[], undefined]);
    }
    assert.deepEqual(viewOf({ ...failed, warnings: [] }, { place: "local" }).problem?.steps, []);
  });

  it("does not advise to copy a table again that the source has dropped, before it is there again", () => {
    const gone = {
      table: "public.stock",
      level: "failure",
      id: "1",
      code: "LS003",
      message: "gone",
    } as const;
    const steps = ["openFile", "copyTables"] as const;
    const diagnosis = diagnose({ error: { code: "LS003" } });
    const { problem } = viewOf(
      { status: "incrementalFailed", error: { code: "LS003" }, warnings: [gone] },
      { place: "local", diagnosis },
    );
    assert.deepEqual(diagnosis?.steps, steps);
    assert.match(problem?.advice ?? "", /^Remove the table from the task file, or create it/);
    assert.deepEqual(
      problem?.steps.map(({ step }) => step),
      steps,
    );
  });

  it("says that an action is done only while the task is as it was made", () => {
    const attempt = {
      action: "pause",
      at: Date.now(),
      count: 1,
      outcome: { kind: "reached", at: Date.now() },
    } as const;
    const noticesIn = (status: Task["status"]) => viewOf({ status }, { attempt }).notices.length;
    assert.deepEqual([noticesIn("paused"), noticesIn("incrementalFailed")], [1, 0]);
  });

  it("explains the last error of a task that is being started only when its phase is known", () => {
    const error = { code: "23505", message: "duplicate key" };
    const explainedIn = (status: Task["status"]) =>
      viewOf({ status, error }, { diagnosis: known }).problem?.explanation !== undefined;
    assert.deepEqual(
      [explainedIn("starting"), explainedIn("incremental"), explainedIn("rectification")],
      [false, true, true],
    );
  });

  it("offers the steps of the remedy that can be taken now, and no others", () => {
    assert.equal(viewOf({ status: "incrementalFailed" }).problem?.resume?.action, "resume");
    assert.equal(viewOf({ status: "incrementalFailed" }, { actions: [] }).problem?.resume, undefined);
    const taken = { text: textShown("DELETE at the target: 1 row."), at: now };
    const after = viewOf({ status: "incrementalFailed" }, { taken }).problem;
    assert.equal(after?.resume?.primary, true);
    assert.match(after?.attempt ?? "", /^\d+:00:00.* DELETE at the target: 1 row\.$/);
    const stepsOf = (task: Partial<Task>, facts: Partial<DetailsFacts> = {}) =>
      viewOf(
        { status: "incrementalFailed", error: { code: "x" }, ...task },
        { diagnosis: { ...known, steps: ["changePassword", "showConflicts"] }, ...facts },
      ).problem?.steps.map(({ label, part }) => [label, part]);
    const [password, rows] = [
      ["Change Database Password…", undefined],
      ["Show Conflicting Rows", "dirty"],
    ];
    const mayChange = { availableActions: ["RESET_DB_PWD"] };
    assert.deepEqual(stepsOf(mayChange), [password, rows]);
    assert.deepEqual(stepsOf({}), [rows]);
    assert.deepEqual(stepsOf(mayChange, { readOnly: textShown("no") }), [rows]);
    assert.deepEqual(stepsOf(mayChange, { diagnosis: null }), []);
    const unfreeze = (cloud?: true) => stepsOf({ status: "frozen", cloud });
    assert.deepEqual(unfreeze(), [["Top Up Account", undefined]]);
    assert.deepEqual(unfreeze(true), [["Open Billing Center", undefined]]);
    // What comes after a step is not the primary button.
    const failed = { status: "incrementalFailed", error: { code: "x" } } as const;
    const primaryOf = (diagnosis: DetailsFacts["diagnosis"]) =>
      viewOf(failed, { diagnosis }).actions.filter(({ primary }) => primary).length;
    assert.deepEqual([primaryOf(null), primaryOf({ ...known, steps: ["showConflicts"] })], [1, 0]);
  });

  it("shows warnings about the stream with the log that the source keeps, and that log alone as information", () => {
    const warning = {
      id: "1",
      level: "warning",
      code: "LW009",
      message: "It will stop.",
      since: now,
    } as const;
    const retainedLog = { bytes: 2048, limit: 4096 };
    const both = viewOf({ warnings: [warning], retainedLog }).stream;
    assert.deepEqual([both?.level, both?.heading, both?.log?.label], ["warning", "Warnings", "Retained log"]);
    assert.deepEqual(both?.warnings, [
      {
        ...{ code: "LW009", text: "It will stop." },
        since: { text: english.time(now), time: new Date(now).toISOString() },
      },
    ]);
    const log = viewOf({ status: "paused", retainedLog }).stream;
    assert.deepEqual(log, {
      ...{ level: "info", heading: "Retained log", warnings: [] },
      log: { label: undefined, text: "2 kB of 4 kB at most" },
    });
    assert.equal(viewOf().stream, undefined);
  });

  it("says what went wrong and what to do, for every failure", () => {
    const failed = viewOf({
      status: "incrementalFailed",
      error: { code: "23505", message: "duplicate key" },
    });
    assert.equal(failed.problem?.level, "error");
    assert.equal(failed.problem?.code, "duplicate key · 23505");
    assert.equal(failed.problem?.message, "duplicate key");
    assert.equal(failed.problem?.advice, "Remove the cause, then resume the task.");
    for (const status of statusOrder.filter((id) => statuses[id].alert === "error")) {
      assert.ok(viewOf({ status }).problem?.advice, status);
    }
    assert.equal(viewOf({ status: "fullFailed" }).problem?.message, "The service gave no reason.");
    assert.match(viewOf({ status: "frozen" }).problem?.advice ?? "", /^Top up the account/);
    const error = { code: "23505", message: "duplicate key" };
    const withError = viewOf({ status: "frozen", error }, { diagnosis: known }).problem;
    assert.equal(withError?.message, "It also reports an error: 23505: duplicate key");
    assert.deepEqual([withError?.code, withError?.explanation], [undefined, undefined]);
    const byPolice = viewOf({ status: "frozen", freeze: { id: "police" } });
    assert.match(byPolice.status.meaning, /request of the police/);
    assert.match(byPolice.problem?.advice ?? "", /^Neither a top-up nor a renewal helps/);
  });

  it("says the cause of a known case, its remedy, and where to read more", () => {
    const error = { code: "23505", message: "duplicate key" };
    const problem = (diagnosis: Diagnosis | null | undefined, facts: Partial<Task> = {}) =>
      viewOf({ status: "incrementalFailed", error, ...facts }, { diagnosis }).problem;
    assert.deepEqual(problem(known)?.explanation, {
      facts: [
        { label: "Cause", text: "The row is there already." },
        { label: "What to do", text: "Delete it." },
      ],
      link: { label: "More about this case", href: "https://example.com/case" },
    });
    assert.equal(problem({ ...known, sure: false })?.explanation?.facts[0]?.label, "Likely cause");
    assert.equal(problem(undefined)?.explanation, undefined);
    assert.match(
      problem(null)?.explanation?.facts[0]?.text ?? "",
      /^No known case matches this error\. Copy/,
    );
    assert.equal(problem(null, { error: undefined })?.explanation, undefined);
    assert.ok(problem(known, { status: "rectification" })?.explanation);
  });

  it("says whether the task can continue after the remedy", () => {
    const advice = (diagnosis: Diagnosis | null, status: Task["status"]) =>
      viewOf({ status, error: { code: "1" } }, { diagnosis }).problem?.advice;
    assert.equal(advice(known, "incrementalFailed"), "Remove the cause, then resume the task.");
    assert.equal(advice(null, "incrementalFailed"), "Remove the cause, then resume the task.");
    const over = { ...known, resumable: false };
    assert.match(advice(over, "incrementalFailed") ?? "", /^This task cannot continue\. End it/);
    assert.match(advice(over, "createFailed") ?? "", /This one can be deleted\.$/);
    const resettable = { status: "incrementalFailed", error: { code: "1" }, resettable: true } as const;
    assert.match(
      viewOf(resettable, { diagnosis: over }).problem?.advice ?? "",
      /reset the task: it starts over/,
    );
  });

  it("says of a task of the demo where its user's password is found", () => {
    const advice = (facts: Partial<Task>) =>
      viewOf(
        {
          status: "startFailed",
          error: { code: "28P01" },
          availableActions: ["RESET_DB_PWD", "START"],
          ...facts,
        },
        { place: "local" },
      ).problem?.advice;
    assert.match(advice({ tags: ["demo=shop"] }) ?? "", /the password that the demo gave this user/);
    const others: readonly Partial<Task>[] = [
      {},
      { tags: ["demo=shop"], cloud: true },
      { tags: ["demo=shop"], error: { code: "1" } },
    ];
    for (const other of others) {
      assert.equal(advice(other), "Remove the cause, then start the task again.");
    }
  });

  it("has no problem for a healthy task, and only the last error where one lingers", () => {
    assert.equal(viewOf().problem, undefined);
    const lingering = viewOf({ error: { code: "08006" } }).problem;
    assert.deepEqual([lingering?.level, lingering?.heading], ["warning", "Last reported error"]);
    assert.equal(lingering?.advice, undefined);
  });

  it("shows the progress of a full synchronization, with its parts", () => {
    const { progress, delay } = viewOf({
      status: "full",
      percent: 42.46,
      remaining: "12 min",
      parts: [
        { part: "struct", percent: 100 },
        { part: "data", percent: 99.99 },
        { part: "grants", percent: 0 },
      ],
    });
    assert.equal(progress?.text, "42.4%");
    assert.equal(progress?.remaining, "Remaining: 12 min");
    const inSeconds = viewOf({ status: "full", percent: 42, remaining: "75" });
    assert.equal(inSeconds.progress?.remaining, "Remaining: 1 min 15 sec");
    assert.deepEqual(
      progress?.parts.map(({ label, text }) => `${label} ${text}`),
      ["Structure 100%", "Data 99.9%", "grants 0%"],
    );
    assert.equal(delay, undefined);
  });

  it("shows progress while it matters only", () => {
    const percent = (facts: Partial<Task>) => viewOf(facts).progress?.percent;
    assert.equal(percent({ status: "paused", percent: 42 }), 42);
    assert.equal(percent({ status: "fullFailed", percent: 0 }), 0);
    assert.equal(percent({ status: "incremental", percent: 99 }), undefined);
    assert.equal(percent({ status: "configuration", percent: 0 }), undefined);
    assert.equal(percent({ status: "paused", percent: 100 }), undefined);
    assert.equal(viewOf({ status: "full" }).progress?.text, "Not known yet");
  });

  it("shows the delay in units that suit it", () => {
    const delay = (delayMs: number | undefined) => viewOf({ delayMs }).delay?.value;
    assert.equal(delay(undefined), "Not known yet");
    assert.equal(delay(0), "0 ms");
    assert.equal(delay(999.9), "999 ms");
    assert.equal(delay(12_340), "12.3 sec");
    assert.equal(delay(59_999), "59.9 sec");
    assert.equal(delay(60_000), "1 min");
    assert.equal(delay(754_000), "12 min 34 sec");
    assert.equal(delay(3_600_000 * 5 + 60_000), "5 hr 1 min");
    assert.equal(delay(86_400_000 * 2), "2 days");
  });

  it("distinguishes a measured delay from a live one", () => {
    assert.match(viewOf({ delayMs: 5 }).delay?.note ?? "", /is behind/);
    assert.match(viewOf({ status: "paused", delayMs: 5 }).delay?.note ?? "", /was behind/);
    assert.match(viewOf({ delayMs: 5 }, { listed: false }).delay?.note ?? "", /was behind/);
    assert.equal(viewOf({ status: "completed", delayMs: 5 }).delay, undefined);
    assert.equal(viewOf({ status: "creating" }).delay, undefined);
  });

  it("lists what is known of the task and its ends, and nothing else", () => {
    assert.deepEqual(lines("task", { taskType: "FULL_INCR_TRANS", engine: "postgresql", description: "" }), [
      "Task ID: 0d7a6c1e-4f6b-4d0e-9b58-5a3c2e1fjb11",
      "Synchronization mode: Full + incremental",
      "Engine: PostgreSQL",
      "Status of the API: INCRE_TRANSFER_STARTED",
      "Connection: cn-north-4",
    ]);
    assert.deepEqual(lines("source", { source: { host: "db", port: 5432, database: "shop", user: "drs" } }), [
      "Address: db:5432/shop",
      "User: drs",
    ]);
    assert.deepEqual(lines("target", { target: { host: "fd00::12", port: 5433 } }), [
      "Address: [fd00::12]:5433",
    ]);
    assert.deepEqual(lines("target", { target: { database: "shop" } }), ["Address: shop"]);
    assert.deepEqual(lines("target", {}), []);
  });

  it("gives each time as text and as a machine reads it", () => {
    const times = viewOf({ createdAt: now, scheduledAt: now + 1000 }).sections.find(
      ({ id }) => id === "times",
    );
    assert.deepEqual(
      times?.rows.map(({ label, time }) => [label, time]),
      [
        ["Starts", "2026-11-24T03:00:01.000Z"],
        ["Created", "2026-11-24T03:00:00.000Z"],
      ],
    );
  });

  it("lists the objects with their names on both sides, and says so when there are too many", () => {
    const { objects } = viewOf({
      objects: [
        { type: "table", name: "public.orders", alias: "reporting.orders" },
        { type: "matview", name: "public.totals" },
      ],
    });
    assert.deepEqual(objects.rows, [
      ["Table", "public.orders", "reporting.orders"],
      ["matview", "public.totals", "public.totals"],
    ]);
    assert.equal(objects.more, undefined);
    const many = viewOf({
      objects: Array.from({ length: 1200 }, () => ({ type: "table", name: "t" })),
    }).objects;
    assert.equal(many.count, "1,200");
    assert.equal(many.rows.length, 500);
    assert.equal(many.more, "The first 500 of 1,200 are shown.");
  });

  it("passes hostile names on untouched, as data", () => {
    const name = `<img src=x onerror=alert(1)> \${7*7} {0} "'&`;
    const view = viewOf({ name, remaining: name, status: "full", objects: [{ type: "table", name }] });
    assert.equal(view.name, name);
    assert.equal(view.progress?.remaining, `Remaining: ${name}`);
    assert.equal(view.objects.rows[0]?.[1], name);
    assert.equal(viewOf({ name: "" }).name, task().id);
  });

  it("keeps the last data with its age when a poll failed", () => {
    const { notices, actions } = viewOf({}, freshness({ problem: textShown("Refused.") }));
    assert.equal(notices.length, 1);
    assert.match(notices[0]?.text ?? "", /^The last refresh failed\. The data is as of .*2026/);
    assert.deepEqual([notices[0]?.detail, notices[0]?.since], ["Refused.", now]);
    assert.equal(actions.length, 2);
    assert.deepEqual(viewOf().notices, []);
  });

  it("offers no action for a task that is gone or out of reach, and says which", () => {
    const gone = viewOf({ status: "incrementalFailed" }, { listed: false });
    assert.match(gone.notices[0]?.text ?? "", /no longer in the list/);
    assert.deepEqual([gone.actions, gone.problem?.advice], [[], undefined]);
    const unconnected = { listed: false, ...freshness({ connected: false, asOf: undefined }) };
    const closed = viewOf({}, unconnected);
    assert.deepEqual(
      (["startBackend", "enterSecret", undefined] as const).map((wayBack) => {
        const facts = freshness({ connected: false, asOf: undefined, wayBack });
        return viewOf({}, { listed: false, ...facts }).notices[0]?.remedy?.label;
      }),
      ["Start the Local Backend", "Enter Again", undefined],
    );
    assert.match(closed.notices[0]?.text ?? "", /^Not connected/);
    assert.deepEqual(closed.actions, []);
    const reopened = viewOf({}, { listed: false, ...freshness({ asOf: undefined }) });
    assert.deepEqual([reopened.notices, reopened.actions], [[], []]);
  });

  it("distinguishes waiting, failing, missing and not being connected while nothing is known", () => {
    const empty = (facts: Partial<DetailsFacts["freshness"]>) => {
      const view = emptyDetails("some-id", { l10n: english, ...freshness(facts) }, "cloud");
      return [view.heading, view.waiting, view.notices.length];
    };
    assert.deepEqual(empty({ asOf: undefined }), ["Loading the task…", true, 0]);
    assert.deepEqual(empty({ asOf: undefined, problem: textShown("Refused.") }), [
      "The task could not be read",
      false,
      1,
    ]);
    assert.deepEqual(empty({}), ["This task is not in the list", false, 0]);
    const closed = { connected: false, asOf: undefined };
    assert.deepEqual(empty(closed), ["Not connected", false, 0]);
    const stopped = freshness({ ...closed, wayBack: "startBackend" });
    const local = emptyDetails("some-id", { l10n: english, ...stopped }, "local");
    assert.deepEqual(
      local.notices.map(({ remedy }) => remedy?.label),
      ["Start the Local Backend"],
    );
  });

  it("offers the way back once, beside the reason where there is one", () => {
    const refused = freshness({
      ...{ connected: false, asOf: undefined, problem: textShown("No secret."), wayBack: "enterSecret" },
    });
    const known = viewOf({}, { listed: false, ...refused }).notices;
    const unknown = emptyDetails("some-id", { l10n: english, ...refused }, "cloud").notices;
    assert.deepEqual(
      [known, unknown].map((all) => all.map(({ detail, remedy }) => [detail, remedy?.does])),
      [
        [
          [undefined, undefined],
          ["No secret.", "enterSecret"],
        ],
        [["No secret.", "enterSecret"]],
      ],
    );
  });

  it("offers to show a connection that is hidden, local or not", () => {
    const hidden = freshness({
      ...{ connected: false, asOf: undefined, hidden: textShown("staging"), wayBack: "showConnection" },
    });
    for (const place of ["local", "cloud"] as const) {
      const known = viewOf({}, { listed: false, place, ...hidden }).notices;
      const unknown = emptyDetails("some-id", { l10n: english, ...hidden }, place).notices;
      assert.deepEqual(
        [...known, ...unknown].map(({ text, remedy }) => [text, remedy?.label]),
        [
          "The connection staging is not shown. This page shows the last known state of the task.",
          "The connection staging is not shown.",
        ].map((text) => [text, "Show the Connection"]),
      );
    }
  });

  it("has the text of each copy button", () => {
    const shown = task({
      parentId: "parent",
      error: { code: "23505", message: "duplicate key" },
      source: { host: "db", port: 1, database: "a" },
    });
    assert.equal(copyText(shown, "id"), shown.id);
    assert.equal(copyText(shown, "parentId"), "parent");
    assert.equal(copyText(shown, "error"), "23505: duplicate key");
    assert.equal(copyText(shown, "source"), "db:1/a");
    assert.equal(copyText(shown, "target"), undefined);
    assert.equal(copyText(task(), "error"), undefined);
  });

  it("speaks Chinese throughout, with every sentence in the bundle", () => {
    const messages = new Set<string>();
    const l10n = recording("zh-cn", messages, chinese);
    const reader = { l10n, language: "zh-cn" };
    const objects = ["database", "schema", "table", "view"].map((type) => ({ type, name: "n" }));
    for (const status of statusOrder) {
      for (const taskType of ["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"]) {
        const shown = task({
          status,
          taskType,
          percent: 50,
          delayMs: 1,
          remaining: "1",
          parentId: "p",
          objects,
        });
        detailsOf(shown, factsOf(shown, { ...reader, ...freshness({ problem: textShown("x") }) }));
        for (const hidden of [undefined, textShown("x")]) {
          const closed = freshness({ connected: false, hidden });
          detailsOf(shown, factsOf(shown, { ...reader, listed: false, ...closed }));
        }
        detailsOf(shown, factsOf(shown, { ...reader, listed: false }));
        const failed = { ...shown, error: { code: "1" } };
        for (const diagnosis of [null, known, { ...known, sure: false, resumable: false }]) {
          detailsOf(failed, factsOf(failed, { ...reader, diagnosis }));
        }
      }
    }
    for (const facts of [
      {},
      { asOf: undefined },
      { connected: false },
      ...(["startBackend", "showConnection", "enterSecret"] as const).map((wayBack) => ({
        ...{ connected: false, hidden: textShown("x"), wayBack },
      })),
      { asOf: undefined, problem: textShown("x") },
    ]) {
      emptyDetails("id", { ...reader, ...freshness(facts) }, "local");
    }
    assert.deepEqual(
      [...messages].filter((message) => !Object.hasOwn(chinese, message)),
      [],
    );
    const shown = task({ status: "incremental", delayMs: 754_000 });
    const view = detailsOf(shown, factsOf(shown, reader));
    assert.equal(view.status.name, "增量同步");
    assert.equal(view.delay?.value, "12分钟 34秒");
    assert.deepEqual(
      view.actions.map(({ label }) => label),
      ["暂停", "结束"],
    );
  });

  it("shows what the service will do by itself, as a warning once that is close", () => {
    const at = (ms: number) => Date.now() + ms;
    const day = 24 * 3_600_000;
    const levels = [30 * day, 3 * day].map((ms) =>
      viewOf({ order: { endsAt: at(ms), renews: false } }).notices.map(({ level, text }) => [
        level,
        text.slice(0, 30),
      ]),
    );
    const text = "The order of the task ends at ";
    assert.deepEqual(levels, [[["info", text]], [["warning", text]]]);
    const retainedLog = { bytes: 1, lostAt: at(2 * day) };
    assert.deepEqual(
      viewOf({ status: "paused", retainedLog }).notices,
      [],
      "the retained log says so itself",
    );
  });
});
