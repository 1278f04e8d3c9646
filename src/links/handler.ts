import type * as vscode from "../screen/vscode";
import type { LinkParts } from "./open";

/** Opens links to tasks. A page may ask for many at once, and each may read tasks: one does at a time, the others do nothing. */
export function linkHandler(parts: Omit<LinkParts, "alone">): vscode.UriHandler {
  let isReading = false;
  const alone = async (read: () => Promise<void>) => {
    if (isReading) {
      parts.log.warn("A link was ignored: the task of another one is being looked for.");
      return false;
    }
    isReading = true;
    try {
      await read();
      return true;
    } finally {
      isReading = false;
    }
  };
  return {
    handleUri: async (uri) => {
      const { openLink } = await import("./open");
      await openLink(uri, { ...parts, alone });
    },
  };
}
