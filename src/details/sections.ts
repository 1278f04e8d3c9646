/** The facts of a task, section by section. */

import type { Localizer, Translate } from "../l10n/localizer";
import { joined, type Shown, shown, shownLines } from "../l10n/shown";
import { addressText } from "../tasks/address";
import { engineName } from "../tasks/engine-name";
import { taskTypeLabel } from "../tasks/route";
import type { SyncObject, Task, TaskEndpoint } from "../tasks/task";
import type { Copyable, CopyButton, ObjectTable, Row, Section } from "./page-view";

/** More rows than this make the page slow and are not read by anyone. */
const maxObjects = 500;

/** The sections in the order of the page. */
export function sectionsOf(task: Task, connection: string | undefined, l10n: Localizer): readonly Section[] {
  const { t } = l10n;
  return [
    taskSection(task, connection, t),
    timesSection(task, l10n),
    endpointSection("source", t("Source database"), task.source, t),
    endpointSection("target", t("Target database"), task.target, t),
  ];
}

function taskSection(task: Task, connection: string | undefined, t: Translate): Section {
  const rows = [
    row(t("Task ID"), task.id, { code: true, copy: copyButton("id", t("Task ID"), t) }),
    row(t("Parent task"), task.parentId, {
      code: true,
      copy: copyButton("parentId", t("Parent task"), t),
    }),
    row(t("Synchronization mode"), task.taskType && taskTypeLabel(task.taskType, t)),
    row(t("Engine"), engineName(task.engine)),
    row(t("Description"), task.description),
    row(t("Status of the API"), task.apiStatus, { code: true }),
    row(t("Connection"), connection),
  ];
  return section("task", t("Task"), rows, t);
}

function timesSection(task: Task, { t, time }: Localizer): Section {
  const timeRow = (label: Shown, ms: number | undefined, more: Pick<Row, "isAhead"> = {}) =>
    ms === undefined ? undefined : { label, value: time(ms), time: new Date(ms).toISOString(), ...more };
  const rows = [
    timeRow(t("Starts"), task.scheduledAt, { isAhead: true }),
    timeRow(t("Created"), task.createdAt),
    timeRow(t("Started"), task.startedAt),
    timeRow(t("Full synchronization completed"), task.fullCompletedAt),
    timeRow(t("Updated"), task.updatedAt),
  ];
  return section("times", t("Times"), rows, t);
}

function endpointSection(
  id: "source" | "target",
  heading: Shown,
  endpoint: TaskEndpoint | undefined,
  t: Translate,
): Section {
  const rows =
    endpoint === undefined
      ? []
      : [
          row(t("Address"), addressText(endpoint), {
            code: true,
            copy: copyButton(id, joined(", ", [heading, t("Address")]), t),
          }),
          row(t("Database type"), endpoint.dbType),
          row(t("User"), endpoint.user),
          row(t("Instance"), endpoint.instance),
        ];
  return section(id, heading, rows, t);
}

function section(id: string, heading: Shown, rows: readonly (Row | undefined)[], t: Translate): Section {
  return {
    id,
    heading,
    rows: rows.filter((entry) => entry !== undefined),
    empty: t("Not reported by the service."),
  };
}

function row(
  label: Shown,
  value: string | undefined,
  look: Pick<Row, "code" | "copy"> = {},
): Row | undefined {
  return value === undefined || value === "" ? undefined : { label, value: shownLines(value), ...look };
}

/** The button that copies what `subject` names. */
export function copyButton(what: Copyable, subject: Shown, t: Translate): CopyButton {
  return { what, label: t("Copy: {0}", subject), copied: t("Copied") };
}

/** The table of the synchronization objects, as far as it is shown. */
export function objectTable(objects: readonly SyncObject[], { t, number }: Localizer): ObjectTable {
  return {
    heading: t("Synchronization objects"),
    count: number(objects.length),
    columns: [t("Object type"), t("Name in the source"), t("Name in the target")],
    rows: objects
      .slice(0, maxObjects)
      .map(({ type, name, alias }) => [objectTypeLabel(type, t), shown(name), shown(alias ?? name)]),
    more:
      objects.length > maxObjects
        ? t("The first {0} of {1} are shown.", number(maxObjects), number(objects.length))
        : undefined,
    empty: t("The service lists no synchronization objects for this task."),
  };
}

function objectTypeLabel(type: string, t: Translate): Shown {
  switch (type.toLowerCase()) {
    case "database":
      return t("Database");
    case "schema":
      return t("Schema");
    case "table":
      return t("Table");
    case "view":
      return t("View");
    default:
      return shown(type);
  }
}
