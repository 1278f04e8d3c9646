/** The kinds of findings, with their codes and texts. */
import { type Message, type MessageId, message } from "../../messages";
import type { Side } from "../side";
import type { StreamFinding } from "../stream-finding";
import { plainName, type TableName } from "../table-name";

/** Of each kind of finding; the catalogue of failures knows those that fail a task. */
export const codes = {
  publicationGone: "LS001",
  publicationPartial: "LS002",
  publicationAltered: "LS002",
  sourceTableGone: "LS003",
  sourceTableReplaced: "LS004",
  tableUnpublished: "LS005",
  tableRepublished: "LS005",
  targetTableLost: "LS006",
  copyFiltered: "LS007",
  logLost: "LS008",
  slotMoved: "LS009",
  subscriptionAltered: "LS010",
  targetSetBack: "LS011",
  sourceSetBack: "LS012",
  tableRenamed: "LW001",
  sourceNoIdentity: "LW002",
  targetNoIdentity: "LW003",
  partitionAttached: "LW004",
  targetPartitionAttached: "LW004",
  partitionDetached: "LW005",
  targetPartitionDetached: "LW005",
  partitionTruncated: "LW006",
  sourceRowSecurity: "LW007",
  targetRowSecurity: "LW008",
  columnAdded: "LW009",
  columnFilled: "LW010",
  columnRequired: "LW011",
  columnRetyped: "LW012",
  tableRewritten: "LW013",
  rowsMissing: "LW014",
  tableRowsMissing: "LW014",
  logNearLimit: "LW015",
  logFillsDisk: "LW016",
  logUnlimited: "LW017",
  notWatched: "LW018",
  targetEmptied: "LW019",
  columnReplaced: "LW020",
  columnComputed: "LW021",
  typeAltered: "LW022",
  targetUnlogged: "LW023",
  transactionSkipped: "LW024",
  targetTriggered: "LW025",
  targetStricter: "LW026",
  keysDiffer: "LW027",
  targetBarred: "LW028",
  copyBroken: "LW104",
} as const satisfies Partial<Record<MessageId, string>>;
type Kind = keyof typeof codes;

/** @param part distinguishes findings of the same kind about the same table. */
export function finding(
  kind: Kind,
  side: Side,
  table: TableName | undefined,
  values: Message["values"] = {},
  part = "",
): StreamFinding {
  const about = table === undefined ? "" : plainName(table);
  const code = codes[kind];
  return {
    id: [kind, side, about, part].filter((one) => one !== "").join("/"),
    level: code.startsWith("LS") ? "failure" : "warning",
    ...{ side, table, code, message: message(kind, { side, table: about, ...values }) },
  };
}
