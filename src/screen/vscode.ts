/**
 * VS Code's API, whose places take only text that has passed the door (`l10n/shown.ts`) and escape what they would render.
 * The lint lets nothing else in `src` import `vscode`, so that no place can be reached with a raw text.
 */
import * as vscode from "vscode";
import { type Markup, withOwnIcons } from "../l10n/markdown";
import { type IconText, type Inert, iconText, inert, type Shown, shown } from "../l10n/shown";

export * from "vscode";

/** `T`, some texts of which have to be shown ones. */
type Drawn<T, Keys extends keyof T, Text = Shown> = Omit<T, Keys> & {
  [Key in keyof Pick<T, Keys>]: string extends T[Key]
    ? Text | Exclude<T[Key], string | vscode.MarkdownString>
    : never;
};

/** VS Code's, with texts that are shown ones. */
export class TreeItem extends vscode.TreeItem {
  declare description?: Shown;
  declare tooltip?: Shown | MarkdownString;
  declare accessibilityInformation?: { readonly label: Shown };

  constructor(label: Shown, state?: vscode.TreeItemCollapsibleState) {
    super(label, state);
  }
}

/** VS Code's, made of escaped markup only. */
export class MarkdownString extends vscode.MarkdownString {
  constructor(value: Markup, supportThemeIcons = false) {
    super(supportThemeIcons ? withOwnIcons(value) : value, supportThemeIcons);
  }
}

/** VS Code's, with a message that is a shown text. */
export class Diagnostic extends vscode.Diagnostic {
  constructor(range: vscode.Range, message: Shown, severity: vscode.DiagnosticSeverity) {
    super(range, message, severity);
  }
}

/** VS Code's, with a title in which only our icons are icons. */
export class CodeLens extends vscode.CodeLens {
  constructor(range: vscode.Range, command: Drawn<vscode.Command, "title", IconText>) {
    super(range, command);
  }
}

export interface QuickPickItem extends Drawn<vscode.QuickPickItem, "label" | "description" | "detail"> {
  /** Codicon id, before the label. */
  readonly icon?: string;
}
export type InputBox = Drawn<vscode.InputBox, "title" | "placeholder"> & {
  prompt: Inert | undefined;
  validationMessage: Inert | undefined;
};
export type InputBoxOptions = Omit<
  Drawn<vscode.InputBoxOptions, "title" | "prompt" | "placeHolder">,
  "validateInput"
> & {
  validateInput?(value: string): Shown | undefined;
};
export type QuickPick<T extends vscode.QuickPickItem> = Drawn<vscode.QuickPick<T>, "title" | "placeholder">;
export type QuickPickOptions = Drawn<vscode.QuickPickOptions, "title" | "placeHolder">;
export type ProgressOptions = Drawn<vscode.ProgressOptions, "title">;
export type Progress = vscode.Progress<{ readonly message?: Shown; readonly increment?: number }>;
export type StatusBarItem = Drawn<vscode.StatusBarItem, "text", IconText> & {
  tooltip: MarkdownString | undefined;
  accessibilityInformation: { readonly label: Shown } | undefined;
};
export type TreeView<T> = Omit<vscode.TreeView<T>, "description" | "message" | "badge"> & {
  description: Shown | undefined;
  message: Shown | undefined;
  badge: { readonly value: number; readonly tooltip: Shown } | undefined;
};
export type WebviewPanel = Drawn<vscode.WebviewPanel, "title">;
export interface PreparedToolInvocation {
  readonly confirmationMessages?: { readonly title: Inert; readonly message: MarkdownString };
}

interface Message {
  <T extends Shown>(message: Shown, ...items: readonly T[]): Thenable<T | undefined>;
  <T extends Shown>(
    message: Shown,
    options: Drawn<vscode.MessageOptions, "detail">,
    ...items: readonly T[]
  ): Thenable<T | undefined>;
}

/** A notification, or a modal dialog: links in its text do not run. */
const message =
  (kind: "showErrorMessage" | "showWarningMessage" | "showInformationMessage"): Message =>
  (text: Shown, ...rest: readonly unknown[]) =>
    vscode.window[kind](inert(text), ...(rest as never[]));

/** An item whose icon is ours. */
function drawn<T extends QuickPickItem>(item: T): T {
  const { icon, label, description, detail } = item;
  return {
    ...item,
    label: icon === undefined ? inert(label) : iconText(icon, label),
    ...(description === undefined ? {} : { description: inert(description) }),
    ...(detail === undefined ? {} : { detail: inert(detail) }),
  };
}

async function showQuickPick<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions & { readonly canPickMany: true },
): Promise<T[] | undefined>;
async function showQuickPick<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions,
): Promise<T | undefined>;
async function showQuickPick<T extends QuickPickItem>(items: readonly T[], options: QuickPickOptions) {
  const shownItems = items.map(drawn);
  const itemOf = (picked: T) => items[shownItems.indexOf(picked)];
  const answer: T | T[] | undefined = await vscode.window.showQuickPick(shownItems, options);
  return Array.isArray(answer) ? answer.map(itemOf) : answer && itemOf(answer);
}

/** Its items are copies, which hold what the given ones do. */
function createQuickPick<T extends QuickPickItem>(items: readonly T[]): QuickPick<T> {
  const input = vscode.window.createQuickPick<T>();
  input.items = items.map(drawn);
  return input as QuickPick<T>;
}

function showInputBox({ prompt, validateInput, ...options }: InputBoxOptions): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    ...options,
    ...(prompt === undefined ? {} : { prompt: inert(prompt) }),
    ...(validateInput === undefined ? {} : { validateInput: (text) => inert(validateInput(text) ?? "") }),
  });
}

function withProgress<R>(
  options: ProgressOptions,
  task: (progress: Progress, token: vscode.CancellationToken) => Thenable<R>,
): Thenable<R> {
  const { title } = options;
  return vscode.window.withProgress(
    { ...options, ...(title === undefined ? {} : { title: inert(title) }) },
    (progress, token) =>
      task(
        {
          report: ({ message, ...value }) =>
            progress.report({ ...value, ...(message === undefined ? {} : { message: inert(message) }) }),
        },
        token,
      ),
  );
}

function setStatusBarMessage(text: Shown, hideAfterMs: number): vscode.Disposable {
  return vscode.window.setStatusBarMessage(inert(text), hideAfterMs);
}

/** Lines of the log begin where ours do. */
function createOutputChannel(name: string): vscode.LogOutputChannel {
  const channel = vscode.window.createOutputChannel(name, { log: true });
  const cleaned = (part: unknown) =>
    part instanceof Error ? traceOf(part) : typeof part === "string" ? shown(part) : part;
  const line =
    (level: "trace" | "debug" | "info" | "warn") =>
    (text: string, ...parts: readonly unknown[]) =>
      channel[level](shown(text), ...parts.map(cleaned));
  const own = {
    ...{ trace: line("trace"), debug: line("debug"), info: line("info"), warn: line("warn") },
    error: (error: string | Error, ...parts: readonly unknown[]) =>
      channel.error(String(cleaned(error)), ...parts.map(cleaned)),
  };
  return Object.create(channel, Object.getOwnPropertyDescriptors(own));
}

/** Where an error arose, and why, with messages that keep to their line. */
function traceOf({ name, message, stack = "", cause }: Error): string {
  const frames = stack
    .split("\n")
    .flatMap((line) => (/^\s+at /.test(line) ? [`    ${shown(line.trim())}`] : []));
  const why = cause instanceof Error ? [`caused by ${traceOf(cause)}`] : [];
  return [shown(`${name}: ${message}`), ...frames, ...why].join("\n");
}

interface Window {
  readonly showErrorMessage: Message;
  readonly showWarningMessage: Message;
  readonly showInformationMessage: Message;
  readonly showQuickPick: typeof showQuickPick;
  readonly createQuickPick: typeof createQuickPick;
  readonly showInputBox: typeof showInputBox;
  readonly createInputBox: () => InputBox;
  readonly withProgress: typeof withProgress;
  readonly setStatusBarMessage: typeof setStatusBarMessage;
  readonly createOutputChannel: typeof createOutputChannel;
  readonly createStatusBarItem: (id: string, alignment: vscode.StatusBarAlignment) => StatusBarItem;
  readonly createTreeView: <T>(id: string, options: vscode.TreeViewOptions<T>) => TreeView<T>;
  readonly createWebviewPanel: (
    type: string,
    title: Shown,
    place: { readonly viewColumn: vscode.ViewColumn; readonly preserveFocus: boolean },
  ) => WebviewPanel;
  readonly registerWebviewPanelSerializer: (
    type: string,
    serializer: { deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Thenable<void> },
  ) => vscode.Disposable;
}

type SafeWindow = Pick<
  typeof vscode.window,
  | "activeTextEditor"
  | "onDidChangeActiveTextEditor"
  | "onDidChangeWindowState"
  | "registerUriHandler"
  | "showTextDocument"
  | "state"
  | "tabGroups"
> &
  Window;

/** Shows the progress of work that the user may cancel, which aborts the signal. */
export async function withCancel<R>(
  options: Omit<ProgressOptions, "cancellable">,
  work: (signal: AbortSignal, progress: Progress) => Promise<R>,
): Promise<R> {
  return await withProgress({ ...options, cancellable: true }, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return await work(controller.signal, progress);
  });
}

/** Places that are not listed here are not there. */
export const window: SafeWindow = Object.create(
  vscode.window,
  Object.getOwnPropertyDescriptors({
    showErrorMessage: message("showErrorMessage"),
    showWarningMessage: message("showWarningMessage"),
    showInformationMessage: message("showInformationMessage"),
    ...{
      showQuickPick,
      createQuickPick,
      showInputBox,
      withProgress,
      setStatusBarMessage,
      createOutputChannel,
    },
  }),
);
