import type { Translate } from "../../l10n/localizer";
import type { Missing } from "../access";

/** Why a connection cannot sign in, and what to do. */
export function missingText(missing: Missing, t: Translate): string {
  switch (missing) {
    case "secret":
      return t(
        "The secret of this connection is not stored any more. On Linux without a keyring VS Code keeps secrets only until it ends: install GNOME Keyring or KWallet, or start VS Code with --password-store=basic. Enter it again.",
      );
    case "environment":
      return t(
        "The environment in which VS Code was started has no HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK. Set them and start VS Code anew.",
      );
    case "project":
      return t(
        "The environment in which VS Code was started has no HUAWEICLOUD_SDK_PROJECT_ID, and this connection has no project of its own. Edit it.",
      );
  }
}
