/** The steps of remedies that the extension can take with the user. Cases of the catalogue name them, in their order. */
import type { Bilingual } from "../l10n/bilingual";

interface StepRow {
  /** The label of its button. */
  readonly name: Bilingual;
  /** A codicon. */
  readonly icon: string;
  /** What takes it: a command, called with the task's reference, or a part of the details page that is shown. */
  readonly by: { readonly command: `drs.${string}` } | { readonly part: "dirty" };
}

export const steps = {
  changePassword: {
    name: { en: "Change Database Password…", zh: "修改数据库密码…" },
    icon: "key",
    by: { command: "drs.changePassword" },
  },
  copyTables: {
    name: { en: "Copy Tables Again…", zh: "重新复制表…" },
    icon: "sync",
    by: { command: "drs.copyTablesAgain" },
  },
  showConflicts: {
    name: { en: "Show Conflicting Rows", zh: "查看冲突数据" },
    icon: "list-flat",
    by: { part: "dirty" },
  },
} as const satisfies Record<string, StepRow>;

export type StepId = keyof typeof steps;
export const stepIds = Object.keys(steps) as readonly StepId[];

/** The row of a step. */
export function stepRow(id: StepId): StepRow {
  return steps[id];
}

/** Whether a word of the catalogue names a step. */
export function isStep(word: string): word is StepId {
  return Object.hasOwn(steps, word);
}
