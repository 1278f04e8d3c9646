/** Commands that arrange the tree. */

import type { PlacedTask } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf, statusOrder } from "../status/statuses";
import { engineName } from "../tasks/engine-name";
import { previewManner } from "../tree/node";
import {
  type Grouping,
  groupings,
  noFilter,
  type Sorting,
  sortings,
  type ViewOptions,
  viewOptionsIn,
} from "../tree/view-options";
import type { CommandHost, Handler } from "./host";
import type { CommandId } from "./ids";

type ArrangeCommand = Extract<
  CommandId,
  | `drs.filter${string}`
  | `drs.${"group" | "sort"}Tasks`
  | `drs.${"pin" | "unpin"}Task`
  | "drs.clearFilter"
  | "drs.openRow"
>;

/**
 * @param allTasks what is shown now.
 * @param chosen the task that a menu names, or that the user picks.
 */
export function treeHandlers(
  { view, l10n }: CommandHost,
  allTasks: () => readonly PlacedTask[],
  chosen: (argument: unknown) => Promise<PlacedTask | undefined>,
): Record<ArrangeCommand, Handler> {
  const { t } = l10n;
  const pin = (pinned: boolean) => async (argument: unknown) => {
    const found = await chosen(argument);
    if (found !== undefined) {
      await view.pin({ connection: found.state.connection.id, id: found.task.id }, pinned);
    }
  };
  const several = () => new Set(allTasks().map(({ state }) => state.connection.id)).size > 1;
  const current = () => viewOptionsIn(view.storedViewOptions);
  const arrange = (change: Partial<ViewOptions>) => view.arrange({ ...current(), ...change });
  return {
    "drs.filterByText": async () => {
      const { filter } = current();
      const text = await vscode.window.showInputBox({
        prompt: t(
          "Show only tasks with this in their name, ID, description, error, addresses, engine or tags",
        ),
        value: filter.text,
      });
      if (text !== undefined) {
        await arrange({ filter: { ...filter, text: text.trim() } });
      }
    },
    "drs.filterByStatus": async () => {
      const filter = await pickStatuses(allTasks(), current(), l10n);
      if (filter !== undefined) {
        await arrange({ filter });
      }
    },
    "drs.clearFilter": () => arrange({ filter: noFilter }),
    "drs.groupTasks": async () => {
      const names: Record<Grouping, Shown> = {
        status: t("Status"),
        engine: t("Engine"),
        tag: t("Tag"),
        connection: t("Connection"),
        none: several() ? t("No grouping: one list over all connections") : t("No grouping"),
      };
      const group = await pickOne(groupings, names, current().group, t("Group the tasks by"));
      if (group !== undefined) {
        await arrange({ group });
      }
    },
    "drs.sortTasks": async () => {
      const names: Record<Sorting, Shown> = {
        urgency: t("Urgency"),
        name: t("Name"),
        created: t("Newest first"),
        delay: t("Longest delay first"),
      };
      const sort = await pickOne(sortings, names, current().sort, t("Sort the tasks by"));
      if (sort !== undefined) {
        await arrange({ sort });
      }
    },
    "drs.pinTask": pin(true),
    "drs.unpinTask": pin(false),
    "drs.openRow": async () => {
      const row = await view.selectedRow();
      if (row?.kind === "more") {
        view.showMore(row.connection, row.group);
      } else if (row !== undefined) {
        const command = row.kind === "message" ? "drs.enterSecret" : "drs.openDetails";
        await vscode.commands.executeCommand(command, row, previewManner);
      }
    },
  };
}

/** Lets the user tick the statuses and engines that are to be shown; undefined when nothing was decided. */
async function pickStatuses(
  found: readonly PlacedTask[],
  { filter }: ViewOptions,
  { t, localize, number }: Localizer,
): Promise<ViewOptions["filter"] | undefined> {
  const count = (fits: (task: PlacedTask["task"]) => boolean) =>
    number(found.filter(({ task }) => fits(task)).length);
  const statuses = statusOrder
    .filter((status) => filter.statuses.includes(status) || found.some(({ task }) => task.status === status))
    .map((status) => ({
      icon: rowOf(status).icon,
      label: localize(rowOf(status).name),
      description: count((task) => task.status === status),
      picked: filter.statuses.includes(status),
      status,
      engine: undefined,
    }));
  const engines = [...new Set([...filter.engines, ...found.map(({ task }) => task.engine ?? "")])]
    .sort()
    .map((engine) => ({
      icon: "database",
      label: engineName(engine) || t("No engine"),
      description: count((task) => (task.engine ?? "") === engine),
      picked: filter.engines.includes(engine),
      status: undefined,
      engine,
    }));
  const picked = await vscode.window.showQuickPick([...statuses, ...engines], {
    canPickMany: true,
    placeHolder: t("Which statuses and engines? Select none to show all"),
  });
  return (
    picked && {
      ...filter,
      statuses: picked.flatMap(({ status }) => status ?? []),
      engines: picked.flatMap(({ engine }) => engine ?? []),
    }
  );
}

async function pickOne<T extends string>(
  values: readonly T[],
  names: Readonly<Record<T, Shown>>,
  current: T,
  placeHolder: Shown,
): Promise<T | undefined> {
  const items = values.map((value) => ({
    icon: value === current ? "check" : "blank",
    label: names[value],
    value,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.value;
}
