/** The names of operations in timeline and log: actions by their names, others by those below. */
import type { Bilingual } from "../l10n/bilingual";
import { type ActionId, actionOfCode, actionRow, type actions } from "./actions";

/** Operations that are not actions of the page, by the API's code. */
const operations = {
  CREATE: { en: "Creation", zh: "创建" },
  MODIFY_DB_CONFIG: { en: "Database connection set", zh: "设置数据库连接" },
  RESET_DB_PWD: { en: "Password changed", zh: "修改数据库密码" },
  CHOOSE_OBJECT: { en: "Objects selected", zh: "选择对象" },
  PRE_CHECK: { en: "Pre-check", zh: "预检查" },
  MODIFY_CONFIGURATION: { en: "Settings changed", zh: "修改配置" },
  CREATE_COMPARE: { en: "Comparison started", zh: "创建对比" },
  CANCEL_COMPARE: { en: "Comparison canceled", zh: "取消对比" },
  COPY_AGAIN: { en: "Copy tables again", zh: "重新复制表" },
} as const satisfies Record<string, Bilingual>;

/** Operations of users on a task; one without a name does not compile. */
export type OperationCode = keyof typeof operations | (typeof actions)[ActionId]["apiCode"];

/** The name of an operation; undefined for a code that is none. */
export function operationName(code: string): Bilingual | undefined {
  const action = actionOfCode(code);
  const others: Readonly<Record<string, Bilingual>> = operations;
  return action !== undefined
    ? actionRow(action).name
    : Object.hasOwn(others, code)
      ? others[code]
      : undefined;
}
