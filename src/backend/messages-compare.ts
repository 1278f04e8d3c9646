/** Texts about comparisons of both ends, in both languages. */
import type { Bilingual } from "../l10n/bilingual";

export const compareMessages = {
  compared: {
    en: "A comparison of {count} tables ended: no differences.",
    zh: "{count} 张表的数据对比结束，未发现差异。",
  },
  comparedDifferent: {
    en: "A comparison of {count} tables ended, with differences in {tables}.",
    zh: "{count} 张表的数据对比结束，存在差异的表：{tables}。",
  },
  comparedPartly: {
    en: "A comparison of {count} tables ended. It found no differences, but could not compare {tables}.",
    zh: "{count} 张表的数据对比结束，未发现差异，但以下表无法对比：{tables}。",
  },
  comparedObjects: {
    en: "A comparison of objects ended: all {count} of them are the same at both ends.",
    zh: "对象对比结束，全部 {count} 个对象两端一致。",
  },
  comparedObjectsDifferent: {
    en: "A comparison of {count} objects ended. At one end only, or defined differently: {objects}.",
    zh: "{count} 个对象的对象对比结束，仅存在于一端或定义不一致的对象：{objects}。",
  },
  leftOut: {
    en: "Synchronization does not create foreign keys, triggers, rules, views and functions at the target. Create what is missing there before applications use the target.",
    zh: "同步不会在目标库创建外键、触发器、规则、视图和函数。请在业务使用目标库之前自行创建缺失的对象。",
  },
  addedAtEnd: {
    en: "At the source it is NOT VALID, so that old rows may violate it. The target gets it when the task ends.",
    zh: "该约束在源库中为 NOT VALID，已有数据可能不满足它。任务结束时，目标库才会创建它。",
  },
  definitionDiffers: {
    en: "The definitions differ. Only in the source: {source}. Only in the target: {target}.",
    zh: "定义不一致。仅源库有：{source}。仅目标库有：{target}。",
  },
  compareCancelled: {
    en: "A comparison was canceled after {count} tables.",
    zh: "数据对比已取消，已完成 {count} 张表。",
  },
  compareRuns: {
    en: "A comparison of this task is already running.",
    zh: "该任务已有正在进行的数据对比。",
  },
  atLeast: {
    en: "There may be more differing rows than the count shows.",
    zh: "实际不一致的行数可能多于统计值。",
  },
  noKeyToList: {
    en: "Table {table} has no primary key: its differing rows cannot be listed.",
    zh: "表 {table} 没有主键，无法列出不一致的行。",
  },
  columnsOfOneEnd: {
    en: "Columns of {table} that exist at one end only were not compared: {columns}.",
    zh: "表 {table} 中只有一端存在的列未参与对比：{columns}。",
  },
  typeDiffers: {
    en: "The rows of {table} read the same, but the type {type} of column {column} differs between the ends: it has other attributes, elements, or labels. Change the type at the target to match the source, and compare again.",
    zh: "表 {table} 的行内容看似一致，但列 {column} 的类型 {type} 在两端的属性、元素或枚举值不同。请将目标库中的类型改为与源库一致后重新对比。",
  },
  largeObjects: {
    en: "Column {column} of {table} refers to large objects. PostgreSQL's logical replication copies the references only, so the objects themselves were not compared. Copy them to the target yourself.",
    zh: "表 {table} 的列 {column} 引用了大对象。PostgreSQL 逻辑复制只同步引用，大对象本身未对比，请自行复制到目标库。",
  },
  countsMove: {
    en: "The number of rows in {table} changed each time it was counted. Compare the contents, or count again when fewer rows are written.",
    zh: "每次统计时表 {table} 的行数都在变化。请改用内容对比，或在写入较少时重新统计。",
  },
  tableMoves: {
    en: "Rows of {table} changed each time they were read, and without a primary key single rows cannot be read again. Compare again when fewer rows are written.",
    zh: "每次读取时表 {table} 的行都在变化，且该表没有主键，无法逐行重读。请在写入较少时重新对比。",
  },
  rowsMove: {
    en: "{count} rows of {table} changed each time they were read, such as {keys}. All others are the same. Compare again when fewer rows are written.",
    zh: "每次读取时表 {table} 中有 {count} 行都在变化，例如 {keys}，其余行一致。请在写入较少时重新对比。",
  },
  rowsLost: {
    en: "{count} rows of {table} were seen but cannot be found by their keys, such as {keys}. An index at one end may be corrupt: run REINDEX TABLE there, and compare again.",
    zh: "表 {table} 中有 {count} 行可以扫描到，但无法按主键查到，例如 {keys}。某一端的索引可能已损坏，请在该端执行 REINDEX TABLE 后重新对比。",
  },
} as const satisfies Record<string, Bilingual>;
