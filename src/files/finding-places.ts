/** Where in a task file a finding belongs. */
import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";

/** In characters of the text. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The field of a link that a finding begins with; the tables that it names; else the end that it is about; else the objects. */
export function spansOf(text: string, finding: string): readonly Span[] {
  const root = parseTree(text);
  if (root === undefined) {
    return [{ offset: 0, length: 1 }];
  }
  const [, field = ""] = /^(engine|direction|network|type)\b/.exec(finding) ?? [];
  const named = field === "" ? undefined : findNodeAtLocation(root, [field]);
  if (named !== undefined) {
    return [spanOf(named)];
  }
  const tables = findNodeAtLocation(root, ["objects", "tables"])?.children ?? [];
  const found = tables.filter(({ value }) => typeof value === "string" && isNamed(value, finding));
  if (found.length > 0) {
    return found.map(spanOf);
  }
  const [, side] = /\b(source|target)\b/i.exec(finding.replaceAll("_", " ")) ?? [];
  const end = side === undefined ? undefined : findNodeAtLocation(root, [side.toLowerCase(), "database"]);
  return [spanOf(end ?? findNodeAtLocation(root, ["objects"]) ?? root)];
}

/** Whether a text names a table as a whole word. */
function isNamed(table: string, text: string): boolean {
  const at = text.indexOf(table);
  return at >= 0 && !/[\w.]/.test(text[at - 1] ?? " ") && !/\w/.test(text[at + table.length] ?? " ");
}

function spanOf({ offset, length }: Node): Span {
  return { offset, length };
}
