import type { Translate } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import type { Missing } from "../access";

/** Why a connection cannot sign in, and what to do. */
export function missingText(missing: Missing, t: Translate): Shown {
  switch (missing) {
    case "secret":
      return t(
        "The secret of this connection is no longer stored. On Linux without a keyring, VS Code keeps secrets only until it closes: install GNOME Keyring or KWallet, or start VS Code with --password-store=basic. Then enter the secret again.",
      );
    case "environment":
      return t(
        "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set in the environment of VS Code. Set them and restart VS Code.",
      );
    case "project":
      return t(
        "HUAWEICLOUD_SDK_PROJECT_ID is not set in the environment of VS Code, and this connection has no project. Edit the connection.",
      );
  }
}
