/** In which connection the task of a file is, or can be created. */
import { offerConnection } from "../backend-client/show-failure";
import { type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type FileParts, type Place, tasksNamed } from "./open";

/** The only connection in which a task can be created, or the one that the user picks. Says why when there is none. */
export async function placeOfNew(parts: FileParts): Promise<Place | undefined> {
  const places = () => placesOfNew(parts);
  return await picked(parts, places, parts.l10n.t("Which connection do you want to create the task in?"));
}

/** The task of the file's name; where several connections have one, or could have one, the user picks. */
export async function placeOf(parts: FileParts, name: string): Promise<Place | undefined> {
  const places = () => {
    const existing: readonly Place[] = tasksNamed(parts.sessions, name);
    return existing.length > 0 ? existing : placesOfNew(parts);
  };
  return await picked(parts, places, parts.l10n.t('Which connection is task "{0}" in?', name));
}

function placesOfNew({ sessions }: FileParts): readonly Place[] {
  return sessions.shown.flatMap((state) => {
    const { session, readOnly } = state;
    return session === undefined || readOnly !== undefined ? [] : [{ session, state }];
  });
}

async function picked(
  parts: FileParts,
  known: () => readonly Place[],
  placeHolder: Shown,
): Promise<Place | undefined> {
  if (!parts.sessions.shown.some(({ session }) => session !== undefined)) {
    await offerConnection(parts.l10n);
  }
  const places = known();
  if (places.length === 0) {
    await tellNoPlace(parts);
  }
  if (places.length < 2) {
    return places[0];
  }
  const items = places.map((place) => ({
    label: shown(place.state.connection.name),
    description: shown(place.state.connection.kind === "cloud" ? place.state.connection.region : ""),
    place,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.place;
}

/** Says why no connection can take a task: all that are open are read-only. */
async function tellNoPlace({ sessions, l10n: { t } }: FileParts): Promise<void> {
  const readOnly = sessions.shown.find((state) => state.session !== undefined);
  if (readOnly === undefined) {
    return;
  }
  const refresh = t("Refresh");
  const { connection, readOnly: why = "" } = readOnly;
  const message = t("Actions of {0} are disabled: {1}", connection.name, why);
  if ((await vscode.window.showWarningMessage(message, refresh)) === refresh) {
    await sessions.refresh(connection.id);
  }
}
