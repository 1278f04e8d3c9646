import * as vscode from "vscode";
import type { SessionManager } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { toolNames } from "./names";

/** What VS Code's tools stand on. */
export interface AgentParts {
  readonly sessions: Pick<SessionManager, "shown">;
  readonly l10n: Localizer;
}

/** Registers the language model tools. What they do is a file of its own, loaded when an agent uses the first one. */
export function registerTools(parts: AgentParts): vscode.Disposable {
  const load = () => import("./vscode-tools");
  return vscode.Disposable.from(
    ...toolNames.map((name) =>
      vscode.lm.registerTool<object>(name, {
        prepareInvocation: async ({ input }) => (await load()).prepared(name, input, parts),
        invoke: async ({ input }, token) => (await load()).invoked(name, input, parts, token),
      }),
    ),
  );
}
