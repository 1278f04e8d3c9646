/** VS Code's messages, lists and inputs, which a test answers for. */
import { commands, EventEmitter, type QuickInputButton, QuickInputButtons, window } from "vscode";

export interface SeenMessage {
  readonly text: string;
  readonly buttons: readonly string[];
}

/** An input box or a list that is on the screen. */
interface Input {
  prompt?: string;
  buttons: readonly QuickInputButton[];
  value: string;
  items: readonly { readonly label: string }[];
  activeItems: readonly { readonly label: string }[];
}

/** Takes the place of VS Code's until `restore`. */
export class Dialogs {
  readonly messages: SeenMessage[] = [];
  readonly inputs: string[] = [];
  readonly commands: string[] = [];
  /** The button of a message; undefined: it is closed. */
  answer: (message: SeenMessage) => string | undefined = () => undefined;
  /** What is done to an input: a text or the label of an item is accepted, `back` goes back. */
  readonly typed: (string | { readonly back: true })[] = [];
  readonly #undo: (() => void)[] = [];

  constructor() {
    const message = async (text: string, ...rest: readonly unknown[]) => {
      const seen = { text, buttons: rest.filter((one) => typeof one === "string") };
      this.messages.push(seen);
      return this.answer(seen);
    };
    this.#replace(window, {
      ...{ showErrorMessage: message, showWarningMessage: message, showInformationMessage: message },
      showQuickPick: async (items: readonly unknown[], { canPickMany }: { canPickMany?: boolean }) =>
        canPickMany === true ? items : items[0],
      createInputBox: () => this.#input(),
      createQuickPick: () => this.#input(),
    });
    const real = commands.executeCommand;
    this.#replace(commands, {
      executeCommand: async (id: string, ...args: unknown[]) => {
        this.commands.push(id);
        return id.startsWith("drs.") ? undefined : await real(id, ...args);
      },
    });
  }

  restore(): void {
    for (const undo of this.#undo.reverse()) {
      undo();
    }
  }

  #input(): object {
    const [accepted, hidden] = [new EventEmitter<void>(), new EventEmitter<void>()];
    const [changed, pressed] = [new EventEmitter<string>(), new EventEmitter<QuickInputButton>()];
    const input: Input = { buttons: [], value: "", items: [], activeItems: [] };
    const show = () => {
      const [active] = input.activeItems;
      const ways = input.buttons.includes(QuickInputButtons.Back) ? " (back)" : "";
      this.inputs.push(`${input.prompt ?? active?.label ?? input.items[0]?.label}${ways}`);
      const next = this.typed.shift();
      if (typeof next === "object") {
        pressed.fire(QuickInputButtons.Back);
      } else if (next === undefined) {
        hidden.fire();
      } else {
        input.value = next;
        input.activeItems = input.items.filter(({ label }) => label === next);
        accepted.fire();
      }
    };
    const events = { onDidAccept: accepted.event, onDidHide: hidden.event };
    const others = { onDidChangeValue: changed.event, onDidTriggerButton: pressed.event };
    return Object.assign(input, { show, dispose: () => undefined, ...events, ...others });
  }

  #replace(target: object, own: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(own)) {
      const before = Object.getOwnPropertyDescriptor(target, name);
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
      this.#undo.push(() => before && Object.defineProperty(target, name, before));
    }
  }
}
