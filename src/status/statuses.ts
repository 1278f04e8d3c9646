/**
 * The status table, the single source of a status's name, meaning, appearance, alert level, poll interval and
 * allowed actions. The names are the service's own terms.
 */
import type { Bilingual } from "../l10n/bilingual";
import type { ActionId } from "./actions";

/**
 * How fast the status is expected to change by itself: `fast` within seconds, `steady` only when something
 * happens, `final` never.
 */
export type Pace = "fast" | "steady" | "final";

/** The severity of the notification when a task enters the status. */
export type AlertLevel = "error" | "warning" | "none";

/** One row of the table. */
export interface StatusRow {
  readonly name: Bilingual;
  /** Names its group in the list, where the name does not fit into a view of the usual width. */
  readonly shortName?: Bilingual;
  readonly meaning: Bilingual;
  /** A codicon of VS Code 1.100 or older that no other row uses. */
  readonly icon: string;
  /** A theme colour id; the meaning never depends on it. */
  readonly color: string;
  readonly alert: AlertLevel;
  readonly pace: Pace;
  /** The API's values (API reference, task statuses of v3 and v5). */
  readonly api: readonly string[];
  /** Whether the filter of v5's list takes these values (API reference, v5 ListJobs). */
  readonly inV5Filter: boolean;
  /** The legal actions where the service does not list them (`job_action.available_actions`). */
  readonly actions: readonly ActionId[];
  /** The synchronization that is running or has failed. */
  readonly phase: "full" | "incremental" | undefined;
  /** `healthy`: an earlier failure is resolved; `trying`: the task left the failed state and has not settled yet. */
  readonly recovery: "healthy" | "trying" | undefined;
  /** Whether the service has progress or delay to report. */
  readonly hasProgress: boolean;
  /** Whether the task has been started at least once and may have copied rows. */
  readonly started: boolean;
  /** Whether the task holds an instance, which a frozen account freezes. */
  readonly holdsInstance: boolean;
  /** Whether the configuration can be continued. Starting the task then requires a pre-check. */
  readonly configurable: boolean;
  /** Whether single tables can be copied again, which only the local backend does. */
  readonly canCopyTables: boolean;
  /** Whether ending the task is forced, because releasing its resources has failed before. */
  readonly endsByForce: boolean;
  /** The text behind the task's name in the list. */
  readonly detail: "error" | "progress" | "delay" | "startTime" | "daysLeft" | "apiStatus" | "freeze";
}

const usual = {
  inV5Filter: true,
  phase: undefined,
  recovery: undefined,
  started: true,
  holdsInstance: true,
  configurable: false,
  canCopyTables: false,
  endsByForce: false,
  detail: "error",
} as const;
const failure = { ...usual, color: "errorForeground", alert: "error", pace: "steady" } as const;
const changing = { ...usual, color: "charts.blue", alert: "none", pace: "fast" } as const;
const resting = { ...usual, color: "foreground", alert: "none", pace: "steady" } as const;

/** In the order of the groups: statuses that need attention first, ended tasks last. */
export const statuses = {
  incrementalFailed: {
    ...failure,
    name: { en: "Incremental synchronization failed", zh: "增量同步失败" },
    shortName: { en: "Incremental failed", zh: "增量同步失败" },
    meaning: {
      en: "The incremental synchronization failed; changes no longer reach the target database.",
      zh: "增量同步失败，变更不再写入目标库。",
    },
    icon: "sync-ignored",
    api: ["INCRE_TRANSFER_FAILED"],
    hasProgress: true,
    phase: "incremental",
    canCopyTables: true,
    actions: ["pause", "resume", "reset", "end"],
  },
  fullFailed: {
    ...failure,
    name: { en: "Full synchronization failed", zh: "全量同步失败" },
    shortName: { en: "Full failed", zh: "全量同步失败" },
    meaning: { en: "The full synchronization failed.", zh: "全量同步失败。" },
    icon: "error",
    api: ["FULL_TRANSFER_FAILED"],
    hasProgress: true,
    phase: "full",
    canCopyTables: true,
    actions: ["pause", "resume", "reset", "end"],
  },
  startFailed: {
    ...failure,
    name: { en: "Start failed", zh: "启动失败" },
    meaning: { en: "The task could not be started.", zh: "任务未能启动。" },
    icon: "debug-disconnect",
    api: ["START_JOB_FAILED"],
    hasProgress: false,
    actions: ["start", "end"],
  },
  createFailed: {
    ...failure,
    name: { en: "Task creation failed", zh: "创建失败" },
    meaning: {
      en: "The synchronization instance could not be created. The task stays listed for 3 days.",
      zh: "同步实例创建失败。任务在列表中保留 3 天。",
    },
    icon: "circle-slash",
    pace: "final",
    api: ["CREATE_FAILED"],
    hasProgress: false,
    started: false,
    holdsInstance: false,
    detail: "daysLeft",
    actions: ["delete"],
  },
  modifyingFailed: {
    ...failure,
    name: { en: "Modifying task failed", zh: "任务变更失败" },
    meaning: {
      en: "The synchronization objects were edited, and applying the change failed.",
      zh: "编辑了同步对象，但变更失败。",
    },
    icon: "request-changes",
    api: ["CHANGE_JOB_FAILED", "CHILD_TRANSFER_FAILED"],
    hasProgress: true,
    actions: ["resume", "end"],
  },
  rectificationFailed: {
    ...failure,
    name: { en: "Fault rectification failed", zh: "故障恢复失败" },
    meaning: { en: "The automatic recovery from a fault failed.", zh: "系统自动恢复故障失败。" },
    icon: "flame",
    api: ["REBUILD_NODE_FAILED"],
    inV5Filter: false,
    hasProgress: true,
    actions: ["resume", "end"],
  },
  stoppingFailed: {
    ...failure,
    name: { en: "Stopping task failed", zh: "结束任务失败" },
    meaning: {
      en: "The instance and the resources that ran the task could not be released.",
      zh: "运行任务的实例和资源未能释放。",
    },
    icon: "report",
    api: ["RELEASE_RESOURCE_FAILED"],
    hasProgress: false,
    endsByForce: true,
    actions: ["end"],
  },
  upgradeFailed: {
    ...failure,
    name: { en: "Upgrade failed", zh: "升级失败" },
    meaning: { en: "The upgrade of the task's node failed.", zh: "任务所在节点升级失败。" },
    icon: "unverified",
    api: ["NODE_UPGRADE_FAILED"],
    inV5Filter: false,
    hasProgress: false,
    actions: ["end"],
  },
  otherFailed: {
    ...failure,
    name: { en: "Failed (unknown status)", zh: "失败（未知状态）" },
    meaning: {
      en: "The service reported a failure that this version does not recognize. It is shown as received.",
      zh: "服务返回了此版本不认识的失败状态，按原样显示。",
    },
    icon: "warning",
    api: [],
    hasProgress: false,
    detail: "apiStatus",
    actions: [],
  },
  frozen: {
    ...resting,
    name: { en: "Frozen", zh: "冻结" },
    meaning: {
      en: "The account's balance is 0 or less, and the system froze the user's instances.",
      zh: "账户余额小于或等于 0，系统冻结了用户的实例。",
    },
    icon: "lock",
    color: "charts.purple",
    alert: "error",
    api: ["FROZEN"],
    hasProgress: false,
    detail: "freeze",
    actions: [],
  },
  rectification: {
    ...changing,
    name: { en: "Fault rectification", zh: "故障恢复" },
    meaning: {
      en: "The instance had a fault, and the system is restoring the task automatically.",
      zh: "实例发生故障，系统正在自动恢复任务。",
    },
    icon: "tools",
    color: "problemsWarningIcon.foreground",
    alert: "warning",
    api: ["REBUILD_NODE_STARTED"],
    hasProgress: true,
    actions: [],
  },
  modifying: {
    ...changing,
    name: { en: "Modifying task", zh: "任务变更中" },
    meaning: {
      en: "The synchronization objects were edited, and the change is being applied.",
      zh: "编辑了同步对象，正在进行变更。",
    },
    icon: "edit",
    api: [
      "CHANGE_JOB_STARTED",
      "CHILD_TRANSFER_STARTING",
      "CHILD_TRANSFER_STARTED",
      "CHILD_TRANSFER_COMPLETE",
    ],
    hasProgress: true,
    recovery: "trying",
    actions: [],
  },
  upgrading: {
    ...changing,
    name: { en: "Upgrading", zh: "升级中" },
    meaning: { en: "The task's node is being upgraded.", zh: "任务所在节点正在升级。" },
    icon: "arrow-circle-up",
    api: ["NODE_UPGRADE_START", "NODE_UPGRADE_COMPLETE"],
    hasProgress: false,
    recovery: "trying",
    actions: [],
  },
  creating: {
    ...changing,
    name: { en: "Creating", zh: "创建中" },
    meaning: {
      en: "The synchronization instance that the service needs is being created.",
      zh: "正在创建服务所需的同步实例。",
    },
    icon: "server-process",
    api: ["CREATING"],
    hasProgress: false,
    recovery: "trying",
    started: false,
    actions: ["end"],
  },
  starting: {
    ...changing,
    name: { en: "Starting", zh: "启动中" },
    meaning: { en: "The synchronization task is being started.", zh: "正在启动同步任务。" },
    icon: "rocket",
    api: ["STARTJOBING"],
    hasProgress: true,
    recovery: "trying",
    actions: [],
  },
  stopping: {
    ...changing,
    name: { en: "Task stopping", zh: "结束任务" },
    meaning: {
      en: "The instance and the resources that ran the task are being released.",
      zh: "正在释放运行任务的实例和资源。",
    },
    icon: "debug-stop",
    api: ["RELEASE_RESOURCE_STARTED", "RELEASE_CHILD_TRANSFER_STARTED"],
    hasProgress: false,
    actions: [],
  },
  otherChanging: {
    ...changing,
    name: { en: "Changing (unknown status)", zh: "变更中（未知状态）" },
    meaning: {
      en: "The service reported a passing status that this version does not know. It is shown as received.",
      zh: "服务返回了此版本不认识的过渡状态，按原样显示。",
    },
    icon: "loading",
    api: [],
    hasProgress: false,
    recovery: "trying",
    detail: "apiStatus",
    actions: [],
  },
  full: {
    ...changing,
    name: { en: "Full synchronization", zh: "全量同步" },
    meaning: {
      en: "The full synchronization from source to target database is running.",
      zh: "正在进行源库到目标库的全量同步。",
    },
    icon: "database",
    api: ["FULL_TRANSFER_STARTED", "FULL_TRANSFER_COMPLETE"],
    hasProgress: true,
    phase: "full",
    recovery: "healthy",
    detail: "progress",
    actions: ["pause", "end"],
  },
  incremental: {
    ...resting,
    name: { en: "Incremental synchronization", zh: "增量同步" },
    meaning: {
      en: "Changes flow continuously from the source to the target database.",
      zh: "源库的变更正在持续同步到目标库。",
    },
    icon: "sync",
    color: "charts.green",
    api: ["INCRE_TRANSFER_STARTED"],
    hasProgress: true,
    phase: "incremental",
    recovery: "healthy",
    detail: "delay",
    canCopyTables: true,
    actions: ["pause", "end"],
  },
  paused: {
    ...resting,
    name: { en: "Paused", zh: "已暂停" },
    meaning: {
      en: "The user paused the task. The source keeps its log until the task is resumed.",
      zh: "用户暂停了任务。续传之前，源库会保留日志。",
    },
    icon: "debug-pause",
    color: "charts.yellow",
    // `PAUSEING` is a spelling of the batch-status page.
    api: ["PAUSING", "PAUSEING"],
    hasProgress: true,
    canCopyTables: true,
    actions: ["resume", "reset", "end"],
  },
  pendingStart: {
    ...resting,
    name: { en: "Pending start", zh: "等待启动" },
    meaning: {
      en: "A scheduled start was sent to the instance, which is waiting to start the task.",
      zh: "定时启动已下发到实例，实例正在等待启动任务。",
    },
    icon: "watch",
    api: ["WAITING_FOR_START"],
    hasProgress: false,
    started: false,
    detail: "startTime",
    actions: ["start", "end"],
  },
  configuration: {
    ...resting,
    name: { en: "Configuration", zh: "配置" },
    meaning: {
      en: "The instance was created, and the task has not been started yet. You can continue to configure it.",
      zh: "实例已创建，任务尚未启动，可以继续配置。",
    },
    icon: "gear",
    api: ["CONFIGURATION"],
    hasProgress: false,
    started: false,
    configurable: true,
    actions: ["start", "end"],
  },
  unknown: {
    ...resting,
    name: { en: "Unknown status", zh: "未知状态" },
    meaning: {
      en: "The service reported a status that this version does not recognize. It is shown as received.",
      zh: "服务返回了此版本不认识的状态，按原样显示。",
    },
    icon: "question",
    api: [],
    hasProgress: false,
    detail: "apiStatus",
    actions: [],
  },
  completed: {
    ...resting,
    name: { en: "Completed", zh: "已结束" },
    meaning: {
      en: "The instance that the task held was released.",
      zh: "任务占用的实例已释放。",
    },
    icon: "pass",
    color: "disabledForeground",
    pace: "final",
    api: ["RELEASE_RESOURCE_COMPLETE", "RELEASE_CHILD_TRANSFER_COMPLETE"],
    hasProgress: false,
    holdsInstance: false,
    actions: ["delete"],
  },
} as const satisfies Record<string, StatusRow>;

export type StatusId = keyof typeof statuses;

/** Every status id in the order of the groups. */
export const statusOrder = Object.keys(statuses) as readonly StatusId[];

/** The row of a status. */
export function rowOf(id: StatusId): StatusRow {
  return statuses[id];
}

/** Whether changes are being replicated now, so that the delay is current. */
export function isStreaming(id: StatusId): boolean {
  return statuses[id].phase === "incremental" && statuses[id].recovery === "healthy";
}

/** Whether the task has ended: it was started, and its instance is released. */
export function hasEnded(id: StatusId): boolean {
  return statuses[id].started && !statuses[id].holdsInstance;
}
