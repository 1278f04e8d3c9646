import { isAbsolute, join } from "node:path";
import type { Translate } from "../l10n/localizer";

/**
 * The folder of the local backend's databases and tasks.
 *
 * @param configured the setting `drs.localBackend.dataDirectory`, as the user has it; empty: `usual`.
 * @param home what `~` stands for.
 * @throws Error when it names no folder, or one that depends on where VS Code was started.
 */
export function dataDirectoryOf(configured: unknown, usual: string, home: string, t: Translate): string {
  const text = typeof configured === "string" ? configured.trim() : configured;
  if (text === undefined || text === null || text === "") {
    return usual;
  }
  const path = typeof text === "string" ? text.replace(/^~(?=$|[/\\])/, () => home) : "";
  if (!isAbsolute(path)) {
    throw new Error(
      t(
        'The setting drs.localBackend.dataDirectory is no absolute path: "{0}". Enter one, such as {1}, or leave it empty.',
        String(text),
        join(home, "drs-data"),
      ),
    );
  }
  return path;
}
