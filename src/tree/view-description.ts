import type { ConnectionState } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";

/** Beside the view's title: the name of the one connection, and what else there is to say of it. */
export function viewDescription({ connection, readOnly }: ConnectionState, { t }: Localizer): Shown {
  const { enterpriseProject: project, name } = connection;
  const region = connection.kind === "cloud" && name !== connection.region && connection.region;
  return joined(" · ", [
    shown(name),
    region ? shown(region) : "",
    project === undefined ? "" : shown(project.name),
    readOnly === undefined ? "" : t("read-only"),
  ]);
}
