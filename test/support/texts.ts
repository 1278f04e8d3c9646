import { localizerFor, type Translate } from "../../src/l10n/localizer";

/** What `vscode.l10n.t` does without a bundle: fills `{0}` places. */
export const fill = (message: string, ...args: (string | number)[]): string =>
  message.replaceAll(/\{(\d+)\}/g, (place, index: string) => String(args[Number(index)] ?? place));

/** English as the extension writes it. */
export const english = localizerFor("en", fill);
export const inEnglish: Translate = english.t;
