import * as vscode from "../screen/vscode";
import type { AgentHost } from "./host";
import { toolNames } from "./names";

/** Registers the language model tools. What they do is a file of its own, loaded when an agent uses the first one. */
export function registerTools(parts: AgentHost): vscode.Disposable {
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
