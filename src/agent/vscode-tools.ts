import * as vscode from "vscode";
import type { Watched } from "../connections/session-manager";
import { actionName } from "../l10n/error-text";
import { type Formats, unlinked } from "../l10n/localizer";
import { rowOf } from "../status/statuses";
import type { ToolName } from "./names";
import type { AgentParts } from "./register";
import type { Place } from "./tool-context";
import { tools } from "./tools";

/** Before a tool runs: whatever does more than look is confirmed by the user, who reads which task it is about. */
export function prepared(
  name: ToolName,
  input: object,
  { watch, formats }: AgentParts,
): vscode.PreparedToolInvocation {
  if (tools[name].reads) {
    return {};
  }
  const wanted = "task" in input ? String(input.task) : "";
  const known = watch.shown
    .flatMap(({ connection, session }) =>
      [...(session?.store.snapshot.tasks.values() ?? [])].map((task) => ({ task, connection })),
    )
    .filter(({ task }) => task.id === wanted || task.name === wanted);
  const { t, pick } = formats;
  const facts = known.map(({ task, connection }) =>
    t("Connection {0}, status {1}, id {2}", connection.name, pick(rowOf(task.status).name), task.id),
  );
  return {
    confirmationMessages: {
      title: unlinked(titleOf(name, known[0]?.task.name ?? wanted, formats)),
      message: unlinked([t("An agent asks for this."), ...facts].join("\n\n")),
    },
  };
}

function titleOf(name: ToolName, task: string, formats: Formats): string {
  const { t } = formats;
  switch (name) {
    case "drs_start_task":
      return t('{0} task "{1}"', actionName("start", formats), task);
    case "drs_pause_task":
      return t('{0} task "{1}"', actionName("pause", formats), task);
    case "drs_resume_task":
      return t('{0} task "{1}"', actionName("resume", formats), task);
    case "drs_compare_task":
      return t('Compare both databases of task "{0}"', task);
    default:
      return t('Pre-check task "{0}"', task);
  }
}

/** Runs a tool; what it throws is told to the model. */
export async function invoked(
  name: ToolName,
  input: object,
  { watch, formats }: AgentParts,
  token: vscode.CancellationToken,
): Promise<vscode.LanguageModelToolResult> {
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  try {
    const scene = { formats, places: async () => watch.shown.map(placeOf) };
    const text = await tools[name].run(input, scene, controller.signal);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  } finally {
    subscription.dispose();
  }
}

function placeOf({ connection: { id, name, kind }, state, session, trouble, readOnly }: Watched): Place {
  const why = state === "stopped" ? "The local backend does not run; the user can start it." : undefined;
  return { id, name, kind, session, trouble: trouble ?? why, readOnly };
}
