/** A confirmation that has to be typed, for what cannot be taken back and hurts. */
import * as vscode from "vscode";
import type { Formats } from "../tasks/texts";
import { typingObjection } from "./typing";

export interface TypedQuestion {
  readonly title: string;
  /** What follows, and what is to be typed. */
  readonly prompt: string;
  readonly expected: string;
}

/** Asks for a text; true when exactly the expected one was typed or pasted, false when the user gave up. */
export async function askTyped(
  { title, prompt, expected }: TypedQuestion,
  formats: Formats,
): Promise<boolean> {
  const input = vscode.window.createInputBox();
  Object.assign(input, { title, prompt, placeholder: expected });
  // A name may be copied from elsewhere, with the focus there.
  input.ignoreFocusOut = true;
  const objection = (complete: boolean) => typingObjection(input.value, expected, complete, formats) ?? "";
  return await new Promise<boolean>((resolve) => {
    input.onDidChangeValue(() => {
      input.validationMessage = objection(false);
    });
    input.onDidAccept(() => {
      input.validationMessage = objection(true);
      if (input.validationMessage === "") {
        resolve(true);
      }
    });
    input.onDidHide(() => resolve(false));
    input.show();
  }).finally(() => input.dispose());
}
