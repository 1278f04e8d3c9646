/** Completes `engine` in a task file with the links that the open connections have, and says which links a file has none of. */
import { getLocation } from "jsonc-parser";
import type { Session } from "../connections/session";
import type { Translate } from "../l10n/localizer";
import * as vscode from "../screen/vscode";
import { type Link, supportedLinks } from "../tasks/use-cases/links";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import { textCompletions } from "./completion-items";
import { enginesOf, linkObjection } from "./links";
import type { TaskFile } from "./model";
import { type FileParts, tasksNamed } from "./open";

/** How long links count, in milliseconds: a service gets others in months. */
const freshMs = 10 * 60_000;
/** Nobody waits longer, in milliseconds. */
const patienceMs = 8_000;

/** By session, so that what a connection led to before it was edited does not count. */
const known = new WeakMap<
  Session,
  { readonly at: number; readonly links: Promise<readonly Link[] | undefined> }
>();

/** The links of each open connection that lists them. */
async function linksOf({ sessions, log }: FileParts): Promise<readonly (readonly Link[])[]> {
  const each = sessions.shown.map(async ({ connection, session }) => {
    if (session === undefined) {
      return undefined;
    }
    const last = known.get(session);
    const links =
      last !== undefined && Math.abs(Date.now() - last.at) < freshMs
        ? last.links
        : supportedLinks(session.client, AbortSignal.timeout(patienceMs));
    known.set(session, { at: last?.links === links ? last.at : Date.now(), links });
    try {
      return await links;
    } catch (error) {
      known.delete(session);
      log.info(`The links of ${connection.name} are not known: ${error}`);
      return undefined;
    }
  });
  return (await Promise.all(each)).filter((links) => links !== undefined);
}

/** Suggests the values of `engine`; nothing where no connection lists its links. */
export function engineCompletions(parts: FileParts): vscode.CompletionItemProvider {
  return {
    provideCompletionItems: async (document, position) => {
      const { path, isAtPropertyKey } = getLocation(document.getText(), document.offsetAt(position));
      if (isAtPropertyKey || path.length !== 1 || path[0] !== "engine") {
        return [];
      }
      const engines = enginesOf((await linksOf(parts)).flat());
      return textCompletions(document, position, engines, vscode.CompletionItemKind.Value);
    },
  };
}

/** Nothing where a connection has the file's link, or none lists its links. */
export async function linkFindings(
  file: TaskFile,
  parts: FileParts,
  t: Translate,
): Promise<readonly PrecheckFinding[]> {
  if (tasksNamed(parts.sessions, file.name).length > 0) {
    // There is a task, so that there is a link.
    return [];
  }
  const objections = (await linksOf(parts)).map((links) => linkObjection(file, links));
  const [first] = objections;
  if (first === undefined || objections.includes(undefined)) {
    return [];
  }
  const { field, value, possible } = first;
  const reason = t(
    'The service has no such link: "{0}" cannot be {1}, but {2}.',
    field,
    value,
    possible.join(", "),
  );
  return [{ item: field, result: "FAILED", reason }];
}
