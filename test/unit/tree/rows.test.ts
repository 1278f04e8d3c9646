import assert from "node:assert/strict";
import { localizerFor } from "../../../src/l10n/localizer";
import { shown } from "../../../src/l10n/shown";
import { countsText } from "../../../src/tasks/attention";
import type { TaskChange } from "../../../src/tasks/store";
import type { Task } from "../../../src/tasks/task";
import { type Group, Layout, lookOf } from "../../../src/tree/layout";
import { descriptionOf, groupDescription, labelOf } from "../../../src/tree/rows";
import { noFilter, usual, type ViewOptions, viewOptionsIn } from "../../../src/tree/view-options";
import { Random } from "../../support/random";
import { fill } from "../../support/texts";
import { english, marks, task, thresholds } from "./facts";

const layoutOf = (...args: ConstructorParameters<typeof Layout>) => new Layout(...args);
const tasksOf = (group: Group | undefined) => group?.rows.map((row) => row.task) ?? [];

/** The tree as a picture: a line a row. */
function picture(
  tasks: readonly Task[],
  viewOptions: Partial<ViewOptions> = {},
  pinned: readonly string[] = [],
): string {
  const layout = layoutOf(
    tasks,
    { ...usual, ...viewOptions },
    marks({ isPinned: (id) => pinned.includes(id) }),
  );
  return pictureOf(layout);
}

function pictureOf(layout: Layout): string {
  const row = (task: Task) => [task.name, descriptionOf(task, english)].filter(Boolean).join(" | ");
  return layout.groups
    .flatMap((group) => [
      `${group.key} (${group.rows.length})`,
      ...tasksOf(group).flatMap((member) => [
        `  ${row(member)}`,
        ...layout.childrenOf(member.id).map((child) => `    ${row(child.task)}`),
      ]),
    ])
    .join("\n");
}

describe("the tree's rows", () => {
  it("begin with the warnings of a task, not with what it has failed for", () => {
    const warning = { id: "1", level: "warning", code: "LW001", message: "Columns differ." } as const;
    const rows = [[warning], [warning, { ...warning, id: "2" }], [{ ...warning, level: "failure" as const }]];
    assert.deepEqual(
      rows.map((warnings) => descriptionOf(task("orders", { warnings, delayMs: 120 }), english)),
      ["⚠ 1 warning · delay < 1 s", "⚠ 2 warnings · delay < 1 s", "delay < 1 s"],
    );
  });

  it("of delayed tasks stand above the healthy ones, say so in words, and are counted by their group", () => {
    const late = [
      task("a-healthy", { delayMs: 1_000 }),
      task("late", { delayMs: 372_000 }),
      task("at-the-threshold", { delayMs: 300_000 }),
      task("late-but-muted", { delayMs: 372_000 }),
    ];
    const { groups } = layoutOf(late, usual, marks({ isMuted: (id) => id === "id-late-but-muted" }));
    const [group] = groups;
    assert.ok(group !== undefined);
    assert.deepEqual(
      tasksOf(group).map(({ name }) => name),
      ["late", "late-but-muted", "a-healthy", "at-the-threshold"],
    );
    assert.equal(groupDescription(group, english), "4 · 1 behind · 1 muted");
    const [first] = tasksOf(group);
    assert.ok(first !== undefined);
    assert.equal(descriptionOf(first, english, thresholds), "⚠ behind 6 min");
    assert.equal(
      labelOf(first, english, descriptionOf(first, english, thresholds)),
      "late, Incremental synchronization, ⚠ behind 6 min",
    );
  });

  it("of a task that is behind stand above every healthy one, and below failures, where nothing is grouped", () => {
    const mixed = [
      task("copying", { status: "full" }),
      task("late", { delayMs: 372_000 }),
      task("broken", { status: "incrementalFailed" }),
      task("creating", { status: "creating" }),
    ];
    const { groups } = layoutOf(mixed, { ...usual, group: "none" }, marks());
    assert.deepEqual(
      tasksOf(groups[0]).map(({ name }) => name),
      ["broken", "late", "creating", "copying"],
    );
  });

  it("begin with what the service will soon do by itself", () => {
    const hour = 3_600_000;
    const endsAt = Date.now() + 50 * hour - 1_000;
    const ending = task("orders", { order: { endsAt, renews: false } });
    assert.equal(descriptionOf(ending, english), "⚠ order ends in 2 days 2 hr");
    assert.equal(descriptionOf(task("orders", { order: { endsAt, renews: true } }), english), "");
    const retainedLog = { bytes: 1, lostAt: Date.now() + 90 * 60_000 - 1_000 };
    const warnings = [{ id: "1", level: "warning", code: "LW015", message: "Near." } as const];
    const frozen = task("orders", { status: "frozen", freeze: { id: "police" }, retainedLog, warnings });
    assert.equal(descriptionOf(frozen, english), "by the police · ⚠ 1 warning · ⚠ log lost in 1 hr 30 min");
  });

  it("change their order when a task falls behind, and its group alone is touched", () => {
    const [a, b] = [task("a", { delayMs: 5 }), task("b", { delayMs: 5 })];
    const layout = layoutOf([a, b, task("c", { status: "paused" })], usual, marks());
    const change = layout.apply([{ before: b, after: { ...b, delayMs: 400_000 } }]);
    assert.deepEqual(
      [...(change?.touched ?? [])].map(([group, before]) => [
        group.key,
        before.rows.map((row) => row.task.name).join(),
        tasksOf(group)
          .map(({ name }) => name)
          .join(),
        before.look === lookOf(group),
      ]),
      [["status/incremental", "a,b", "b,a", false]],
    );
    assert.equal(change?.groups, false);
  });

  it("that change as tasks do are the rows that are made of all tasks", () => {
    const random = new Random();
    const groupings = ["status", "engine", "tag", "none"] as const;
    const sortings = ["urgency", "name", "created", "delay"] as const;
    for (let number = 0; number < 60; number++) {
      const viewOptions = {
        group: random.pick(groupings),
        sort: random.pick(sortings),
        filter: { ...noFilter, text: random.below(3) === 0 ? "a" : "" },
      };
      const held = marks({ isPinned: (id) => id.endsWith("7"), isMuted: (id) => id.endsWith("3") });
      const draw = (id: number) =>
        task(`${random.pick(["a", "b"])}${id}`, {
          id: `id-${id}`,
          status: random.pick(["incremental", "paused", "full", "fullFailed"]),
          engine: random.pick(["mysql", "postgresql"]),
          delayMs: random.pick([5, 70_000, 400_000]),
          createdAt: random.below(5),
          tags: random.pick<readonly string[]>([[], ["x"], ["x", "y"]]),
          ...(random.below(9) === 0 ? { parentId: `id-${random.below(20)}` } : {}),
        });
      const tasks = new Map<string, Task>();
      let layout = layoutOf([], viewOptions, held);
      for (let step = 0; step < 40; step++) {
        const changes = [...new Set(Array.from({ length: random.below(5) }, () => random.below(20)))].map(
          (id): TaskChange => {
            const before = tasks.get(`id-${id}`);
            const after = before !== undefined && random.below(6) === 0 ? undefined : draw(id);
            tasks.delete(`id-${id}`);
            if (after !== undefined) {
              tasks.set(after.id, after);
            }
            return { before, after };
          },
        );
        const before = new Map(layout.groups.map((group) => [group, [lookOf(group), group.rows] as const]));
        const change = layout.apply(changes);
        if (change === undefined) {
          layout = layoutOf(tasks.values(), viewOptions, held);
          continue;
        }
        const about = `seed ${random.seed}, number ${number}, step ${step}`;
        const fresh = layoutOf(tasks.values(), viewOptions, held);
        assert.equal(pictureOf(layout), pictureOf(fresh), about);
        assert.deepEqual(
          layout.groups.map((group) => groupDescription(group, english)),
          fresh.groups.map((group) => groupDescription(group, english)),
          about,
        );
        const counted = ({ attention }: Layout) => countsText(attention, english);
        assert.deepEqual([counted(layout), layout.count], [counted(fresh), fresh.count], about);
        for (const group of layout.groups) {
          const [look, rows] = before.get(group) ?? [];
          const isOther = look !== lookOf(group) || rows !== group.rows;
          assert.equal(!isOther || change.groups || change.touched.has(group), true, about);
        }
      }
    }
  });

  it("of a group of failures do not say twice that they failed", () => {
    const failed = [task("a", { status: "startFailed" }), task("b", { status: "startFailed" })];
    const [group] = layoutOf(failed, usual, marks()).groups;
    assert.equal(group && groupDescription(group, english), "2");
    const [all] = layoutOf(failed, { ...usual, group: "engine" }, marks()).groups;
    assert.equal(all && groupDescription(all, english), "2 · 2 failed");
  });

  it("say that a task is being paused or switched over", () => {
    const rows = ["STOP_JOB", "SWITCH_OVER", "ORDER_INFO"].map((currentAction) =>
      descriptionOf(task("orders", { currentAction, delayMs: 120 }), english),
    );
    assert.deepEqual(rows, [
      "being paused · delay < 1 s",
      "being switched over · delay < 1 s",
      "delay < 1 s",
    ]);
  });

  it("are roots where parents lead in a circle, with the children that hang on them", () => {
    const tasks = [
      task("self", { parentId: "id-self" }),
      task("a", { parentId: "id-b" }),
      task("b", { parentId: "id-a" }),
      task("below", { parentId: "id-a" }),
      task("chain", { parentId: "id-below" }),
    ];
    const layout = layoutOf(tasks, usual, marks());
    assert.deepEqual(
      layout.groups.map((group) => tasksOf(group).map(({ name }) => name)),
      [["a", "b", "self"]],
    );
    assert.deepEqual(
      tasks.map(({ id }) => [id, ...layout.childrenOf(id).map((row) => row.task.name)]),
      [["id-self"], ["id-a", "below"], ["id-b"], ["id-below", "chain"], ["id-chain"]],
    );
  });

  it("are grouped in the table's order, tasks by name, each with what matters in its status", () => {
    assert.equal(
      picture([
        task("zeta", { delayMs: 12, engine: "postgresql" }),
        task("alpha", { delayMs: 65_400 }),
        task("done", { status: "completed", engine: "mysql-to-kafka" }),
        task("copy", { status: "full", percent: 42.6, engine: "postgresql" }),
        task("odd", { status: "unknown", apiStatus: "CLONING" }),
        task("broken", { status: "startFailed", error: { code: "28P01", message: "no" } }),
      ]),
      [
        "status/startFailed (1)",
        "  broken | wrong password",
        "status/full (1)",
        "  copy | 42% · PostgreSQL",
        "status/incremental (2)",
        "  alpha | delay 1 min",
        "  zeta | delay < 1 s · PostgreSQL",
        "status/unknown (1)",
        "  odd | CLONING",
        "status/completed (1)",
        "  done | MySQL → Kafka",
      ].join("\n"),
    );
  });

  const fleet = [
    task("orders", { engine: "postgresql", delayMs: 100, createdAt: 2, tags: ["team=a", "prod"] }),
    task("reviews", { engine: "mysql", delayMs: 70_000, createdAt: 3, tags: ["team=a"] }),
    task("archive", { status: "paused", createdAt: 1 }),
    task("orders-change", { status: "modifying", parentId: "id-orders" }),
  ];

  it("stand below their parent, in no group of their own", () => {
    assert.equal(
      picture(fleet),
      [
        "status/incremental (2)",
        "  orders | delay < 1 s · PostgreSQL",
        "    orders-change",
        "  reviews | delay 1 min · MySQL",
        "status/paused (1)",
        "  archive",
      ].join("\n"),
    );
  });

  it("are grouped by engine, by each of their tags, or not at all", () => {
    const groups = (group: ViewOptions["group"]) =>
      picture(fleet, { group })
        .split("\n")
        .filter((line) => !line.startsWith(" "));
    assert.deepEqual(groups("engine"), ["engine/mysql (1)", "engine/postgresql (1)", "engine/ (1)"]);
    assert.deepEqual(groups("tag"), ["tag/prod (1)", "tag/team=a (2)", "tag/ (1)"]);
    assert.deepEqual(groups("none"), ["all (3)"]);
  });

  const order = (sort: ViewOptions["sort"], pinned: readonly string[] = []) =>
    picture(fleet, { group: "none", sort }, pinned)
      .split("\n")
      .filter((line) => /^ {2}\w/.test(line))
      .map((line) => line.trim().split(" ")[0]);

  it("are sorted by urgency, name, age or delay, pinned ones first", () => {
    assert.deepEqual(order("urgency"), ["orders", "reviews", "archive"]);
    assert.deepEqual(order("name"), ["archive", "orders", "reviews"]);
    assert.deepEqual(order("created"), ["reviews", "orders", "archive"]);
    assert.deepEqual(order("delay"), ["reviews", "orders", "archive"]);
    assert.deepEqual(order("urgency", ["id-archive"]), ["archive", "orders", "reviews"]);
    assert.match(picture(fleet, {}, ["id-archive"]), /^pinned \(1\)\n {2}archive/);
  });

  it("are filtered by text, status and engine, and counted", () => {
    const count = (filter: Partial<ViewOptions["filter"]>) =>
      layoutOf(fleet, { ...usual, filter: { ...noFilter, ...filter } }, marks()).count;
    assert.equal(count({}), 4);
    assert.equal(count({ text: "ORDERS" }), 2);
    assert.equal(count({ text: "team=a" }), 2);
    assert.equal(count({ text: "增量" }), 2);
    assert.equal(count({ statuses: ["paused", "modifying"] }), 2);
    assert.equal(count({ engines: ["mysql"], statuses: ["incremental"] }), 1);
    assert.match(
      picture(fleet, { filter: { ...noFilter, text: "change" } }),
      /^status\/modifying/,
      "a child whose parent does not fit stands by itself",
    );
  });

  it("are arranged as was stored, and as usual where that cannot be understood", () => {
    const stored = {
      group: "tag",
      sort: "delay",
      filter: { text: "x", statuses: ["paused"], engines: ["mysql"] },
    };
    assert.deepEqual(viewOptionsIn(JSON.parse(JSON.stringify(stored))), stored);
    assert.deepEqual(viewOptionsIn(undefined), usual);
    assert.deepEqual(
      viewOptionsIn({ group: "colour", filter: { statuses: ["gone", 5], engines: 7 } }),
      usual,
    );
  });

  it("show an error in words where it is a common one, or else by its code", () => {
    const row = (code: string, l10n = english) =>
      descriptionOf(task("t", { status: "fullFailed", error: { code } }), l10n);
    assert.deepEqual(
      [row("23505"), row("DRS.M05004"), row("23505", localizerFor("zh-cn", fill))],
      ["duplicate key", "DRS.M05004", "键值重复"],
    );
  });

  it("show for how long a task that could not be created stays listed", () => {
    const createdAt = Date.now() - 24 * 3_600_000;
    assert.match(
      descriptionOf(task("t", { status: "createFailed", createdAt }), english),
      /^deleted in 2 days$/,
    );
  });

  for (const [percent, remaining, said] of [
    [41.6, "200", "41% · 4 min left"],
    [41.6, "12", "41% · < 1 min left"],
    [41.6, "a while", "41%"],
    [100, "0", "100%"],
    [undefined, "200", ""],
  ] as const) {
    it(`show how far a full synchronization has come, and how long it will take: ${said}`, () => {
      assert.equal(descriptionOf(task("t", { status: "full", percent, remaining }), english), said);
    });
  }

  it("say when a timed start is due, and nothing where the time is not known", () => {
    const scheduledAt = Date.UTC(2026, 10, 24, 9, 5);
    assert.equal(
      descriptionOf(task("t", { status: "pendingStart", scheduledAt }), english),
      `starts ${english.nearTime(scheduledAt, Date.now())}`,
    );
    assert.equal(descriptionOf(task("t", { status: "pendingStart" }), english), "");
  });

  it("say why a task could not be created before how long it stays listed", () => {
    const facts = { createdAt: Date.now() - 24 * 3_600_000, error: { code: "23505" } };
    assert.equal(
      descriptionOf(task("t", { status: "createFailed", ...facts }), english),
      "duplicate key · deleted in 2 days",
    );
    assert.equal(descriptionOf(task("t", { status: "createFailed" }), english), "");
  });

  it("of a frozen task say that it is in arrears where the service does not say more", () => {
    assert.equal(descriptionOf(task("t", { status: "frozen" }), english), "in arrears");
  });

  it("show everything that lies ahead", () => {
    const endsAt = Date.now() + 50 * 3_600_000 - 1_000;
    const retainedLog = { bytes: 1, lostAt: Date.now() + 90 * 60_000 - 1_000 };
    const warnings = [{ id: "1", level: "warning", code: "LW015", message: "Near." } as const];
    const row = descriptionOf(
      task("orders", { order: { endsAt, renews: false }, retainedLog, warnings }),
      english,
    );
    assert.deepEqual(row.split(" · ").sort(), [
      "⚠ 1 warning",
      "⚠ log lost in 1 hr 30 min",
      "⚠ order ends in 2 days 2 hr",
    ]);
  });

  it("give a screen reader the status too, in the user's language", () => {
    assert.equal(
      labelOf(task("orders", {}), english, shown("delay < 1 s")),
      "orders, Incremental synchronization, delay < 1 s",
    );
    assert.match(labelOf(task("orders", {}), localizerFor("zh-cn", fill), ""), /增量同步/);
  });
});
