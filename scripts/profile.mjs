// Private VS Code profiles, away from the user's own: folders with settings, extensions and the display language.
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** @typedef {"en" | "zh-cn"} Language */
/**
 * @typedef {object} Profile
 * @property {string} folder what the server build gets as --server-data-dir
 * @property {string} userData what desktop VS Code gets as --user-data-dir; the server build keeps the same in its data folder
 * @property {string} extensions
 * @property {Language} language
 */

/** Settings that keep a private profile quiet. */
const quiet = {
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "security.workspace.trust.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "files.hotExit": "off",
  "remote.autoForwardPorts": false,
  // Otherwise the extension host reads the files of all of the machine's processes again and again, for their ports.
  "remote.autoForwardPortsSource": "output",
};

/**
 * Makes a profile or renews it: settings that were changed in it stay unless they are named here; its extensions
 * are links to `extensionFolders` and nothing else.
 *
 * @param {{ folder: string, settings: Readonly<Record<string, unknown>>, extensionFolders: readonly string[], language: Language }} options
 * @returns {Promise<Profile>}
 */
export async function makeProfile({ folder, settings, extensionFolders, language }) {
  const userData = join(folder, "data");
  const extensions = join(folder, "extensions");
  await mkdir(join(userData, "User"), { recursive: true });
  await changeSettings(join(userData, "User"), { ...quiet, ...settings });
  // The server build takes settings of scope `machine` from a file of their own.
  await mkdir(join(userData, "Machine"), { recursive: true });
  await writeFile(join(userData, "Machine", "settings.json"), JSON.stringify(settings, undefined, 2));

  // VS Code keeps copies of manifests, which would outlive a change of package.json.
  await rm(join(userData, "CachedProfilesData"), { recursive: true, force: true });
  await rm(extensions, { recursive: true, force: true });
  await mkdir(extensions);
  for (const target of extensionFolders) {
    await symlink(target, join(extensions, basename(target)), "junction");
  }
  if (language !== "en") {
    await addLanguage(userData, extensions, language);
  }
  return { folder, userData, extensions, language };
}

/**
 * Changes settings of a profile. A VS Code that runs with it follows.
 *
 * @param {string} folder `User` or `Machine` in the profile's user data; what `Machine` has takes precedence
 * @param {Readonly<Record<string, unknown>>} settings those that are not named stay
 */
export async function changeSettings(folder, settings) {
  const file = join(folder, "settings.json");
  const kept = await readSettings(file);
  await writeFile(file, JSON.stringify({ ...kept, ...settings }, undefined, 2));
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, unknown>>}
 */
async function readSettings(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {};
  }
}

/**
 * Makes a display language available without its language pack, which is not on the npm registry: VS Code's own
 * texts stay English, extensions see the language and use their translations.
 *
 * @param {string} userData
 * @param {string} extensions
 * @param {string} language
 */
async function addLanguage(userData, extensions, language) {
  const folder = join(extensions, `language-${language}`);
  const texts = join(folder, "main.i18n.json");
  const version = "1.0.0";
  await mkdir(folder);
  await writeFile(texts, JSON.stringify({ "": ["--"], version, contents: {} }));
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({
      ...{ publisher: "drs-test", name: `language-${language}`, version, engines: { vscode: "^1.100.0" } },
      contributes: {
        localizations: [{ languageId: language, translations: [{ id: "vscode", path: "./main.i18n.json" }] }],
      },
    }),
  );
  const pack = {
    hash: "1",
    extensions: [{ extensionIdentifier: { id: `drs-test.language-${language}` }, version }],
    translations: { vscode: texts },
    label: language,
  };
  await writeFile(join(userData, "languagepacks.json"), JSON.stringify({ [language]: pack }));
}
