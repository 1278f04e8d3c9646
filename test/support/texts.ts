import type { Translate } from "../../src/l10n/localizer";

/** What `vscode.l10n.t` does without a bundle: fills `{0}` places. */
export const fill: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (place, index: string) => String(args[Number(index)] ?? place));
