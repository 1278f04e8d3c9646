// docs/reference.md: settings and commands, as package.json has them.

/**
 * @param {{ contributes: { configuration: { properties: Record<string, any> }, commands: readonly Record<string, string>[], keybindings?: readonly Record<string, string>[] } }} manifest
 * @param {Readonly<Record<string, string>>} english
 * @param {Readonly<Record<string, string>>} chinese
 * @returns {string} the page
 */
export function referencePage({ contributes }, english, chinese) {
  const text = (/** @type {string} */ value, /** @type {Readonly<Record<string, string>>} */ texts) => {
    const key = /^%(.+)%$/.exec(value)?.[1];
    return cell(key === undefined ? value : (texts[key] ?? ""));
  };
  const settings = Object.entries(contributes.configuration.properties).map(([name, setting]) => {
    const said = setting.markdownDescription ?? setting.description;
    const value =
      Array.isArray(setting.default) && setting.default.length > 3 ? "all" : code(setting.default);
    return `| \`${name}\` | ${value} | ${scopes[/** @type {keyof typeof scopes} */ (setting.scope)]} | ${text(said, english)} | ${text(said, chinese)} |`;
  });
  const keys = new Map((contributes.keybindings ?? []).map(({ command, key }) => [command, key]));
  const commands = contributes.commands
    .filter(({ title }) => title !== undefined)
    .map(({ command = "", title = "" }) => {
      const key = keys.get(command);
      return `| ${text(title, english)} | ${text(title, chinese)} | \`${command}\` | ${key === undefined ? "" : code(key)} |`;
    });
  return `# Settings and commands

Written from \`package.json\` by \`npm run docs:reference\`.

## Settings

Only \`drs.alerts.*\` can be set by a workspace, and only by a trusted one. In Restricted Mode everything else works, but task files cannot name environment
variables. The extension runs where the workspace is (WSL, SSH, container), and also in windows without a folder. It does not run in VS Code for the Web,
which has no Node.js.

| Setting | Default | Set by | Meaning | 含义 |
| --- | --- | --- | --- | --- |
${settings.join("\n")}

## Commands

In the Command Palette they begin with **DRS:**. Commands about a task ask which one where none is selected.

| Command | 命令 | ID | Key |
| --- | --- | --- | --- |
${commands.join("\n")}
`;
}

const scopes = {
  application: "user",
  machine: "machine",
  "machine-overridable": "machine",
  window: "user, trusted workspace",
  resource: "user, trusted workspace",
};

/** @param {unknown} value */
function code(value) {
  return value === "" ? "" : `\`${cell(typeof value === "string" ? value : JSON.stringify(value))}\``;
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
