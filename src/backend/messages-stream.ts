/** Replication problems of a task, in both languages: what happened, why, and the remedy. */
import type { Bilingual } from "../l10n/bilingual";

export const streamMessages = {
  // Failures: rows are lost
  publicationGone: {
    en: "The publication of this task was dropped or renamed at the source database: changes since then are lost. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "任务在源库中的发布已被删除或改名，此后的变更已丢失。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  publicationPartial: {
    en: "The publication of this task was altered at the source database and does not publish {what}: changes since then are lost. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "任务在源库中的发布被修改，不再发布 {what}，此后的变更已丢失。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  publicationAltered: {
    en: "The publication of this task was altered at the source database since the tables were copied, perhaps altered back, or the source database was set back to an earlier state. Changes may be lost. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "任务在源库中的发布在表复制之后被修改（可能又改回），或源库被恢复到较早的状态，其间的变更可能已丢失。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  sourceTableGone: {
    en: "Table {table} no longer exists in the source database. Remove it from the synchronization objects. To keep synchronizing it, create it there again, and then copy the table again.",
    zh: "源库中的表 {table} 已不存在。请将其移出同步对象；如仍需同步，请在源库重新创建后重新复制该表。",
  },
  sourceTableReplaced: {
    en: "Table {table} of the source database was replaced by another table with the same name, whose rows and changes are not synchronized. Copy the table again, or reset the task.",
    zh: "源库中的表 {table} 被另一张同名表替换，新表的数据和变更未被同步。请重新复制该表，或重置任务。",
  },
  tableUnpublished: {
    en: "Table {table} was removed from the publication of this task at the source database, or is published only in part: changes since then are lost. Copy the table again, or reset the task.",
    zh: "源库中的表 {table} 被移出任务的发布，或只发布了一部分，此后的变更已丢失。请重新复制该表，或重置任务。",
  },
  tableRepublished: {
    en: "Table {table} left the publication of this task at the source database and came back, or the source database was set back to an earlier state. Changes in between are lost. Copy the table again, or reset the task.",
    zh: "源库中的表 {table} 曾被移出任务的发布后又重新加入，或源库被恢复到较早的状态，其间的变更已丢失。请重新复制该表，或重置任务。",
  },
  targetTableLost: {
    en: "Table {table} of the target database was dropped, replaced, or removed from the subscription, and receives no changes. Creating it there is not enough, because its rows and its replication position are lost. Copy the table again, or reset the task.",
    zh: "目标库中的表 {table} 被删除、替换或移出订阅，不再接收变更。仅在目标库重新创建该表是不够的，因为其数据和同步位置已丢失。请重新复制该表，或重置任务。",
  },
  copyFiltered: {
    en: "Row security of table {table} applies to this task's user of the source database while the table is copied, so rows are missing. Give the user BYPASSRLS or run ALTER TABLE … NO FORCE ROW LEVEL SECURITY, then copy the table again, or reset the task.",
    zh: "复制表 {table} 时，源库的行级安全对任务用户生效，部分数据行被遗漏。请为该用户授予 BYPASSRLS，或执行 ALTER TABLE … NO FORCE ROW LEVEL SECURITY，然后重新复制该表，或重置任务。",
  },
  slotMoved: {
    en: "The replication slot of this task at the source database was advanced, read by another client, or dropped and created again ({what}) while the target was not connected. The changes in between are lost. Copy all tables of the task again with Copy Tables Again, or reset the task. Do not move the slot of a task: to free the source's log, end the task.",
    zh: "目标库未连接期间，源库中该任务的复制槽被推进、被其他客户端读取，或被删除后重建（{what}），其间的变更已丢失。请通过“重新复制表”重新复制任务的全部表，或重置任务。请勿移动任务的复制槽；如需释放源库日志，请结束任务。",
  },
  subscriptionAltered: {
    en: "The subscription of this task was altered at the target database ({what}) and does not receive all changes: changes since then are lost. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "任务在目标库中的订阅被修改（{what}），不再接收全部变更，此后的变更已丢失。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  targetSetBack: {
    en: "The target database was set back to an earlier state ({what}), for example because a backup was restored or a standby was promoted that had not received everything. Changes that it had applied are missing, and the source does not send them again. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "目标库被恢复到较早的状态（{what}），例如恢复了备份，或提升了尚未接收全部数据的备库。已应用的变更丢失，且源库不会再次发送。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  sourceSetBack: {
    en: "The source database was set back to an earlier state ({what}), for example because a backup was restored or a standby was promoted that had not received everything. The target has changes that the source no longer has, and misses changes that the source has written since. Copy all tables of the task again with Copy Tables Again, or reset the task.",
    zh: "源库被恢复到较早的状态（{what}），例如恢复了备份，或提升了尚未接收全部数据的备库。目标库中有源库已不再有的变更，并缺少源库此后写入的变更。请通过“重新复制表”重新复制任务的全部表，或重置任务。",
  },
  // Warnings
  tableRenamed: {
    en: "Table {table} of the {side} database was renamed to {now}. The synchronization stops at the next change of the table. Restore the name, or remove the table from the synchronization objects.",
    zh: "{side}库中的表 {table} 已改名为 {now}，该表发生下一次变更时同步会停止。请恢复原表名，或将其移出同步对象。",
  },
  sourceNoIdentity: {
    en: "Updates and deletes of {table} fail in the source database: the table is published but no longer has a usable primary key or replica identity. Add a primary key, or run ALTER TABLE {table} REPLICA IDENTITY FULL.",
    zh: "源库中对 {table} 的更新和删除会失败：该表已发布，但不再有可用的主键或复制标识。请添加主键，或执行 ALTER TABLE {table} REPLICA IDENTITY FULL。",
  },
  targetNoIdentity: {
    en: "Table {table} of the target database no longer has a primary key or a replica identity. The synchronization stops at the next update or delete of the table. Add the same key as at the source.",
    zh: "目标库中的表 {table} 不再有主键或复制标识，该表发生下一次更新或删除时同步会停止。请添加与源库相同的键。",
  },
  targetPartitionAttached: {
    en: "Partition {part} was attached to table {table} in the target database with rows that did not come from the source. Compare the contents of the table. Delete rows that the source lacks, or copy the table again.",
    zh: "目标库的表 {table} 附加了分区 {part}，其中的数据并非来自源库。请对比该表的内容，删除源库没有的数据，或重新复制该表。",
  },
  targetPartitionDetached: {
    en: "Partition {part} of table {table} was detached or dropped in the target database, and its rows with it. The synchronization stops at the next change that belongs there, unless another partition takes it. Attach the partition there again, or create it and copy the table again.",
    zh: "目标库的表 {table} 的分区 {part} 被分离或删除，其数据也随之缺失。除非有其他分区可以接收，否则遇到下一次属于该分区的变更时同步会停止。请在目标库重新附加该分区，或创建该分区后重新复制该表。",
  },
  partitionAttached: {
    en: "Partition {part} was attached to table {table} in the source database. Its existing rows are not synchronized. Copy the table again, or copy these rows yourself.",
    zh: "源库的表 {table} 附加了分区 {part}，该分区原有的数据未被同步。请重新复制该表，或自行复制这些数据。",
  },
  partitionDetached: {
    en: "Partition {part} of table {table} was detached or dropped in the source database. Its rows remain in the target. Delete them there, or copy the table again.",
    zh: "源库的表 {table} 的分区 {part} 被分离或删除，其数据仍保留在目标库。请在目标库删除这些数据，或重新复制该表。",
  },
  partitionTruncated: {
    en: "Partition {part} of table {table} was truncated or rewritten in the source database; this is not synchronized. If it was emptied, delete its rows from the target database, or copy the table again.",
    zh: "源库的表 {table} 的分区 {part} 被清空或重写，该操作不会被同步。如已清空，请删除目标库中的相应数据，或重新复制该表。",
  },
  sourceRowSecurity: {
    en: "Row security of table {table} applies to this task's user of the source database: comparisons and copies see only the rows that its policies allow. Give the user BYPASSRLS, or run ALTER TABLE … NO FORCE ROW LEVEL SECURITY.",
    zh: "源库表 {table} 的行级安全对任务用户生效，对比和复制只能看到策略允许的数据行。请为该用户授予 BYPASSRLS，或执行 ALTER TABLE … NO FORCE ROW LEVEL SECURITY。",
  },
  targetRowSecurity: {
    en: "Row security of {table} applies to the user that writes it in the target database. The synchronization stops at the next change of the table. Give the user BYPASSRLS, or run ALTER TABLE … DISABLE ROW LEVEL SECURITY there.",
    zh: "目标库中 {table} 的行级安全对写入用户生效，该表发生下一次变更时同步会停止。请为该用户授予 BYPASSRLS，或在目标库执行 ALTER TABLE … DISABLE ROW LEVEL SECURITY。",
  },
  columnAdded: {
    en: "Table {table} of the source database has the column {column} ({type}), which the target's table lacks. The synchronization stops at the next change of the table. Add the column at the target with the same type and DEFAULT. If rows have other values than this default, copy the table again.",
    zh: "源库表 {table} 有目标表没有的列 {column}（{type}），该表发生下一次变更时同步会停止。请在目标库按相同的类型和 DEFAULT 添加该列。如已有数据行的值与该默认值不同，请重新复制该表。",
  },
  columnFilled: {
    en: "Column {column} was added to table {table} after the table was copied, so older rows may have other values in the target database than in the source. Copy the table again, or fill the column at the target yourself.",
    zh: "表 {table} 复制之后添加了列 {column}，添加之前的数据行在目标库中的值可能与源库不同。请重新复制该表，或自行填充目标库的该列。",
  },
  columnRequired: {
    en: "Column {column} of table {table} is NOT NULL without a default in the target database, and the source's table lacks it. The synchronization stops at the next inserted row. Drop the column there, or give it a default.",
    zh: "目标库表 {table} 的列 {column} 为 NOT NULL 且没有默认值，而源表没有该列，下一次插入数据行时同步会停止。请在目标库删除该列，或为其设置默认值。",
  },
  columnRetyped: {
    en: "Column {column} of table {table} was altered: it is {sourceType} in the source database and {targetType} in the target. Values may not fit or may change. Alter the column at the target in the same way. If values were converted at the source, copy the table again.",
    zh: "表 {table} 的列 {column} 被修改，源库类型为 {sourceType}，目标库为 {targetType}，值可能无法写入或被改变。请同样修改目标库的列；如源库的值经过转换，请重新复制该表。",
  },
  columnReplaced: {
    en: "Column {column} of table {table} is another column than before in the {side} database: it was renamed, or dropped and added again. Older rows have other values in the target database than in the source. Alter the target's table in the same way if it was not, and copy the table again.",
    zh: "{side}库表 {table} 的列 {column} 已不是原来的列（被改名，或被删除后重新添加），较早的数据行在目标库中的值与源库不同。如尚未在目标库做同样的修改，请先修改，然后重新复制该表。",
  },
  columnComputed: {
    en: "Column {column} of table {table} is computed in the target database, and in the source no longer in the same way. Its values differ, or the synchronization stops at the next change of the table. Alter the column at the target as at the source, with ALTER COLUMN … SET EXPRESSION or DROP EXPRESSION, and copy the table again if values still differ.",
    zh: "表 {table} 的列 {column} 在目标库中为生成列，而源库的计算方式已改变或不再生成，该列的值会不一致，或该表发生下一次变更时同步会停止。请在目标库用 ALTER COLUMN … SET EXPRESSION 或 DROP EXPRESSION 做同样的修改；如值仍不一致，请重新复制该表。",
  },
  typeAltered: {
    en: "Type {type} is defined in the target database in another way than in the source. Values differ in meaning, or the synchronization stops at the next value that the target rejects. Alter the type at the target as at the source.",
    zh: "类型 {type} 在目标库中的定义与源库不同，值的含义会不一致，或遇到目标库拒绝的值时同步会停止。请在目标库做与源库同样的修改。",
  },
  targetUnlogged: {
    en: "Table {table} of the target database is unlogged: after a crash of the target's server it is empty, and the synchronization continues without its rows. Run ALTER TABLE … SET LOGGED there.",
    zh: "目标库中的表 {table} 为 UNLOGGED：目标库服务器崩溃后该表会被清空，而同步会在缺少这些数据的情况下继续。请在目标库执行 ALTER TABLE … SET LOGGED。",
  },
  targetTriggered: {
    en: "Since the table was copied, the trigger {trigger} of the target database has been firing for replicated changes (ENABLE ALWAYS or REPLICA). It may change or drop rows that arrive. Run ALTER TABLE … ENABLE TRIGGER there to limit it to the target's own changes, and compare the contents of table {table}.",
    zh: "表复制之后，目标库的触发器 {trigger} 开始对复制的变更触发（ENABLE ALWAYS 或 REPLICA），可能改变或丢弃到达的数据行。请在目标库执行 ALTER TABLE … ENABLE TRIGGER，使其仅对目标库自身的变更生效，并对比表 {table} 的内容。",
  },
  targetStricter: {
    en: "Since table {table} was copied, the target database rejects rows of it that the source permits: {rule}. The synchronization stops at the first such row. Drop this at the target, or add it at the source, too.",
    zh: "表 {table} 复制之后，目标库会拒绝源库允许的数据行：{rule}。遇到第一条这样的数据时同步会停止。请在目标库删除该约束，或在源库也添加。",
  },
  keysDiffer: {
    en: "The target database finds rows of table {table} by the columns {needed}, but the source sends only {sent} as the key. The synchronization stops at the next update or delete of the table. Use the same key at both ends, or run ALTER TABLE … REPLICA IDENTITY FULL at the source.",
    zh: "目标库按列 {needed} 定位表 {table} 的数据行，而源库只发送键列 {sent}，该表发生下一次更新或删除时同步会停止。请在两端使用相同的键，或在源库执行 ALTER TABLE … REPLICA IDENTITY FULL。",
  },
  targetBarred: {
    en: "The task's user of the target database may no longer write {table}, because the table has another owner or privileges were revoked. The synchronization stops at the next change of the table. Make the user, or a role that it can SET ROLE to, the owner again, and grant the owner INSERT, UPDATE and DELETE.",
    zh: "任务在目标库的用户不再能写入 {table}，因为该表的所有者已改变或权限已被撤销，该表发生下一次变更时同步会停止。请将所有者改回该用户或其可以 SET ROLE 的角色，并为所有者授予 INSERT、UPDATE 和 DELETE 权限。",
  },
  copyBroken: {
    en: "The copy of table {table} was broken off {count} times since {since} because its worker at the target database ended ({last}). Each time it begins from its first row. Common causes are transaction_timeout, a program that ends long transactions, and an unstable network: see the log of the target's server. The task continues by itself when the cause is gone.",
    zh: "自 {since} 起，表 {table} 的复制因目标库的复制进程终止（{last}）已中断 {count} 次，每次都从第一行重新开始。常见原因有 transaction_timeout、终止长事务的程序和不稳定的网络，请查看目标库服务器的日志。原因消除后任务会自动继续。",
  },
  transactionSkipped: {
    en: "The subscription of this task skips a transaction (ALTER SUBSCRIPTION … SKIP, {position}), and the target database then lacks its changes. Compare the contents of the tables, and copy those that differ again.",
    zh: "任务的订阅被要求跳过一个事务（ALTER SUBSCRIPTION … SKIP，{position}），目标库缺少该事务的全部变更。请对比各表内容，并重新复制不一致的表。",
  },
  tableRewritten: {
    en: "The rows of table {table} were rewritten by ALTER TABLE in the source database. Values changed by this are not synchronized. Copy the table again, unless no values changed.",
    zh: "源库表 {table} 的数据被 ALTER TABLE 重写，由此改变的值未被同步。除非没有值被改变，否则请重新复制该表。",
  },
  rowsMissing: {
    en: "The target database lacks rows: at least {updates} updates and {deletes} deletes found no row there. Compare the contents of the tables, and copy the tables that differ again. Make sure that nothing else changes the target's tables.",
    zh: "目标库缺少数据行：至少有 {updates} 次更新和 {deletes} 次删除未找到对应的行。请对比各表内容，重新复制不一致的表，并避免其他程序修改目标表。",
  },
  tableRowsMissing: {
    en: "Table {table} of the target database lacks rows: at least {updates} updates and {deletes} deletes found no row there. Compare the contents of the table, and copy it again if they differ. Make sure that nothing else changes the target's tables.",
    zh: "目标库中的表 {table} 缺少数据行：至少有 {updates} 次更新和 {deletes} 次删除未找到对应的行。请对比该表的内容，如不一致请重新复制该表，并避免其他程序修改目标表。",
  },
  logNearLimit: {
    en: "The source database retains {bytes} of log for this task, with a limit of {limit} (max_slot_wal_keep_size). The task loses its log when the limit is reached. Resume the task or raise the limit before that.",
    zh: "源库为任务保留了 {bytes} 日志，上限为 {limit}（max_slot_wal_keep_size）。达到上限后任务所需的日志将丢失，请在此之前续传任务或调大上限。",
  },
  logFillsDisk: {
    en: "The source database retains {bytes} of log for this task without a limit, and the source's disk has {room} free. Resume or end the task before the disk is full, and set max_slot_wal_keep_size.",
    zh: "源库为任务保留了 {bytes} 日志且没有上限，源库磁盘剩余空间为 {room}。请在磁盘写满之前续传或结束任务，并设置 max_slot_wal_keep_size。",
  },
  logUnlimited: {
    en: "The source database retains {bytes} of log for this task without a limit. The log grows until the source's disk is full. Resume or end the task, or set max_slot_wal_keep_size.",
    zh: "源库为任务保留了 {bytes} 日志且没有上限，日志会持续增长直至源库磁盘写满。请续传或结束任务，或设置 max_slot_wal_keep_size。",
  },
  targetEmptied: {
    en: "Table {table} was truncated in the target database, but not in the source, and has fewer rows there. Compare the contents of the table to see what is missing, or copy the table again.",
    zh: "表 {table} 仅在目标库中被清空，数据行少于源库。请对比该表的内容以确认缺少的数据，或重新复制该表。",
  },
  notWatched: {
    en: "The {side} database rejects the queries that check whether this task loses rows ({code}): {reason}",
    zh: "{side}库拒绝了用于确认任务是否丢失数据的查询（{code}）：{reason}",
  },
  warningOver: {
    en: "The warning {code} about {about} has ended.",
    zh: "关于 {about} 的警告 {code} 已解除。",
  },
} as const satisfies Record<string, Bilingual>;
