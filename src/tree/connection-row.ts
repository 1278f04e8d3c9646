/** What the tree says of a connection, as data. Knows nothing of VS Code. */
import type { Watched } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import type { Formats } from "../l10n/localizer";
import { problemsOf } from "../tasks/problems";

/** Why a connection shows no tasks, or old ones; undefined when all is well. */
export function messageOf({ connection, session, trouble }: Watched, formats: Formats): string | undefined {
  const { t, number, shortTime } = formats;
  if (session === undefined) {
    return trouble;
  }
  const { problem, asOf, tasks, unread } = session.store.snapshot;
  if (problem === undefined) {
    return (
      unread && t("Read so far: {0} of {1} synchronization tasks.", number(tasks.size), number(unread.of))
    );
  }
  const why = explain(problem, formats, connection.kind === "local");
  return asOf === undefined ? why : t("As of {0}. {1}", shortTime(asOf), why);
}

/** The grey text behind a connection's name: where it is, and its state if that is not the usual one. */
export function connectionDescription(watched: Watched, formats: Formats): string {
  const { connection, readOnly } = watched;
  const { t } = formats;
  const region = connection.kind === "cloud" ? connection.region : undefined;
  return [stateText(watched, formats), readOnly === undefined ? undefined : t("read only"), region]
    .filter(Boolean)
    .join(" · ");
}

/** What a screen reader says of a connection's row. */
export function connectionLabel(watched: Watched, formats: Formats): string {
  const { failed, frozen } = problemsOf(watched.session?.store.snapshot.tasks.values() ?? []);
  const counts =
    watched.session?.store.snapshot.asOf === undefined
      ? ""
      : formats.t("Synchronization tasks: {0} failed, {1} frozen", failed.length, frozen.length);
  const kind = formats.t("Connection {0}", watched.connection.name);
  return [kind, connectionDescription(watched, formats), counts].filter(Boolean).join(", ");
}

/** Whether the row needs a look: its tasks cannot be read. */
export function isTroubled({ session, state }: Watched): boolean {
  return state === "closed" || session?.store.snapshot.problem !== undefined;
}

function stateText({ state, session }: Watched, { t }: Formats): string | undefined {
  const { asOf, problem, tasks } = session?.store.snapshot ?? {};
  switch (state) {
    case "opening":
      return t("connecting");
    case "stopped":
      return t("not running");
    case "closed":
      return t("cannot be used");
    case "open":
      if (problem !== undefined) {
        return t("cannot be read");
      }
      return asOf === undefined ? t("connecting") : tasks?.size === 0 ? t("no tasks") : undefined;
  }
}
