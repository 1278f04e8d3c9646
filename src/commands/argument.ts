/** The arguments of a command. */

/** Whether a command was called for a row that is gone. A word says so: bundles of their own share no object. */
export function isGoneRow(argument: unknown): boolean {
  return typeof argument === "object" && argument !== null && "row" in argument && argument.row === "gone";
}

/**
 * The arguments of a command. A menu calls it with its row and the selected ones; the row is undefined when it left the
 * list while the menu was open. Nobody means another one then, as somebody does who calls the command without a row.
 */
export function argumentOf(args: readonly unknown[]): unknown {
  return args.length > 1 && args[0] === undefined && args[1] === undefined ? { row: "gone" } : args[0];
}

/** Whether a command is for the selected rows: what keybindings of the tree say, which hand over no row. */
export function isForSelection(argument: unknown): boolean {
  return (
    typeof argument === "object" &&
    argument !== null &&
    "selection" in argument &&
    argument.selection === true
  );
}

/** The connection, task and group that a tree row, a reference or a plain task id names; none for anything else. */
export function targetOf(argument: unknown): {
  readonly connection: string | undefined;
  readonly id: string | undefined;
  readonly group: string | undefined;
} {
  if (typeof argument === "string") {
    return { connection: undefined, id: argument, group: undefined };
  }
  const fields = new Map<string, unknown>(
    typeof argument === "object" && argument !== null ? Object.entries(argument) : [],
  );
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" ? value : undefined;
  };
  return { connection: text("connection"), id: text("id"), group: text("group") };
}
