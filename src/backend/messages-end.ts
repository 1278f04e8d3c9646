/** Texts about the end of a task, in both languages. */
import type { Bilingual } from "../l10n/bilingual";

export const endMessages = {
  endedBeforeCopied: {
    en: "The task was ended before these tables were copied completely: {tables}. Their rows are missing at the target.",
    zh: "任务结束时以下表尚未复制完成：{tables}，目标库中缺少其数据。",
  },
  endedBeforeIndexed: {
    en: "The task was ended before the indexes of these tables were created: {tables}. Create those that are missing at the target yourself.",
    zh: "任务结束时以下表的索引尚未创建：{tables}。请自行在目标库中创建缺少的索引。",
  },
  endedBehind: {
    en: "The task was ended before the target had applied all changes: at least {bytes} bytes of the source's log, which may also hold changes of other tables, were not applied.",
    zh: "任务结束时目标库尚未应用全部变更：源库日志中至少有 {bytes} 字节（可能包含其他表的变更）未应用。",
  },
  sequenceNotRead: {
    en: "Sequence {sequence} was not set at the target: user {user} cannot read it at the source. Set it at the target with SELECT setval('{sequence}', …).",
    zh: "目标库中与序列 {sequence} 对应的序列未设置：用户 {user} 无权读取源库中的该序列。请在目标库执行 SELECT setval('{sequence}', …) 进行设置。",
  },
  sequenceUntracked: {
    en: "The sequence of column {column} of table {table} was not set at the target, because its default names it as a text: {expression}. Set it at the target with SELECT setval(…), or new rows there may get values that rows already have.",
    zh: "目标库中表 {table} 的列 {column} 所用的序列未设置，因为其默认值以文本形式引用序列：{expression}。请在目标库执行 SELECT setval(…) 进行设置，否则新数据行可能得到已存在的值。",
  },
  sequenceTurned: {
    en: "Sequence {sequence} was not set at the target, because it counts in another direction there than at the source. Alter it as at the source, and set it with SELECT setval('{sequence}', …).",
    zh: "目标库序列 {sequence} 未设置，因为其递增方向与源库不同。请按源库修改该序列，并执行 SELECT setval('{sequence}', …) 进行设置。",
  },
  sequenceNotSet: {
    en: "Sequence {sequence} was not set at the target, because the {side} database reports: {reason}. Set it at the target with SELECT setval('{sequence}', …).",
    zh: "目标库序列 {sequence} 未设置，{side}数据库报错：{reason}。请在目标库执行 SELECT setval('{sequence}', …) 进行设置。",
  },
  sequenceOfLostTable: {
    en: "Sequence {sequence} of the target database was not set: its table {table} no longer exists in the source database. Set it at the target with SELECT setval('{sequence}', …) before rows are inserted there.",
    zh: "目标库序列 {sequence} 未设置：源库中已不存在表 {table}。在目标库写入数据前，请执行 SELECT setval('{sequence}', …) 进行设置。",
  },
  constraintNotAdded: {
    en: "Constraint {constraint} of {object}, which is NOT VALID at the source, was not added to the target: {reason}. Add it there with: {sql}",
    zh: "源库中 {object} 的约束 {constraint} 为 NOT VALID，未能添加到目标库：{reason}。请在目标库执行：{sql}",
  },
  targetNotCompleted: {
    en: "The sequences of the target database were not set to the positions of the source: {reason}. Set them with SELECT setval(…) before rows are inserted at the target.",
    zh: "未能将目标库的序列设置为源库的位置：{reason}。在目标库写入数据前，请执行 SELECT setval(…) 进行设置。",
  },
} as const satisfies Record<string, Bilingual>;
