import { inert, type Shown } from "../../l10n/shown";
import * as vscode from "../../screen/vscode";

/** The title and number of a step of several. */
export interface StepFrame {
  readonly title: Shown;
  /** From 1. */
  readonly step: number;
  /** Absent where the answers decide how many there are. */
  readonly totalSteps?: number | undefined;
}

/** The user wants the step before. */
export const back = Symbol("back");

export interface TextQuestion extends StepFrame {
  readonly prompt: Shown;
  readonly value?: string | undefined;
  readonly placeholder?: Shown | undefined;
  readonly password?: boolean;
  /** The objection to a text; undefined: none. */
  readonly objection: (text: string) => Shown | undefined;
}

/** Asks for a text. Undefined when the user gives up. */
export async function askText(question: TextQuestion): Promise<string | typeof back | undefined> {
  const input = vscode.window.createInputBox();
  input.prompt = inert(question.prompt);
  input.value = question.value ?? "";
  input.placeholder = question.placeholder ?? "";
  input.password = question.password ?? false;
  // The complaint comes with the first attempt to continue, and then goes as soon as it does not hold any more.
  input.onDidChangeValue((text) => {
    if (input.validationMessage) {
      input.validationMessage = inert(question.objection(text) ?? "");
    }
  });
  return await outcome(input, question, () => {
    const complaint = question.objection(input.value);
    input.validationMessage = inert(complaint ?? "");
    return complaint === undefined ? { value: input.value } : undefined;
  });
}

export interface ChoiceQuestion<T> extends StepFrame {
  readonly placeholder: Shown;
  readonly items: readonly (vscode.QuickPickItem & { readonly value: T })[];
  /** Which item is offered first. */
  readonly active?: T | undefined;
}

/** Lets the user choose. Undefined when the user gives up. */
export async function askChoice<T>(question: ChoiceQuestion<T>): Promise<T | typeof back | undefined> {
  const input = vscode.window.createQuickPick(question.items);
  input.placeholder = question.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  const active = input.items.filter(({ value }) => value === question.active);
  if (active.length > 0) {
    // Without one, VS Code offers the first; an empty list would offer none, so that Enter does nothing.
    input.activeItems = active;
  }
  return await outcome(input, question, () => input.activeItems[0] && { value: input.activeItems[0].value });
}

export interface ManyQuestion<T> extends StepFrame {
  readonly placeholder: Shown;
  /** Said when nothing is selected. */
  readonly none: Shown;
  readonly items: readonly (vscode.QuickPickItem & { readonly value: T; readonly picked: boolean })[];
}

/** Lets the user choose several, at least one. Undefined when the user gives up. */
export async function askMany<T>(question: ManyQuestion<T>): Promise<readonly T[] | typeof back | undefined> {
  const input = vscode.window.createQuickPick(question.items);
  input.placeholder = question.placeholder;
  input.canSelectMany = true;
  input.matchOnDetail = true;
  input.selectedItems = input.items.filter(({ picked }) => picked);
  return await outcome(input, question, () => {
    if (input.selectedItems.length === 0) {
      input.placeholder = question.none;
      return undefined;
    }
    return { value: input.selectedItems.map(({ value }) => value) };
  });
}

/** Shows the input until it is answered, left, or the button for the step before is pressed. */
function outcome<T>(
  input: (vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>) & {
    readonly onDidAccept: vscode.Event<void>;
  },
  { title, step, totalSteps }: StepFrame,
  accepted: () => { readonly value: T } | undefined,
): Promise<T | typeof back | undefined> {
  input.title = title;
  input.step = step;
  input.totalSteps = totalSteps;
  // Keys are copied from elsewhere, with the focus there.
  input.ignoreFocusOut = true;
  input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return new Promise<T | typeof back | undefined>((resolve) => {
    input.onDidTriggerButton(() => resolve(back));
    input.onDidHide(() => resolve(undefined));
    input.onDidAccept(() => {
      const answer = accepted();
      if (answer !== undefined) {
        resolve(answer.value);
      }
    });
    input.show();
  }).finally(() => input.dispose());
}
