import * as vscode from "vscode";
import type { Watch } from "../connections/session-manager";
import type { Formats } from "../l10n/localizer";
import { toolNames } from "./names";

/** What VS Code's tools stand on. */
export interface AgentParts {
  readonly watch: Pick<Watch, "shown">;
  readonly formats: Formats;
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
