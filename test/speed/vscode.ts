/**
 * What the view, its tree and the alerts use of VS Code, without VS Code: for measurements in one process. It is bundled
 * in place of `vscode` for this folder only; what is measured in a real window does not use it.
 */

export class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void) => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };

  fire(value: T): void {
    for (const listener of this.#listeners) {
      listener(value);
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

export class Disposable {
  readonly dispose: () => unknown;
  constructor(dispose: () => unknown) {
    this.dispose = dispose;
  }
  static from(...all: readonly { dispose(): unknown }[]) {
    return new Disposable(() => {
      for (const one of all) {
        one.dispose();
      }
    });
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const StatusBarAlignment = { Left: 1, Right: 2 };

export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState = TreeItemCollapsibleState.None,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export class Diagnostic {}

export class CodeLens {}

export class MarkdownString {
  constructor(readonly value: string) {}
}

export class RelativePattern {
  constructor(
    readonly base: unknown,
    readonly pattern: string,
  ) {}
}

export class Uri {
  constructor(readonly fsPath: string) {}
  static file(path: string) {
    return new Uri(path);
  }
  static joinPath({ fsPath }: Uri, ...parts: readonly string[]) {
    return new Uri([fsPath, ...parts].join("/"));
  }
}

const disposed = { dispose: () => undefined };
const settings = new Map<string, unknown>([["alerts.delayThreshold", 300_000]]);

export const workspace = {
  getConfiguration: () => ({ get: (key: string, usual?: unknown) => settings.get(key) ?? usual }),
  createFileSystemWatcher: () => ({ onDidCreate: () => undefined, dispose: () => undefined }),
};

/** The view that was made last, and what it shows. */
export const made: { provider: unknown; badge: unknown; message: unknown } = {
  provider: undefined,
  badge: undefined,
  message: undefined,
};

/** What pages were sent. */
export const posted: { count: number; last: unknown } = { count: 0, last: undefined };

export const ViewColumn = { Active: -1 };
export class TabInputWebview {}

export const window = {
  tabGroups: { all: [], close: async () => undefined },
  createWebviewPanel: (viewType: string, title: string) => ({
    ...{ viewType, title, visible: true, active: true, reveal: () => undefined, dispose: () => undefined },
    ...{ onDidChangeViewState: () => disposed, onDidDispose: () => disposed },
    webview: {
      ...{ html: "", options: {}, cspSource: "", onDidReceiveMessage: () => disposed },
      asWebviewUri: (uri: unknown) => uri,
      postMessage: async (message: unknown) => {
        posted.count++;
        posted.last = message;
        return true;
      },
    },
  }),
  createTreeView: (_: string, { treeDataProvider }: { readonly treeDataProvider: unknown }) => {
    made.provider = treeDataProvider;
    return {
      visible: false,
      selection: [],
      onDidChangeVisibility: () => undefined,
      dispose: () => undefined,
    };
  },
  createStatusBarItem: () => ({ show: () => undefined, hide: () => undefined, dispose: () => undefined }),
  showErrorMessage: async () => undefined,
  showWarningMessage: async () => undefined,
  showInformationMessage: async () => undefined,
};

export const env = { language: "en" };
export const l10n = { t: (message: string) => message };
export const commands = { executeCommand: async () => undefined };
