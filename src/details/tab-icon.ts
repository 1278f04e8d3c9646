/** The icon of a task's status in the tab of its page. VS Code takes pictures there, which do not know the theme's colours. */
import * as vscode from "../screen/vscode";
import { rowOf, type StatusId } from "../status/statuses";

interface TabIcon {
  readonly light: vscode.Uri;
  readonly dark: vscode.Uri;
}

/** VS Code's own colours in its default light and dark themes. Any other: the text's. */
const colors: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  errorForeground: ["#e51400", "#f14c4c"],
  "problemsWarningIcon.foreground": ["#bf8803", "#cca700"],
  "charts.yellow": ["#bf8803", "#cca700"],
  "charts.green": ["#388a34", "#89d185"],
  "charts.blue": ["#1a85ff", "#3794ff"],
  "charts.purple": ["#652d90", "#b180d7"],
};
const text = ["#424242", "#c5c5c5"] as const;

/** @returns undefined where the picture cannot be read: a tab does without. */
export async function tabIcon(extensionUri: vscode.Uri, status: StatusId): Promise<TabIcon | undefined> {
  const { icon, color } = rowOf(status);
  const file = vscode.Uri.joinPath(extensionUri, "dist", "tab-icons", `${icon}.svg`);
  try {
    const picture = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    const [light, dark] = (colors[color] ?? text).map((fill) => {
      const colored = picture.replaceAll("currentColor", fill);
      return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(colored).toString("base64")}`);
    });
    return light && dark && { light, dark };
  } catch {
    return undefined;
  }
}
