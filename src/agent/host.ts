import type { SessionManager } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import type { Attempts } from "../tasks/attempts";

/** The parts of the extension that VS Code's tools use. */
export interface AgentHost {
  readonly sessions: Pick<SessionManager, "shown">;
  readonly attempts: Attempts;
  readonly l10n: Localizer;
}
