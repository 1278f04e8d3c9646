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
  const example = join(home, "drs-data");
  return configuredFolder("drs.localBackend.dataDirectory", configured, { home, example, t }) ?? usual;
}

/** The home folder for `~`, and an example for the error message. */
interface FolderHints {
  readonly home: string;
  readonly example: string;
  readonly t: Translate;
}

/**
 * The folder that a setting names; undefined where it is empty.
 *
 * @throws Error when it names no folder, or one that depends on where VS Code was started.
 */
export function configuredFolder(
  setting: string,
  configured: unknown,
  { home, example, t }: FolderHints,
): string | undefined {
  const text = typeof configured === "string" ? configured.trim() : configured;
  if (text === undefined || text === null || text === "") {
    return undefined;
  }
  const path = typeof text === "string" ? text.replace(/^~(?=$|[/\\])/, () => home) : "";
  if (!isAbsolute(path)) {
    throw new Error(
      t(
        'The setting {0} is not an absolute path: "{1}". Enter one, such as {2}, or leave it empty.',
        setting,
        String(text),
        example,
      ),
    );
  }
  return path;
}
