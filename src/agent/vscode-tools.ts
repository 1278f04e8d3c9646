import type { ConnectionState } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { escapeMarkdown, joinedMarkup } from "../l10n/markdown";
import { inert, type Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import type { AgentHost } from "./host";
import type { ToolName } from "./names";
import type { ToolConnection } from "./tool-context";
import { tools } from "./tools";

/** Before a tool runs: whatever does more than look is confirmed by the user, who reads which task it is about. */
export function prepared(
  name: ToolName,
  input: object,
  { sessions, l10n }: AgentHost,
): vscode.PreparedToolInvocation {
  if (tools[name].reads) {
    return {};
  }
  const wanted = "task" in input ? String(input.task) : "";
  const place = "connection" in input ? input.connection : undefined;
  const known = sessions.shown
    .filter(({ connection: { id, name: own } }) => place === undefined || place === id || place === own)
    .flatMap(({ connection, session }) =>
      [...(session?.store.snapshot.tasks.values() ?? [])].map((task) => ({ task, connection })),
    )
    .filter(({ task }) => task.id === wanted || task.name === wanted);
  const { t, localize } = l10n;
  const facts = known.map(({ task, connection }) =>
    t("Connection {0}, status {1}, id {2}", connection.name, localize(rowOf(task.status).name), task.id),
  );
  return {
    confirmationMessages: {
      title: inert(titleOf(name, known[0]?.task.name ?? wanted, l10n)),
      message: new vscode.MarkdownString(
        joinedMarkup("\n\n", [t("An agent requested this action."), ...facts].map(escapeMarkdown)),
      ),
    },
  };
}

function titleOf(name: ToolName, task: string, l10n: Localizer): Shown {
  const { t } = l10n;
  switch (name) {
    case "drs_start_task":
      return t('{0} task "{1}"', l10n.localize(actionRow("start").name), task);
    case "drs_pause_task":
      return t('{0} task "{1}"', l10n.localize(actionRow("pause").name), task);
    case "drs_resume_task":
      return t('{0} task "{1}"', l10n.localize(actionRow("resume").name), task);
    case "drs_compare_task":
      return t('Compare both databases of task "{0}"', task);
    default:
      return t('Pre-check task "{0}"', task);
  }
}

/** Runs a tool; the model gets the text of what it throws. */
export async function invoked(
  name: ToolName,
  input: object,
  { sessions, attempts, l10n }: AgentHost,
  token: vscode.CancellationToken,
): Promise<vscode.LanguageModelToolResult> {
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  try {
    const context = { l10n, attempts, places: async () => sessions.shown.map(placeOf) };
    const text = await tools[name].run(input, context, controller.signal);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  } finally {
    subscription.dispose();
  }
}

function placeOf({
  connection: { id, name, kind },
  phase,
  session,
  trouble,
  readOnly,
}: ConnectionState): ToolConnection {
  const why = phase === "stopped" ? "The local backend does not run; the user can start it." : undefined;
  return { id, name, kind, session, trouble: trouble ?? why, readOnly };
}
