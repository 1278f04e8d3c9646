/** Texts of the pre-check, in both languages of the API: the finding and its remedy. */
import type { Bilingual } from "../l10n/bilingual";

export const precheckMessages = {
  remedyAt: { en: "{side} database", zh: "{side}数据库" },
  notChecked: {
    en: "This could not be checked, because the {side} database reports: {reason}",
    zh: "无法检查此项，{side}数据库报错：{reason}",
  },
  // Connections
  sameDatabase: {
    en: "Source and target are the same database. Choose another target.",
    zh: "源库与目标库是同一个数据库。请选择其他目标库。",
  },
  pooler: {
    en: "The {side} address {address} belongs to a connection pooler, which does not forward replication connections. Enter the address of the server itself.",
    zh: "{side}库地址 {address} 是连接池，连接池不转发复制连接。请填写数据库服务器自身的地址。",
  },
  noConnectionLeft: {
    en: "The {side} database has no connection left for user {user}: {reason}. Raise the limit, or close connections.",
    zh: "{side}数据库没有可供用户 {user} 使用的连接：{reason}。请调大连接数限制，或关闭部分连接。",
  },
  targetCannotReach: {
    en: "The target server cannot connect to the source at {address}: {reason}. Rows are sent directly between the servers: enter a source address that the target server can reach, and make the source's pg_hba.conf accept the target.",
    zh: "目标库服务器无法通过 {address} 连接源库：{reason}。数据在服务器之间直接传输，请填写目标库服务器可以访问的源库地址，并在源库 pg_hba.conf 中允许目标库连接。",
  },
  targetReachesAnother: {
    en: "At {address} the target server reaches another server than the source, one that accepts the same login. Rows are sent directly between the servers: enter a source address that leads to the source from the target server, too. An address such as localhost means another machine there.",
    zh: "目标库服务器通过 {address} 连接到的不是源库，而是另一台接受相同登录信息的服务器。数据在服务器之间直接传输，请填写从目标库服务器也能连接到源库的地址；localhost 之类的地址在目标库服务器上指的是另一台机器。",
  },
  passwordNotAsked: {
    en: "The source does not ask user {login} for a password, and the target's user {user} is not a superuser, so PostgreSQL rejects the subscription. Require scram-sha-256 in the source's pg_hba.conf, or use a superuser at the target.",
    zh: "源库未要求用户 {login} 提供密码，而目标库用户 {user} 不是超级用户，PostgreSQL 会拒绝该订阅。请在源库 pg_hba.conf 中要求 scram-sha-256 认证，或在目标库使用超级用户。",
  },
  sourceNotProven: {
    en: "The server at {address} did not prove to the target server by SCRAM that it is the source, which this task requires. If no other server answers at this address, require scram-sha-256 for the target's address in the source's pg_hba.conf, and set the password of {user} again with password_encryption = 'scram-sha-256'. If a CA is specified for the source, no server between target and source may end the SSL connection.",
    zh: "{address} 的服务器未能通过 SCRAM 向目标库服务器证明自己是源库，而此任务要求证明。若该地址没有其他服务器应答，请在源库 pg_hba.conf 中对目标库地址要求 scram-sha-256，并在 password_encryption = 'scram-sha-256' 下重新设置 {user} 的密码。若为源库指定了 CA，则目标库与源库之间不得有终止 SSL 连接的服务器。",
  },
  clearTextNotRefused: {
    en: "PostgreSQL {version} at the target cannot make the source prove itself: a server that takes the source's place could ask for the password in clear text, and send changes of its own. Use SSL with a CA's certificate for the source, or PostgreSQL 16 or newer at the target.",
    zh: "目标库的 PostgreSQL {version} 无法要求源库证明自己：冒充源库的服务器可以索取明文密码，并发送伪造的变更。请为源库使用 SSL 并指定 CA 证书，或在目标库使用 PostgreSQL 16 及以上版本。",
  },
  reachNotTried: {
    en: "This was not tested because the user cannot create a subscription at the target yet. Fix the other items, then run the pre-check again.",
    zh: "未测试目标库服务器能否连接源库：该用户尚不能在目标库创建订阅。请先处理其他检查项，再重新预检查。",
  },
  // Servers
  versionTooOld: {
    en: "PostgreSQL {version} is too old; {minimum} or newer is required. Upgrade the server, or choose another.",
    zh: "PostgreSQL {version} 版本过低，需要 {minimum} 或更高版本。请升级服务器或选择其他服务器。",
  },
  walLevel: {
    en: "wal_level is {value} and must be logical. Set wal_level = logical in the server's configuration and restart it.",
    zh: "wal_level 为 {value}，必须为 logical。请在服务器配置中设置 wal_level = logical 并重启。",
  },
  standby: {
    en: "The {side} server is a standby and does not accept the changes that the task must make. Use the primary.",
    zh: "{side}库服务器是备库，不接受任务所需的写操作。请使用主库。",
  },
  readOnly: {
    en: "Transactions of user {user} at the {side} database are read-only (default_transaction_read_only). Allow this user to write.",
    zh: "用户 {user} 在{side}数据库中的事务为只读（default_transaction_read_only）。请允许该用户写入。",
  },
  encodingUnknown: {
    en: "The source's encoding is SQL_ASCII, which does not validate characters. Rows that are not valid {target} stop the task. Check the data, or use a target with the encoding SQL_ASCII.",
    zh: "源库编码为 SQL_ASCII，未校验字符，不符合 {target} 编码的数据会使任务停止。请检查数据，或使用编码为 SQL_ASCII 的目标库。",
  },
  encodingImpossible: {
    en: "PostgreSQL cannot convert the source's encoding {from} to the target's {to}. Use a target database with the encoding {from} or UTF8.",
    zh: "PostgreSQL 无法将源库编码 {from} 转换为目标库编码 {to}。请使用编码为 {from} 或 UTF8 的目标库。",
  },
  encodingNarrow: {
    en: "The target's encoding {to} lacks characters of the source's {from}: a row with such a character stops the task. Use a target database with the encoding {from} or UTF8.",
    zh: "目标库编码 {to} 不包含源库编码 {from} 的全部字符，含有此类字符的数据会使任务停止。请使用编码为 {from} 或 UTF8 的目标库。",
  },
  noneLeft: {
    en: "{setting} is {count}, {used} are in use, and the task needs {needed}. Raise the setting and restart the server, or end tasks that are not needed.",
    zh: "{setting} 为 {count}，其他任务已占用 {used} 个，本任务需要 {needed} 个。请调大该参数并重启服务器，或结束不需要的任务。",
  },
  noCopyWorkers: {
    en: "max_sync_workers_per_subscription is 0, so no table is ever copied. Raise the setting.",
    zh: "max_sync_workers_per_subscription 为 0，不会复制任何表。请调大该参数。",
  },
  fewConnections: {
    en: "{what} of the {side} database allows {limit} connections, {used} are in use, and the task needs {needed}. Raise the limit.",
    zh: "{side}数据库的 {what} 允许 {limit} 个连接，其他会话已占用 {used} 个，本任务需要 {needed} 个。请调大限制。",
  },
  // Privileges
  noPrivilege: {
    en: "User {user} lacks: {privilege}. Grant these privileges, or test the connection with another user.",
    zh: "用户 {user} 缺少权限：{privilege}。请授权，或使用其他用户测试连接。",
  },
  rowSecurityAtSource: {
    en: "Row security hides rows of {table} from user {user}: they would not be copied or compared. Give the user BYPASSRLS, or, for the owner, run ALTER TABLE … NO FORCE ROW LEVEL SECURITY.",
    zh: "行级安全策略对用户 {user} 隐藏了 {table} 的部分行，这些行不会被复制和对比。请授予该用户 BYPASSRLS；若该用户是属主，也可执行 ALTER TABLE … NO FORCE ROW LEVEL SECURITY。",
  },
  rowSecurityAtTarget: {
    en: "PostgreSQL does not replicate into {table}, because row security applies to the role that writes there. Use a role with BYPASSRLS, or run ALTER TABLE … NO FORCE ROW LEVEL SECURITY.",
    zh: "目标库表 {table} 的行级安全策略对写入角色生效，PostgreSQL 拒绝向其复制。请使用具有 BYPASSRLS 的角色，或执行 ALTER TABLE … NO FORCE ROW LEVEL SECURITY。",
  },
  rowSecurityNotCarried: {
    en: "Table {table} has row security at the source. It is created at the target without row security and its policies. Create them there before users read the table.",
    zh: "源库表 {table} 启用了行级安全。目标库建表时不带行级安全及其策略，请在用户读取之前自行创建。",
  },
  targetTableUnlogged: {
    en: "Table {table} of the target is unlogged. A crash of the target's server empties it, and the synchronization continues without its rows.",
    zh: "目标库中的表 {table} 为 UNLOGGED。目标库服务器崩溃后该表会被清空，而同步会在缺少这些数据的情况下继续。",
  },
  // Objects of the source
  noTable: {
    en: "Table {table} does not exist in the source database. Select the objects again.",
    zh: "源库中不存在表 {table}。请重新选择同步对象。",
  },
  notATable: {
    en: "{table} is a view, a temporary table, or a system table, which PostgreSQL cannot publish. Leave it out.",
    zh: "{table} 是视图、临时表或系统表，PostgreSQL 无法发布。请不要选择。",
  },
  unlogged: {
    en: "Table {table} is unlogged: its changes are not in the log, and PostgreSQL does not publish it. Make it a logged table, or leave it out.",
    zh: "表 {table} 为 UNLOGGED 表，其变更不写入日志，PostgreSQL 不会发布。请改为普通表，或不选择该表。",
  },
  foreignTable: {
    en: "{table} is a foreign table: its rows are stored elsewhere, and PostgreSQL does not publish their changes. Detach it if it is a partition, or leave the table out.",
    zh: "{table} 是外部表，数据不在本库中，PostgreSQL 不发布其变更。若为分区请先分离，或不选择该表。",
  },
  tablesLeftOut: {
    en: "These tables of the selected schemas are left out, because PostgreSQL does not publish unlogged and foreign tables: {table}.",
    zh: "所选模式中的下列表不会同步，因为 PostgreSQL 不发布 UNLOGGED 表和外部表：{table}。",
  },
  onlyGenerated: {
    en: "Table {table} has no columns or only generated ones, so there is nothing to replicate. Add a column, or leave the table out.",
    zh: "表 {table} 没有列或只有生成列，没有可复制的内容。请添加列，或不选择该表。",
  },
  partitionTwice: {
    en: "{table} is a partition of another selected table. Its rows are replicated with that table, and the partition itself would receive none. Leave the partition out.",
    zh: "{table} 是另一张已选表的分区，其数据随该表同步，单独选择的分区不会收到数据。请不要选择该分区。",
  },
  partitioned: {
    en: "Table {table} is partitioned. Rows of a partition that is attached while the task runs are not copied, and DETACH, DROP, or TRUNCATE of a partition is not replicated. Copy the table again after such a change.",
    zh: "表 {table} 是分区表。任务运行期间附加的分区中已有的行不会被复制，对单个分区的 DETACH、DROP 或 TRUNCATE 也不会同步到目标库。发生此类变更后请重新复制该表。",
  },
  sourceLargeObjects: {
    en: "The database has large objects, and {table} may refer to them. PostgreSQL replicates the ID of a large object, not its content. Move the contents to a bytea column, or copy them by other means.",
    zh: "数据库中存在大对象，{table} 可能引用它们。PostgreSQL 只复制大对象的编号，不复制内容。请将内容移到 bytea 列，或以其他方式复制。",
  },
  openTransaction: {
    en: "Starting the task waits for long-running transactions at the source: {transaction}. End them.",
    zh: "源库存在长时间未结束的事务，任务启动会一直等待：{transaction}。请结束这些事务。",
  },
  preparedTransaction: {
    en: "Starting the task waits for prepared transactions at the source: {transaction}. Commit or roll back each one in its own database.",
    zh: "源库存在未结束的预备事务，任务启动会一直等待：{transaction}。请在各自的数据库中提交或回滚。",
  },
  // Replica identity
  noPrimaryKey: {
    en: "Table {table} has neither a primary key nor a replica identity: once it is published, the application's UPDATE and DELETE of it fail at the source (55000). Add a primary key, run ALTER TABLE … REPLICA IDENTITY FULL, or leave the table out.",
    zh: "表 {table} 没有主键，也没有复制标识：发布之后，应用在源库上对该表的 UPDATE 和 DELETE 会失败（55000）。请添加主键、执行 ALTER TABLE … REPLICA IDENTITY FULL，或不选择该表。",
  },
  identityNothing: {
    en: "Table {table} has REPLICA IDENTITY NOTHING, which ignores its keys: once it is published, the application's UPDATE and DELETE of it fail at the source (55000). Run ALTER TABLE … REPLICA IDENTITY DEFAULT or FULL, or leave the table out.",
    zh: "表 {table} 的复制标识为 REPLICA IDENTITY NOTHING，即使有主键也无效：发布之后，应用在源库上对该表的 UPDATE 和 DELETE 会失败（55000）。请执行 ALTER TABLE … REPLICA IDENTITY DEFAULT 或 FULL，或不选择该表。",
  },
  identityDeferrable: {
    en: "The primary key of table {table} is deferrable and does not count as a replica identity: once the table is published, the application's UPDATE and DELETE of it fail at the source (55000). Make the key NOT DEFERRABLE, run ALTER TABLE … REPLICA IDENTITY FULL, or leave the table out.",
    zh: "表 {table} 的主键为 DEFERRABLE，不能作为复制标识：发布之后，应用在源库上对该表的 UPDATE 和 DELETE 会失败（55000）。请将主键改为 NOT DEFERRABLE、执行 ALTER TABLE … REPLICA IDENTITY FULL，或不选择该表。",
  },
  identityLostIndex: {
    en: "The replica identity of table {table} is an index that was dropped or is not valid: once the table is published, the application's UPDATE and DELETE of it fail at the source (55000). Choose another identity, or leave the table out.",
    zh: "表 {table} 的复制标识索引已被删除或无效：发布之后，应用在源库上对该表的 UPDATE 和 DELETE 会失败（55000）。请重新指定复制标识，或不选择该表。",
  },
  identityGenerated: {
    en: "The replica identity of table {table} has a generated column, which is not published: once the table is published, the application's UPDATE and DELETE of it fail at the source (42P10). Use a key without generated columns, or leave the table out.",
    zh: "表 {table} 的复制标识包含不发布的生成列：发布之后，应用在源库上对该表的 UPDATE 和 DELETE 会失败（42P10）。请使用不含生成列的键，或不选择该表。",
  },
  identityGeneratedKey: {
    en: "The key of table {table} has a generated column, which PostgreSQL does not replicate before version 18: the target could not find rows to update or delete. Run ALTER TABLE … REPLICA IDENTITY FULL with a key at the target that has no generated column, or leave the table out.",
    zh: "表 {table} 的键包含生成列，PostgreSQL 18 之前不复制生成列，目标库无法定位要更新或删除的行。请执行 ALTER TABLE … REPLICA IDENTITY FULL 并在目标库使用不含生成列的键，或不选择该表。",
  },
  identityOfRoot: {
    en: "The partitioned table {table} has no primary key and no replica identity of its own: the target could not find rows to update or delete, even if the partitions have keys. Add a primary key, or run ALTER TABLE … REPLICA IDENTITY FULL for the table and each partition.",
    zh: "分区表 {table} 自身没有主键和复制标识：无论各分区有何键，目标库都无法定位要更新或删除的行。请添加主键，或对该表及其每个分区执行 ALTER TABLE … REPLICA IDENTITY FULL。",
  },
  identityOfPartition: {
    en: "Partition {table} does not have the REPLICA IDENTITY FULL of its partitioned table: the target would not find rows that are updated or deleted. Also set it for the partition.",
    zh: "{table} 所属的分区表为 REPLICA IDENTITY FULL，而该分区不是：目标库将找不到被更新或删除的行。请对该分区执行同样的设置。",
  },
  identityUnequal: {
    en: "Rows of {table} are identified by all columns, but the listed columns have a type without equality: the first UPDATE or DELETE stops the task at the target (42883). Add a primary key, or leave the table out.",
    zh: "{table} 以全部列标识行，而所列各列的类型不支持相等比较：首次 UPDATE 或 DELETE 会使任务在目标库停止（42883）。请添加主键，或不选择该表。",
  },
  // Objects of the target
  creationNotTried: {
    en: "Creating the missing tables was not tested, because the user cannot create objects in the target database. Fix the other items, then run the pre-check again.",
    zh: "未测试能否创建缺少的表：该用户无权在目标库中创建对象。请先处理其他检查项，再重新预检查。",
  },
  cannotCreate: {
    en: "Table {table} cannot be created in the target database: {reason}. Add the missing object there, such as an extension, or create the table yourself.",
    zh: "无法在目标库中创建表 {table}：{reason}。请在目标库中补齐所缺内容（例如扩展），或自行创建该表。",
  },
  targetLacksColumns: {
    en: "The target lacks the column {column}, so no rows can be written. Add it there with ALTER TABLE … ADD COLUMN.",
    zh: "目标库缺少列 {column}，无法写入数据。请在目标库执行 ALTER TABLE … ADD COLUMN 添加。",
  },
  targetGenerates: {
    en: "Column {column} is generated at the target but not at the source, and PostgreSQL does not replicate into it. Change it to an ordinary column there.",
    zh: "列 {column} 在目标库是生成列，在源库不是，PostgreSQL 拒绝向其复制。请在目标库改为普通列。",
  },
  targetType: {
    en: "Column {column} has another type at the target, which does not accept every value unchanged: values would be changed or stop the task. Change it to the source's type.",
    zh: "列 {column} 在目标库的类型不同，不能原样保存源库的所有值：值可能被改变，或使任务停止。请改为与源库相同的类型。",
  },
  targetNeedsColumn: {
    en: "Column {column} of the target is NOT NULL without a default and does not exist at the source, so every row is rejected. Add a default, or allow NULL.",
    zh: "目标库列 {column} 为 NOT NULL 且无默认值，而源库没有该列，所有行都会被拒绝。请设置默认值或允许 NULL。",
  },
  targetNotNull: {
    en: "Column {column} is NOT NULL at the target but not at the source: a row with NULL stops the task. Allow NULL there.",
    zh: "列 {column} 在目标库为 NOT NULL，在源库不是，含 NULL 的行会使任务停止。请在目标库允许 NULL。",
  },
  targetStricterRules: {
    en: "The target rejects rows that the source permits: {table}. The first such row stops the task. Drop these constraints and indexes at the target, or add them at the source, too.",
    zh: "目标库会拒绝源库允许的数据行：{table}。遇到第一条这样的数据时任务会停止。请在目标库删除这些约束和索引，或在源库也添加。",
  },
  targetNoKey: {
    en: "Table {table} of the target has neither a primary key nor a replica identity index: the first UPDATE or DELETE stops the task (55000). Add the source's key there.",
    zh: "目标库表 {table} 没有主键，也没有复制标识索引，首次 UPDATE 或 DELETE 会使任务停止（55000）。请在目标库添加与源库相同的键。",
  },
  targetOtherKey: {
    en: "The target identifies rows by columns that the source does not send as the key: {table}. The first UPDATE or DELETE stops the task (55000). Use the same key at both ends, or run ALTER TABLE … REPLICA IDENTITY FULL at the source.",
    zh: "目标库用于定位行的列不在源库发送的键中：{table}。首次 UPDATE 或 DELETE 会使任务停止（55000）。请在两端使用相同的键，或在源库执行 ALTER TABLE … REPLICA IDENTITY FULL。",
  },
  targetNarrowKey: {
    en: "The target's key has fewer columns than the source's: {table}. Rows that differ only in the other columns conflict there. Use the same key at both ends.",
    zh: "目标库的键比源库的键少列：{table}。仅在其余列上不同的行会在目标库冲突。请在两端使用相同的键。",
  },
  typeKind: {
    en: "Type {type} of the target is of a different kind from the source's type. Rename or drop it there.",
    zh: "目标库类型 {type} 与源库的种类不同。请在目标库重命名或删除该类型。",
  },
  targetTypeDiffers: {
    en: "Type {type} of the target differs from the source's: {what}. Values of the source would be rejected or misread. Change the type there.",
    zh: "目标库类型 {type} 与源库不同：{what}。源库的值会被拒绝或被错误解释。请在目标库修改该类型。",
  },
  typeOrder: {
    en: "Type {type} of the target has its labels in another order, so values compare and sort differently there. The source's order is {order}.",
    zh: "目标库类型 {type} 的枚举值顺序不同，比较和排序结果会不同；源库的顺序为 {order}。",
  },
  typeStricter: {
    en: "Type {type} of the target is stricter than the source's: {what}. Values that the source permits stop the task. Remove the constraint there.",
    zh: "目标库类型 {type} 比源库更严格：{what}。源库允许的值会使任务停止。请在目标库去掉该约束。",
  },
  targetHasRows: {
    en: "Table {table} of the target database already has rows, which may conflict with the copied rows. If so, empty the table first.",
    zh: "目标库表 {table} 已有数据，可能与全量数据冲突。如有冲突，请先清空。",
  },
  idleSlots: {
    en: "The source removes replication slots that nobody has read from for {seconds} seconds (idle_replication_slot_timeout). A task that is paused, failed or disconnected for so long loses its log and must copy its rows again. Set it to 0, or keep pauses shorter.",
    zh: "源库会移除 {seconds} 秒内无人读取的复制槽（idle_replication_slot_timeout）。任务暂停、失败或断开超过该时间后，所需日志会丢失，必须重新全量同步。请设为 0，或缩短暂停时间。",
  },
  transactionLimit: {
    en: "Transactions of user {user} of the target database are ended after {seconds} seconds (transaction_timeout). The copy of a table that takes longer begins again each time and never ends. Set it to 0 for this user.",
    zh: "目标库用户 {user} 的事务在 {seconds} 秒后会被终止（transaction_timeout）。耗时更长的表复制每次都会重新开始，永远无法完成。请将该用户的此参数设为 0。",
  },
  arrayNulls: {
    en: "The setting array_nulls is off for user {user} of the target database: NULL in arrays of {table} would be written as the word NULL, or stop the task (22P02). Turn it on.",
    zh: "目标库用户 {user} 的参数 array_nulls 为 off：表 {table} 数组中的 NULL 会被写成字符串 NULL，或使任务停止（22P02）。请将其打开。",
  },
  targetTrigger: {
    en: "Triggers of the target also fire for replicated rows (ENABLE ALWAYS or REPLICA): {trigger}. Their effects are repeated. Enable them for the target's own changes only.",
    zh: "目标库的触发器对复制的行也会触发（ENABLE ALWAYS 或 REPLICA）：{trigger}，其动作会重复执行。请仅对目标库自身的变更启用。",
  },
  targetForeignKey: {
    en: "The target has foreign keys that are not part of the task: {key}. A TRUNCATE at the source stops the task there (0A000). Drop the foreign keys, or do not use TRUNCATE.",
    zh: "目标库存在不属于本任务的外键：{key}。源库上的 TRUNCATE 会使任务在目标库停止（0A000）。请删除这些外键，或不使用 TRUNCATE。",
  },
  oppositeTask: {
    en: "A subscription of the source replicates the target's changes of the same tables back: {subscription}. Each change would loop forever. End the other task first.",
    zh: "源库的订阅会把目标库中相同表的变更复制回源库：{subscription}，每个变更都会无限循环。请先结束另一个任务。",
  },
  sameTargetTable: {
    en: "Another subscription of the target writes to the same tables: {subscription}. Rows with the same key stop one of the tasks. End the other task, unless their rows never conflict.",
    zh: "目标库的另一个订阅也写入相同的表：{subscription}。键值相同的行会使其中一个任务停止。除非数据不会冲突，请结束另一个任务。",
  },
} as const satisfies Record<string, Bilingual>;
