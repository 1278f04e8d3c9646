/**
 * What the items of a pre-check look at. Names are those of `precheck_result[].item`: the cloud's, and the local
 * backend's with an underscore in them. An item that is not here keeps its name.
 */
import type { Bilingual } from "../../l10n/bilingual";

const items: Readonly<Record<string, Bilingual>> = {
  // The local backend.
  source_connection: { en: "The source can be reached", zh: "源数据库可以连接" },
  target_connection: { en: "The target can be reached", zh: "目标数据库可以连接" },
  different_databases: { en: "Source and target are two databases", zh: "源与目标不是同一个数据库" },
  target_reaches_source: {
    en: "The target server can reach the source",
    zh: "目标数据库服务器可以连接源数据库",
  },
  source_version: { en: "Version of the source", zh: "源数据库版本" },
  target_version: { en: "Version of the target", zh: "目标数据库版本" },
  source_wal_level: { en: "The source keeps a logical log", zh: "源数据库日志级别为 logical" },
  source_replication_slots: { en: "A replication slot is left at the source", zh: "源数据库有可用的复制槽" },
  source_wal_senders: { en: "A WAL sender is left at the source", zh: "源数据库有可用的 WAL 发送进程" },
  source_read_write: { en: "The source can be written to", zh: "源数据库可写" },
  target_read_write: { en: "The target can be written to", zh: "目标数据库可写" },
  target_workers: { en: "A worker is left at the target", zh: "目标数据库有可用的复制工作进程" },
  target_replication_origins: {
    en: "A replication origin is left at the target",
    zh: "目标数据库有可用的复制源",
  },
  source_connections: { en: "The source has connections left", zh: "源数据库有可用的连接" },
  target_connections: { en: "The target has connections left", zh: "目标数据库有可用的连接" },
  encodings: { en: "Encodings fit", zh: "两端字符编码兼容" },
  source_privileges: { en: "Privileges of the source's user", zh: "源数据库用户权限" },
  target_privileges: { en: "Privileges of the target's user", zh: "目标数据库用户权限" },
  source_objects: { en: "The selected objects exist", zh: "所选同步对象存在" },
  source_primary_keys: { en: "Rows of the tables can be identified", zh: "表的行可以标识（主键或复制标识）" },
  source_object_privileges: {
    en: "The source's user may publish and read the tables",
    zh: "源数据库用户可以发布和读取这些表",
  },
  source_partitions: { en: "Partitioned tables", zh: "分区表" },
  source_large_objects: { en: "Large objects", zh: "大对象" },
  source_transactions: {
    en: "No transaction of the source is open for long",
    zh: "源数据库没有长时间未结束的事务",
  },
  target_objects: { en: "Missing tables can be made at the target", zh: "目标数据库可以创建缺少的表" },
  target_object_privileges: {
    en: "The target's user may create and write the tables",
    zh: "目标数据库用户可以创建和写入这些表",
  },
  target_columns: { en: "The target's columns and keys fit", zh: "目标表的列和键匹配" },
  target_settings: { en: "Settings of the target's user", zh: "目标数据库用户的参数" },
  target_types: { en: "The target's types are those of the source", zh: "目标数据库的类型与源一致" },
  target_rows: { en: "The target's tables are empty", zh: "目标表为空" },
  target_triggers: { en: "No trigger fires for replicated rows", zh: "没有对复制的行触发的触发器" },
  target_foreign_keys: { en: "No other table refers to the target's tables", zh: "没有其他表引用目标表" },
  other_tasks: { en: "No other task writes the same tables", zh: "没有其他任务写入相同的表" },
  // The cloud.
  srcDbConnection: { en: "The source can be reached", zh: "源数据库可以连接" },
  dstDbConnection: { en: "The target can be reached", zh: "目标数据库可以连接" },
  srcDbVersionSupport: { en: "The source's version is supported", zh: "源数据库版本受支持" },
  dstDbVersionSupport: { en: "The target's version is supported", zh: "目标数据库版本受支持" },
  dbVersionMeetRequirement: { en: "The target's version is not older", zh: "目标版本不低于源版本" },
  srcDbPrivilegesIsEnough: { en: "Privileges of the source's user", zh: "源数据库用户权限" },
  srcDbPrivilegesIsEnoughForIncre: {
    en: "Privileges of the source's user for the incremental synchronization",
    zh: "源数据库用户的增量同步权限",
  },
  dstDbPrivilegesIsEnough: { en: "Privileges of the target's user", zh: "目标数据库用户权限" },
  dstDbDiskSize: { en: "Free disk space of the target", zh: "目标数据库可用磁盘空间" },
  dstStatusCheck: { en: "The target's instance is healthy", zh: "目标数据库实例状态正常" },
  checkEmptyDstDb: { en: "The target is empty", zh: "目标数据库为空" },
  checkIncreSrcDbExistedInDstDb: {
    en: "Databases of the same names at the target",
    zh: "目标端的同名数据库",
  },
  srcDbBinlogIsOff: { en: "The source writes a binlog", zh: "源数据库已开启 binlog" },
  srcBinlogFormatCheck: { en: "Format of the source's binlog", zh: "源数据库 binlog 格式" },
  srcBinlogRowImageCheck: { en: "The binlog has full row images", zh: "binlog_row_image 为 FULL" },
  srcDbBinlogExpireLogsDays: { en: "How long the source keeps its binlog", zh: "源数据库 binlog 保留时间" },
  srcDbServerIdCheck: { en: "Server id of the source", zh: "源数据库 server_id" },
  dbServerUuidConsistency: { en: "Server UUIDs differ", zh: "SERVER_UUID 不相同" },
  dbCharacterSetConsistency: { en: "Character sets are the same", zh: "两端字符集一致" },
  dbCollationServerConsistency: { en: "Collations are the same", zh: "两端排序规则一致" },
  dbTimeZoneConsistency: { en: "Time zones are the same", zh: "两端时区一致" },
  dbClockConsistency: { en: "Clocks are the same", zh: "两端时钟一致" },
  dbIsolationLevelConsistency: { en: "Isolation levels are the same", zh: "两端事务隔离级别一致" },
  sqlModeConsistency: { en: "SQL modes are the same", zh: "两端 sql_mode 一致" },
  dstMaxAllowedPacketCheck: { en: "max_allowed_packet of the target", zh: "目标数据库 max_allowed_packet" },
  srcDstTableNameCaseSensitiveCheck: {
    en: "Case sensitivity of table names is the same",
    zh: "两端表名大小写敏感性一致",
  },
  srcGtidStatusCheck: { en: "GTID of the source", zh: "源数据库 GTID" },
  targetGtidStatusCheck: { en: "GTID of the target", zh: "目标数据库 GTID" },
  srcDbNameContainsUnsupportedSymbols: { en: "Names of the source's databases", zh: "源数据库的库名合法" },
  srcTableNameContainsNonAscii: { en: "Names of the source's tables", zh: "源数据库的表名合法" },
  mappedNameCheck: { en: "Length of the objects' names", zh: "对象名长度" },
  srcDbIndexKeyLength: { en: "Length of the source's index keys", zh: "源数据库索引长度" },
  srcHasNoPkTableWhenTgtHasInvisiblePk: { en: "Tables without a primary key", zh: "无主键表" },
  srcTriggerAndEventCheck: { en: "Triggers and events at the source", zh: "源数据库的触发器和事件" },
  hasForeignKeyOnUnselectedTable: {
    en: "Tables that foreign keys refer to are selected",
    zh: "外键引用的表已选择",
  },
  userSelectObjectsCheck: { en: "The selected objects", zh: "所选同步对象" },
  checkJobDbObjectInfo: { en: "The selected objects", zh: "所选同步对象" },
  isUserRequireSslLink: { en: "Encryption of the connections", zh: "SSL 安全连接" },
  dbSslConsistency: { en: "Both ends encrypt alike", zh: "两端 SSL 设置一致" },
};

/** What an item looks at; undefined where that is not known. */
export function precheckItemName(item: string): Bilingual | undefined {
  return Object.hasOwn(items, item) ? items[item] : undefined;
}
