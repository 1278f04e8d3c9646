/** VS Code's places, which a test answers for, and records what is drawn there. */
import * as vscode from "vscode";
import { marker } from "./hostile-service";

/** What a place makes of a text: `lines`: it keeps them; `links` and `icons`: it makes them. */
interface Nature {
  readonly lines?: boolean;
  readonly links?: boolean;
  readonly icons?: boolean;
  readonly markdown?: boolean;
}

type Fields = Record<string, unknown>;

export class RecordedPlaces {
  /** Places at which a hostile text was drawn. */
  readonly reached = new Set<string>();
  /** What was drawn and should not have been. */
  readonly faults = new Set<string>();
  readonly handlers = new Map<string, (...args: unknown[]) => unknown>();
  readonly tools = new Map<string, vscode.LanguageModelTool<object>>();
  readonly views: vscode.TreeDataProvider<unknown>[] = [];
  lenses: vscode.CodeLensProvider | undefined;
  links: vscode.UriHandler | undefined;
  readonly #undo: (() => void)[] = [];
  readonly #asked = new Map<string, number>();

  /** @param settings those of `drs`, which the user's do not reach. */
  constructor(settings: Readonly<Record<string, unknown>>) {
    const message =
      (kind: string) =>
      (text: string, ...rest: unknown[]) =>
        this.#message(kind, text, rest);
    this.#replace(vscode.window, {
      showErrorMessage: message("error"),
      showWarningMessage: message("warning"),
      showInformationMessage: message("information"),
      showQuickPick: async (items: Fields[], options: Fields) => this.#pick(items, options),
      createQuickPick: () => this.#input("quick pick"),
      showInputBox: async (options: Fields) => this.#typed(options),
      createInputBox: () => this.#input("input"),
      withProgress: (options: Fields, work: (...args: unknown[]) => unknown) => {
        this.draw("progress title", options.title, { links: true, icons: true });
        const report = (value: Fields) => this.draw("progress", value.message, { links: true, icons: true });
        return work({ report }, new vscode.CancellationTokenSource().token);
      },
      setStatusBarMessage: (text: string) => {
        this.draw("status bar message", text, { icons: true });
        return new vscode.Disposable(() => undefined);
      },
      createStatusBarItem: () => this.#statusBarItem(),
      createTreeView: (_: string, options: vscode.TreeViewOptions<unknown>) => this.#treeView(options),
      createWebviewPanel: (_: string, title: string) => this.#panel(title),
      registerWebviewPanelSerializer: () => new vscode.Disposable(() => undefined),
      registerUriHandler: (handler: vscode.UriHandler) => {
        this.links = handler;
        return new vscode.Disposable(() => undefined);
      },
      showTextDocument: async () => undefined,
      createOutputChannel: () => this.#channel(),
    });
    this.#replace(vscode.commands, {
      registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
        this.handlers.set(id, handler);
        return new vscode.Disposable(() => this.handlers.delete(id));
      },
      executeCommand: async (id: string, ...args: unknown[]) => {
        if (id === "drs.evil") {
          this.faults.add("a text ran a command");
        }
        return await this.handlers.get(id)?.(...args);
      },
    });
    this.#replace(vscode.lm, {
      registerTool: (name: string, tool: vscode.LanguageModelTool<object>) => {
        this.tools.set(name, tool);
        return new vscode.Disposable(() => undefined);
      },
    });
    this.#replace(vscode.languages, {
      registerCodeLensProvider: (_: unknown, provider: vscode.CodeLensProvider) => {
        this.lenses = provider;
        return new vscode.Disposable(() => undefined);
      },
      createDiagnosticCollection: () => ({
        set: (_: unknown, found: readonly vscode.Diagnostic[]) => {
          for (const { message } of found) {
            this.draw("diagnostic", message, { lines: true });
          }
        },
        delete: () => undefined,
        dispose: () => undefined,
      }),
    });
    this.#replace(vscode.env, { openExternal: async () => true });
    const real = vscode.workspace.getConfiguration.bind(vscode.workspace);
    this.#replace(vscode.workspace, {
      getConfiguration: (...args: Parameters<typeof real>) => {
        const own = real(...args);
        return { ...own, get: (key: string, other?: unknown) => settings[key] ?? own.get(key, other) };
      },
    });
  }

  /** Gives VS Code its own places back. */
  restore(): void {
    for (const undo of this.#undo.reverse()) {
      undo();
    }
  }

  /** Takes note of a text at a place, and of what is wrong with it there. */
  draw(place: string, text: unknown, { lines, links, icons, markdown }: Nature = {}): void {
    if (typeof text !== "string") {
      return;
    }
    if (text.includes(marker)) {
      this.reached.add(place);
    }
    const ours = text.replaceAll(/(?<=[\]$])\u200b(?=\\?\()/g, "");
    const wrong = [
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(
        ours.replaceAll(lines ? /[\n\u2068\u2069]/g : /[\u2068\u2069]/g, ""),
      ) && "has characters that cannot be seen",
      !isBalanced(text) && "turns what stands beside it",
      links && text.includes(`[${marker}](`) && "has a link",
      icons && text.includes(`$(${marker})`) && "has an icon",
      markdown &&
        /(?<!\\)\[zap|<img|(?<!\\)\$\(zap|(?<!\\)\*\*b/.test(text.replaceAll(/\\[<*]/g, "")) &&
        "has markup",
    ].filter((fault) => typeof fault === "string");
    for (const fault of wrong) {
      this.faults.add(`${place} ${fault}: ${JSON.stringify(text.slice(0, 300))}`);
    }
  }

  /** Draws every row of the tree, with its hover. */
  async drawTree(): Promise<void> {
    for (const provider of this.views) {
      const rows = async (node?: unknown): Promise<void> => {
        for (const child of (await provider.getChildren(node)) ?? []) {
          this.#treeItem(await provider.getTreeItem(child));
          const hover = await provider.resolveTreeItem?.(
            await provider.getTreeItem(child),
            child,
            new vscode.CancellationTokenSource().token,
          );
          this.#markdown("hover of a row", hover?.tooltip);
          await rows(child);
        }
      };
      await rows();
    }
  }

  #treeItem({ label, description, tooltip, accessibilityInformation }: vscode.TreeItem): void {
    this.draw("row", label);
    this.draw("row's description", description);
    this.draw("row's tooltip", tooltip, { lines: true });
    this.draw("row for a screen reader", accessibilityInformation?.label);
  }

  #markdown(place: string, text: unknown): void {
    if (text instanceof vscode.MarkdownString) {
      this.draw(place, text.value, { lines: true, markdown: true });
      // VS Code makes icons of what the Markdown shows.
      if (text.supportThemeIcons === true) {
        this.draw(place, text.value.replaceAll(/\\(.)/g, "$1"), { lines: true, icons: true });
      }
    }
  }

  /** The first button, but no more than twice to the same question. */
  #message(kind: string, text: string, rest: unknown[]): Promise<unknown> {
    this.draw(`${kind} message`, text, { links: true });
    const [options] = rest;
    const hasOptions = typeof options === "object" && options !== null;
    this.draw("detail of a dialog", hasOptions ? Reflect.get(options, "detail") : undefined, { lines: true });
    const buttons = hasOptions ? rest.slice(1) : rest;
    for (const button of buttons) {
      this.draw("button", button, { icons: true });
    }
    return Promise.resolve(this.#isNew(text) ? buttons[0] : undefined);
  }

  #isNew(question: string): boolean {
    const times = (this.#asked.get(question) ?? 0) + 1;
    this.#asked.set(question, times);
    return times <= 2;
  }

  #items(items: readonly Fields[]): void {
    for (const { label, description, detail } of items) {
      this.draw("item", label, { icons: true });
      this.draw("item's description", description, { icons: true });
      this.draw("item's detail", detail, { icons: true });
    }
  }

  #pick(items: readonly Fields[], { title, placeHolder, canPickMany }: Fields): unknown {
    this.draw("quick pick", title);
    this.draw("quick pick", placeHolder);
    this.#items(items);
    const choices = items.filter(({ kind }) => kind !== vscode.QuickPickItemKind.Separator);
    return canPickMany === true ? choices.slice(0, 2) : choices[0];
  }

  #typed({ title, prompt, placeHolder, value, validateInput }: Fields): unknown {
    this.draw("input", title);
    this.draw("input", placeHolder);
    this.draw("input's prompt", prompt, { links: true, icons: true });
    if (typeof validateInput === "function") {
      for (const text of ["", "x", marker]) {
        this.draw("input's objection", validateInput(text), { links: true, icons: true });
      }
    }
    return value ?? "select 1";
  }

  /** An input of several steps: its last item, or its value; what is typed wrong first, where a text is asked for. */
  #input(place: string): Fields {
    const accepted = new vscode.EventEmitter<void>();
    const hidden = new vscode.EventEmitter<void>();
    const changed = new vscode.EventEmitter<string>();
    const input: Fields = {
      ...{ onDidAccept: accepted.event, onDidHide: hidden.event, onDidChangeValue: changed.event },
      onDidTriggerButton: () => undefined,
      ...{
        title: "",
        placeholder: "",
        prompt: "",
        value: "",
        validationMessage: "",
        items: [],
        activeItems: [],
      },
      dispose: () => undefined,
      show: () => {
        const { title, prompt, placeholder } = input;
        this.draw(place, title);
        this.draw(place, placeholder);
        this.draw(`${place}'s prompt`, prompt, { links: true, icons: true });
        const items = Array.isArray(input.items) ? input.items : [];
        this.#items(items);
        input.activeItems = items.slice(-1);
        const answers = this.#isNew(`${title} ${prompt} ${placeholder}`)
          ? this.answersTo(String(prompt), String(placeholder))
          : [];
        queueMicrotask(() => {
          for (const value of answers) {
            Object.assign(input, { value });
            changed.fire(value);
            accepted.fire();
            this.draw(`${place}'s objection`, input.validationMessage, { links: true, icons: true });
          }
          hidden.fire();
        });
      },
    };
    return input;
  }

  /** What is typed at a prompt, one after the other. */
  answersTo: (prompt: string, placeholder: string) => readonly string[] = (_, placeholder) => [
    "wrong",
    placeholder,
  ];

  #statusBarItem(): object {
    const draw = (key: string, value: unknown) => {
      this.draw("status bar", key === "text" ? value : undefined, { icons: true });
      this.draw(
        "status bar for a screen reader",
        key === "accessibilityInformation" ? Reflect.get(Object(value), "label") : undefined,
      );
      this.#markdown("hover of the status bar", value);
    };
    return new Proxy(
      { show: () => undefined, hide: () => undefined, dispose: () => undefined },
      {
        set: (target, key, value) => {
          draw(String(key), value);
          return Reflect.set(target, key, value);
        },
      },
    );
  }

  #treeView({ treeDataProvider }: vscode.TreeViewOptions<unknown>): object {
    this.views.push(treeDataProvider);
    const none = () => new vscode.Disposable(() => undefined);
    const view = {
      ...{ visible: true, selection: [], reveal: async () => undefined, dispose: () => undefined },
      ...{
        onDidChangeVisibility: none,
        onDidChangeSelection: none,
        onDidExpandElement: none,
        onDidCollapseElement: none,
      },
      onDidChangeCheckboxState: none,
    };
    return new Proxy(view, {
      set: (target, key, value) => {
        this.draw("view's text", typeof value === "object" ? value?.tooltip : value, {
          lines: key === "message",
        });
        return Reflect.set(target, key, value);
      },
    });
  }

  #panel(title: string): object {
    this.draw("title of a tab", title);
    const received = new vscode.EventEmitter<unknown>();
    const closed = new vscode.EventEmitter<void>();
    const webview = {
      ...{ cspSource: "x", html: "", onDidReceiveMessage: received.event },
      asWebviewUri: (uri: vscode.Uri) => uri,
      postMessage: async (message: unknown) => {
        this.#page(message);
        return true;
      },
    };
    const panel = {
      ...{ webview, visible: true, onDidDispose: closed.event, reveal: () => undefined },
      onDidChangeViewState: () => new vscode.Disposable(() => undefined),
      dispose: () => closed.fire(),
    };
    this.pages.push({ receive: (message) => received.fire(message), close: () => closed.fire() });
    return new Proxy(panel, {
      set: (target, key, value) => {
        this.draw("title of a tab", key === "title" ? value : undefined);
        return Reflect.set(target, key, value);
      },
    });
  }

  /** The pages that were opened. */
  readonly pages: { readonly receive: (message: unknown) => void; readonly close: () => void }[] = [];

  /** Every text of a page's data but keys, which it does not draw. */
  #page(value: unknown, key = ""): void {
    if (typeof value === "string") {
      this.draw("page", ["leadsTo", "value", "id"].includes(key) && !this.#isDrawn(key) ? undefined : value, {
        lines: true,
      });
    } else if (typeof value === "object" && value !== null) {
      const isFilter = "options" in value || ("label" in value && "value" in value && !("code" in value));
      for (const [name, item] of Object.entries(value)) {
        this.#page(item, Array.isArray(value) ? key : isFilter && name === "value" ? "id" : name);
      }
    }
  }

  #isDrawn(key: string): boolean {
    return key === "value";
  }

  #channel(): object {
    const line = (text: unknown, ...parts: unknown[]) => {
      for (const part of [text, ...parts]) {
        this.draw("log", part, { lines: part !== text || String(part).includes("\n    at ") });
      }
    };
    const none = () => undefined;
    return { trace: line, debug: line, info: line, warn: line, error: line, show: none, dispose: none };
  }

  #replace(target: object, own: Fields): void {
    for (const [name, value] of Object.entries(own)) {
      const before = Object.getOwnPropertyDescriptor(target, name);
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
      this.#undo.push(() => before && Object.defineProperty(target, name, before));
    }
  }
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    depth += char === "\u2068" ? 1 : char === "\u2069" ? -1 : 0;
    if (depth < 0) {
      return false;
    }
  }
  return depth === 0;
}
