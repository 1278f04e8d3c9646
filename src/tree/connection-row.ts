/** A connection's row in the tree, as data. */

import type { ConnectionState } from "../connections/session-manager";
import { explain } from "../drs/error-text";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { type AttentionCounts, attentionText } from "../tasks/attention";

/** Why a connection shows no tasks, or old ones; undefined when all is well. */
export function messageOf(
  { connection, session, trouble }: ConnectionState,
  l10n: Localizer,
): Shown | undefined {
  const { t, number, shortTime } = l10n;
  if (session === undefined) {
    return trouble;
  }
  const { problem, asOf, tasks, unread } = session.store.snapshot;
  if (problem === undefined) {
    const { enterpriseProject: project, kind } = connection;
    if (project !== undefined && asOf !== undefined && tasks.size === 0) {
      return t(
        'Only tasks of enterprise project "{0}" are shown, and the service lists none. Depending on permissions, you may see only tasks that you created.',
        project.name,
      );
    }
    const isEmpty = kind === "cloud" && asOf !== undefined && tasks.size === 0;
    return isEmpty
      ? t(
          "The service lists no synchronization tasks. Depending on permissions, you may see only tasks that you created.",
        )
      : unread && t("Read so far: {0} of {1} synchronization tasks.", number(tasks.size), number(unread.of));
  }
  const why = explain(problem, l10n, connection.kind === "local");
  return asOf === undefined ? why : t("As of {0}. {1}", shortTime(asOf), why);
}

/** The grey text behind a connection's name: where it is, and its state if that is not the usual one. */
export function connectionDescription(state: ConnectionState, l10n: Localizer): Shown {
  const { connection, readOnly } = state;
  const { t } = l10n;
  const region = connection.kind === "cloud" ? shown(connection.region) : undefined;
  const project = connection.enterpriseProject && shown(connection.enterpriseProject.name);
  const limits = readOnly === undefined ? "" : t("read-only");
  return joined(" · ", [stateText(state, l10n), limits, region, project]);
}

/** The label of a connection's row for a screen reader. */
export function connectionLabel(state: ConnectionState, attention: AttentionCounts, l10n: Localizer): Shown {
  const counts = state.session?.store.snapshot.asOf === undefined ? "" : attentionText(attention, l10n);
  const kind = l10n.t("Connection {0}", state.connection.name);
  return joined(", ", [kind, connectionDescription(state, l10n), counts]);
}

/** Whether the row needs a look: its tasks cannot be read. */
export function isTroubled({ session, phase }: ConnectionState): boolean {
  return phase === "closed" || session?.store.snapshot.problem !== undefined;
}

function stateText({ phase, session }: ConnectionState, { t }: Localizer): Shown | undefined {
  const { asOf, problem, tasks } = session?.store.snapshot ?? {};
  switch (phase) {
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
