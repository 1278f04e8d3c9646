/** All texts that the backend returns, in both languages of the API (`X-Language`). */
import type { Bilingual } from "../l10n/bilingual";
import { operationName } from "../status/operation-names";
import { parseStatus } from "../status/status";
import { rowOf } from "../status/statuses";
import { compareMessages } from "./messages-compare";
import { endMessages } from "./messages-end";
import { precheckMessages } from "./messages-precheck";
import { streamMessages } from "./messages-stream";

export type Language = keyof Bilingual;

const messages = {
  // Gateway
  notSigned: { en: "Incorrect IAM authentication information: {reason}", zh: "IAM 认证信息错误：{reason}" },
  badUser: { en: "The username or password is wrong.", zh: "用户名或密码错误。" },
  noProject: {
    en: "The project {name} does not exist. The project of the local backend is named local.",
    zh: "项目 {name} 不存在，本地后端的项目名为 local。",
  },
  notLocal: {
    en: "Only programs on this machine can call the local backend ({reason}).",
    zh: "只有本机程序可以调用本地后端（{reason}）。",
  },
  noSuchApi: {
    en: "The API does not exist or has not been published in the environment.",
    zh: "API 不存在或未发布到环境中。",
  },
  notReady: { en: "The local backend is still starting.", zh: "本地后端正在启动。" },
  wrongProject: { en: "The project ID does not match this backend.", zh: "项目 ID 与本后端不一致。" },
  tooLarge: { en: "The request body is larger than 1 MB.", zh: "请求体超过 1 MB。" },
  brokenOff: { en: "The request ended before its body did.", zh: "请求在请求体结束之前中断。" },
  batchTooLarge: {
    en: "A call accepts at most {limit} tasks, but this one has {count}. Send several calls.",
    zh: "单次调用最多支持 {limit} 个任务，当前为 {count} 个，请分多次调用。",
  },
  batchTwice: { en: "This call lists the task {id} twice.", zh: "任务 {id} 在本次调用中重复出现。" },
  notJson: { en: "The request body is not JSON.", zh: "请求体不是 JSON。" },
  invalidHost: {
    en: "Invalid parameter ip: it must be a host name or an IP address, neither a path nor a list.",
    zh: "参数 ip 无效：必须是一个主机名或 IP 地址，不能是路径或列表。",
  },
  invalidCertificate: {
    en: "Invalid parameter ssl_cert_key: it must be Base64 of PEM certificates, at most 64 KB.",
    zh: "参数 ssl_cert_key 无效：必须是 PEM 证书的 Base64 编码，且不超过 64 KB。",
  },
  invalidField: { en: "Invalid parameter {field}: {reason}", zh: "参数 {field} 无效：{reason}" },
  notAllowed: {
    en: "This user lacks the required permission (an injected fault)",
    zh: "该用户没有执行此操作的权限（人为设置的故障）",
  },
  throttled: {
    en: "The throttling threshold has been reached: policy user over ratelimit (an injected fault)",
    zh: "已达到流控阈值：policy user over ratelimit（人为设置的故障）",
  },
  faultOnDemand: {
    en: "HTTP {status} was injected at /_local/faults.",
    zh: "通过 /_local/faults 人为设置的 HTTP {status} 故障。",
  },
  sqlNeedsLogin: {
    en: "Database {database} is not one of the demo: SQL runs there with a login of your own.",
    zh: "数据库 {database} 不属于演示环境，执行 SQL 需要您自己的数据库账号。",
  },
  onlyRemedyAsOwner: {
    en: "Only the remedy of this task, as it is looked up now, runs as the owner of the demo's servers.",
    zh: "只有当前查到的该任务的修复 SQL 才能以演示服务器所有者的身份执行。",
  },
  noDemoDatabase: {
    en: "The demo's {server} has no database {database}.",
    zh: "演示环境的{server}端没有数据库 {database}。",
  },
  sqlRefused: {
    en: "PostgreSQL rejected this ({code}): {reason}",
    zh: "PostgreSQL 拒绝执行（{code}）：{reason}",
  },
  internal: { en: "Internal error: {reason}", zh: "内部错误：{reason}" },
  // Tasks
  noSuchJob: { en: "The task does not exist.", zh: "任务不存在。" },
  nameExists: { en: "A task named {name} already exists.", zh: "已存在名为 {name} 的任务。" },
  wrongStatus: {
    en: "This API cannot be called in the current task status ({status}).",
    zh: "当前任务状态（{status}）不允许调用此 API。",
  },
  isFrozen: {
    en: "The task is frozen because the balance of account {account} is 0 or less. Top up the account first.",
    zh: "账户 {account} 余额不足，任务已冻结，请先充值。",
  },
  resumeLost: {
    en: "The task cannot be resumed, because it would continue without the lost rows. {cause}",
    zh: "任务已丢失数据，续传后仍会缺少这些数据，因此无法续传。{cause}",
  },
  needsPrecheck: {
    en: "The task cannot be started until a pre-check has passed. Run batch-precheck first.",
    zh: "预检查通过之前不能启动任务，请先执行预检查。",
  },
  needsTest: {
    en: "Test the connections to the source and target databases first.",
    zh: "请先对源库和目标库进行测试连接。",
  },
  noObjects: { en: "No synchronization object is selected.", zh: "未选择同步对象。" },
  otherDatabase: {
    en: "The task reads the database {database}, not {object}. Specify db_name in the connection test.",
    zh: "任务的源数据库为 {database}，不是 {object}，请在测试连接时通过 db_name 指定。",
  },
  noRename: {
    en: "PostgreSQL's logical replication keeps the names of schemas and tables: {object} cannot be renamed to {alias}. Omit object_alias_name.",
    zh: "PostgreSQL 逻辑复制会保持模式名和表名，不支持对象名映射：{object} 不能映射为 {alias}，请不要填写 object_alias_name。",
  },
  badObject: {
    en: "The synchronization object {object} is not valid. Use a table ID in the form schema.table, or the name of a schema.",
    zh: "无法识别同步对象 {object}，请以 schema.table 形式填写表 id，或填写模式名。",
  },
  noEngine: {
    en: "The local backend synchronizes databases of the same type ({engines}), not {engine}.",
    zh: "本地后端只支持相同类型数据库（{engines}）之间的同步，不支持 {engine}。",
  },
  noTaskType: {
    en: "The engine of this task cannot run tasks of the type {type}.",
    zh: "该任务的引擎不支持 {type} 类型的任务。",
  },
  noSuchConnection: { en: "There is no saved connection {id}.", zh: "不存在已保存的连接 {id}。" },
  noSuchPrepared: { en: "There is no prepared creation {id}.", zh: "不存在批量异步任务 {id}。" },
  unsupported: { en: "The local backend does not support this: {what}.", zh: "本地后端不支持：{what}。" },
  noSuchAlarm: {
    en: "The task has no DDL alarm {id}. Read the list of its DDL again.",
    zh: "任务没有 DDL 告警 {id}，请重新查询 DDL 列表。",
  },
  noSuchQuery: {
    en: "The query {id} does not exist or has expired. Start a new query.",
    zh: "查询 {id} 不存在或已失效，请重新发起。",
  },
  compareEnded: {
    en: "The comparison has already ended ({status}) and cannot be canceled.",
    zh: "该对比任务已结束（{status}），无需取消。",
  },
  interrupted: { en: "The backend was stopped in the meantime.", zh: "期间后端已停止。" },
  // Copying tables again
  copyNeedsAll: {
    en: "Changes of all tables of this task are lost, not only of the selected ones. Copy all tables again.",
    zh: "任务所有表的变更都已丢失，不仅是所选的表。请重新复制全部表。",
  },
  copyReferenced: {
    en: "Table {table} cannot be emptied at the target: rows of {other} refer to it by the foreign key {key}. Also select {other}, keep the rows at the target, or drop the key there and recreate it afterwards.",
    zh: "无法清空目标库表 {table}：表 {other} 的数据通过外键 {key} 引用该表。请同时选择 {other}，或保留目标库数据，或先删除该外键并在之后重建。",
  },
  copyDuringChange: {
    en: "The objects of this task are being modified. Wait until the change ends, or end it.",
    zh: "任务的同步对象正在修改中。请等待修改完成，或结束该修改。",
  },
  copyRuns: {
    en: "These tables are already being copied again: {tables}. Wait until they are in sync.",
    zh: "以下表正在重新复制：{tables}。请等待其完成。",
  },
  copyNeedsLog: {
    en: "The log or the subscription of this task is lost, so rows are missing in all of its tables. Empty the tables at the target and resume the task to copy them all again.",
    zh: "任务所需的日志或订阅已丢失，所有表都缺少数据。请清空目标库中的这些表后再续传任务，将重新复制全部表。",
  },
  copyNotNow: {
    en: "Tables can be copied again while the task is in incremental synchronization, paused, or failed, but not in status {status}.",
    zh: "只有任务处于增量同步、已暂停或失败状态时才能重新复制表，当前状态为 {status}。",
  },
  notOfTask: {
    en: "The task does not synchronize {table}. Its tables are: {tables}.",
    zh: "任务未同步表 {table}，任务的表为：{tables}。",
  },
  copiedAgain: {
    en: "Copied again and in sync: {tables}.",
    zh: "已重新复制并保持同步：{tables}。",
  },
  // Logs
  asked: { en: "Requested: {actionName}.", zh: "收到操作：{actionName}。" },
  recovering: {
    en: "A connection was lost. Reconnecting: {reason}",
    zh: "连接中断，正在自动恢复：{reason}",
  },
  tryingAgain: {
    en: "The synchronization stopped. Retrying: {reason}",
    zh: "同步中断，正在自动重试：{reason}",
  },
  statusReached: { en: "Status: {statusName}.", zh: "任务状态：{statusName}。" },
  instanceFailed: { en: "The instance could not be created: {reason}", zh: "实例创建失败：{reason}" },
  // Databases
  badLogin: {
    en: "The {side} database rejected user {user}: {reason}",
    zh: "{side}数据库拒绝用户 {user}：{reason}",
  },
  unreachable: {
    en: "The {side} database at {address} cannot be reached: {reason}",
    zh: "无法连接位于 {address} 的{side}数据库：{reason}",
  },
  noDatabase: { en: "The {side} database does not exist: {reason}", zh: "{side}数据库不存在：{reason}" },
  databaseError: {
    en: "The {side} database reports {code}: {reason}",
    zh: "{side}数据库报错 {code}：{reason}",
  },
  stopped: {
    en: "The synchronization stopped with {code}: {reason}",
    zh: "同步停止，错误码 {code}：{reason}",
  },
  stoppedUnknown: {
    en: "The synchronization was stopped by an error. The target server's log contains the error ({reason}).",
    zh: "同步因错误停止，错误信息见目标库服务器日志（{reason}）。",
  },
  logLost: {
    en: "The source database no longer keeps the log that this task still needs. Empty the task's tables at the target and resume the task to copy them again, or end the task. A task without a full synchronization can only be ended.",
    zh: "源库已不再保留任务所需的日志。请清空目标库中的相关表后再续传任务（重新全量同步），或结束任务；不含全量同步的任务只能结束。",
  },
  dropped: {
    en: "The subscription of this task was dropped at the target database. Empty the task's tables there and resume the task to copy them again, or end the task. A task without a full synchronization can only be ended.",
    zh: "任务在目标库中的订阅已被删除。请清空目标库中的相关表后再续传任务（重新全量同步），或结束任务；不含全量同步的任务只能结束。",
  },
  noWorker: {
    en: "No replication worker runs at the target database. Check max_logical_replication_workers and the server's log.",
    zh: "目标库没有运行复制进程，请检查 max_logical_replication_workers 及服务器日志。",
  },
  slotWaits: {
    en: "The source database cannot create the replication slot until older transactions end: {holders}. Commit or roll them back (for a session, you can use pg_terminate_backend; for a prepared transaction, ROLLBACK PREPARED), then start the task again.",
    zh: "源库须等待较早的事务结束后才能创建复制槽：{holders}。请提交或回滚这些事务（会话也可用 pg_terminate_backend 结束，预备事务用 ROLLBACK PREPARED），然后重新启动任务。",
  },
  waitsForSession: {
    en: "The synchronization is waiting at the {side} database for a transaction of another session: {holder}. It continues when the transaction ends. To end the session, run pg_terminate_backend({name}).",
    zh: "同步正在{side}库等待其他会话的事务：{holder}。事务结束后同步会继续；可用 pg_terminate_backend({name}) 结束该会话。",
  },
  waitsForPrepared: {
    en: "The synchronization is waiting at the {side} database for a prepared transaction: {holder}. Run COMMIT PREPARED or ROLLBACK PREPARED '{name}'.",
    zh: "同步正在{side}库等待预备事务：{holder}。请执行 COMMIT PREPARED 或 ROLLBACK PREPARED '{name}'。",
  },
  waitsForWorker: {
    en: "The synchronization is waiting for a replication worker: all {count} of max_logical_replication_workers at the target database are in use by {subscriptions}. Raise the setting and restart the server, or end other tasks.",
    zh: "同步正在等待复制进程：目标库 max_logical_replication_workers 的 {count} 个进程已全部被占用（{subscriptions}）。请调大该参数并重启服务器，或结束其他任务。",
  },
  copyTimedOut: {
    en: "The copy of table {table} takes longer than transactions of user {user} of the target database may ({seconds} seconds, transaction_timeout). It was ended each time, and began from its first row again. Run ALTER ROLE … SET transaction_timeout = 0 at the target, then resume the task.",
    zh: "表 {table} 的复制耗时超过目标库用户 {user} 的事务时限（{seconds} 秒，transaction_timeout），每次都被终止并从第一行重新开始。请在目标库执行 ALTER ROLE … SET transaction_timeout = 0，然后续传任务。",
  },
  tooFewAtSource: {
    en: "{setting} is {count} at the source database, which is too low: copying a table needs one in addition to the task's own. Raise the setting and restart the server, or end the sessions or slots that are in use.",
    zh: "源库 {setting} 为 {count}，数量不足：复制表时除任务自身占用外还需要一个。请调大该参数并重启服务器，或结束占用者。",
  },
  passwordRequired: {
    en: "The source database accepts user {user} without a password, but the target requires one because its user is not a superuser (password is required). Require a password (scram-sha-256) in the source's pg_hba.conf, or use a superuser at the target.",
    zh: "源库允许用户 {user} 无密码登录，而目标库用户不是超级用户，要求使用密码（password is required）。请在源库 pg_hba.conf 中要求密码（scram-sha-256），或在目标库使用超级用户。",
  },
  targetLacksTable: {
    en: "Table {table} does not exist in the target database.",
    zh: "目标库中不存在表 {table}。",
  },
  targetLacksColumn: {
    en: "Table {table} of the target database lacks the column {column}. Add it there with ALTER TABLE … ADD COLUMN.",
    zh: "目标库表 {table} 缺少列 {column}。请在目标库执行 ALTER TABLE … ADD COLUMN 添加。",
  },
  ...precheckMessages,
  ...streamMessages,
  ...compareMessages,
  ...endMessages,
} as const satisfies Record<string, Bilingual>;

export type MessageId = keyof typeof messages;

/** A text before localization. */
export interface Message {
  readonly id: string;
  readonly values: Readonly<Record<string, string>>;
  /** The text for `{cause}` in it. */
  readonly cause?: Message | undefined;
}

/** A text by its id. Texts name the values as `{name}`. */
export function message(id: MessageId, values: Readonly<Record<string, string>> = {}): Message {
  return { id, values };
}

/** The text in a language. For an unknown id (of another version), the id and the values. */
export function render({ id, values, cause }: Message, language: Language): string {
  const texts: Readonly<Record<string, Bilingual>> = messages;
  const text = Object.hasOwn(texts, id) ? texts[id]?.[language] : undefined;
  return text === undefined
    ? [id, ...Object.values(values)].join(" ")
    : text.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        name === "cause" && cause !== undefined
          ? render(cause, language)
          : (named(name, values)?.[language] ?? localized(values[name] ?? "", language)),
      );
}

/** The codes of the API that a text has in words. */
function named(place: string, { action = "", status = "" }: Message["values"]): Bilingual | undefined {
  switch (place) {
    case "actionName":
      return operationName(action) ?? { en: action, zh: action };
    case "statusName": {
      const { api, name } = rowOf(parseStatus(status) ?? "unknown");
      return api.length === 0 ? { en: status, zh: status } : name;
    }
    default:
      return undefined;
  }
}

function localized(value: string, language: Language): string {
  if (language === "zh") {
    return value === "source" ? "源" : value === "target" ? "目标" : value;
  }
  return value;
}

/** An error response of the API: its code, its text, and the HTTP status if the whole call is rejected. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: string,
    readonly text: Message,
    readonly status: 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503 = 400,
  ) {
    super(`${code} ${render(text, "en")}`);
  }
}
