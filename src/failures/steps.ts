/** The steps of remedies that the extension can take with the user. Cases of the catalogue name them, in their order. */
import type { Bilingual } from "../l10n/bilingual";

interface StepRow {
  /** The label of its button. */
  readonly name: Bilingual;
  /** A codicon. */
  readonly icon: string;
  /** What takes it: a command, called with the task's reference, or a part of the details page that is shown. */
  readonly by: { readonly command: `drs.${string}` } | { readonly part: "dirty" };
  /** Whether it changes something; users of a read-only connection are not offered it. */
  readonly changes: boolean;
  /** Where it can be taken; absent: everywhere. */
  readonly place?: "local" | "cloud" | undefined;
}

export const steps = {
  changePassword: {
    name: { en: "Change Database Password…", zh: "修改数据库密码…" },
    icon: "key",
    by: { command: "drs.changePassword" },
    changes: true,
  },
  showRows: {
    name: { en: "Show Rows at Both Ends", zh: "对比两端数据" },
    icon: "diff",
    by: { command: "drs.showConflictingRows" },
    changes: false,
    place: "local",
  },
  runSql: {
    name: { en: "Run Remedy SQL…", zh: "执行修复 SQL…" },
    icon: "terminal",
    by: { command: "drs.runRemedySql" },
    changes: true,
    place: "local",
  },
  copyTables: {
    name: { en: "Copy Tables Again…", zh: "重新复制表…" },
    icon: "sync",
    by: { command: "drs.copyTablesAgain" },
    changes: true,
    place: "local",
  },
  precheck: {
    name: { en: "Run Pre-check", zh: "执行预检查" },
    icon: "checklist",
    by: { command: "drs.precheckTask" },
    changes: true,
  },
  openFile: {
    name: { en: "Open as Task File", zh: "以任务文件打开" },
    icon: "file-code",
    by: { command: "drs.saveTaskFile" },
    changes: false,
  },
  showConflicts: {
    name: { en: "Show Conflicting Rows", zh: "查看冲突数据" },
    icon: "list-flat",
    by: { part: "dirty" },
    changes: false,
  },
  openConsole: {
    name: { en: "Open in Web Console", zh: "在控制台中打开" },
    icon: "link-external",
    by: { command: "drs.openInConsole" },
    changes: false,
    place: "cloud",
  },
  openBilling: {
    name: { en: "Open Billing Center", zh: "打开费用中心" },
    icon: "credit-card",
    by: { command: "drs.openBilling" },
    changes: false,
    place: "cloud",
  },
  topUp: {
    name: { en: "Top Up Account", zh: "账户充值" },
    icon: "credit-card",
    by: { command: "drs.topUpAccount" },
    changes: true,
    place: "local",
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
