/** The demo's tasks and how each of them honestly comes into its status. */
import type { InputOf } from "../../drs/all-operations";
import type { Bilingual } from "../../l10n/bilingual";
import type { Language } from "../messages";
import { sourceDatabase, type targetDatabases } from "./shop";

/** The fate of a task of the demo. */
export type Fate =
  | "configured"
  | "scheduled"
  | "incremental"
  | "full"
  | "paused"
  | "frozen"
  | "completed"
  /** Somebody writes a row into the target that the source writes, too. */
  | "conflict"
  /** The password of its user is changed after the pre-check. */
  | "badPassword";

export interface Scenario {
  readonly name: string;
  /** At most 256 characters, none of !<>&'"\. */
  readonly description: Bilingual;
  readonly database: (typeof targetDatabases)[number];
  readonly tables: readonly string[];
  readonly fate: Fate;
  readonly taskType?: "FULL_TRANS" | "FULL_INCR_TRANS";
}

/** The review that is written on both sides. */
export const conflictingReview = 900_001;
/** The account without balance. */
export const emptyAccount = "trial";
/** MB/s of the one slow copy. */
export const slowSpeed = 1;

export const scenarios: readonly Scenario[] = [
  {
    name: "catalog-move-2025",
    description: {
      en: "Moved the product catalog to the archive once. It has ended and can be deleted.",
      zh: "商品目录已一次性迁移到归档库。任务已结束，可以删除。",
    },
    database: "archive",
    tables: ["products"],
    fate: "completed",
    taskType: "FULL_TRANS",
  },
  {
    name: "orders-to-warehouse",
    description: {
      en: "Orders and their lines for the warehouse, as they happen.",
      zh: "将订单及订单明细实时同步到仓库系统。",
    },
    database: "shop_copy",
    tables: ["orders", "order_items"],
    fate: "incremental",
  },
  {
    name: "customers-to-crm",
    description: { en: "Customer master data for the sales team.", zh: "供销售团队使用的客户主数据。" },
    database: "shop_copy",
    tables: ["customers"],
    fate: "incremental",
  },
  {
    name: "payments-to-finance",
    description: { en: "Payments for the daily closing of the books.", zh: "供每日结账使用的付款数据。" },
    database: "shop_copy",
    tables: ["payments"],
    fate: "incremental",
  },
  {
    name: "products-to-search",
    description: {
      en: "Products and stock for the search index. Paused while the index is rebuilt; resume it and it catches up.",
      zh: "供搜索索引使用的商品与库存。重建索引期间已暂停；续传后会追平数据。",
    },
    database: "analytics",
    tables: ["products"],
    fate: "paused",
  },
  {
    name: "reviews-to-analytics",
    description: {
      en: `Reviews for the analysts. One of them wrote review ${conflictingReview} into the target by hand, and the source has it, too.`,
      zh: `供分析人员使用的评价。有人在目标库手工写入了评价 ${conflictingReview}，而源库中也有这一条。`,
    },
    database: "analytics",
    tables: ["reviews"],
    fate: "conflict",
  },
  {
    name: "invoices-to-billing",
    description: {
      en:
        "Invoices for the billing system. The password of its user drs_billing was changed after the pre-check, so the start is refused. " +
        "DRS: Copy a Login of a Demo Database has the new one.",
      zh:
        "供计费系统使用的发票。预检查之后用户 drs_billing 的密码被修改，因此启动失败。" +
        "新密码可通过命令“DRS: 复制演示数据库的登录信息”获取。",
    },
    database: "billing",
    tables: ["invoices"],
    fate: "badPassword",
  },
  {
    name: "trial-shop-mirror",
    description: {
      en: "A mirror for a trial customer. The balance of account trial is used up.",
      zh: "试用客户的镜像。账户 trial 的余额已用完。",
    },
    database: "trial",
    tables: ["customers", "products"],
    fate: "frozen",
  },
  {
    name: "events-to-lake",
    description: {
      en: "Events for the data lake. Tested, objects chosen, ready to start.",
      zh: "供数据湖使用的事件。连接已测试，对象已选择，可以启动。",
    },
    database: "archive",
    tables: ["events"],
    fate: "configured",
  },
  {
    name: "nightly-order-archive",
    description: {
      en: "A full copy of all orders, to start tomorrow.",
      zh: "全部订单的全量复制，明天启动。",
    },
    database: "archive",
    tables: ["orders", "order_items"],
    fate: "scheduled",
    taskType: "FULL_TRANS",
  },
  {
    name: "page-views-to-analytics",
    description: {
      en: `A larger table, copied at ${slowSpeed} MB/s to spare the source. After a minute or so, the incremental synchronization begins.`,
      zh: `一张较大的表，以 ${slowSpeed} MB/s 的速度复制以减轻源库压力；约一分钟后进入增量同步。`,
    },
    database: "analytics",
    tables: ["page_views"],
    fate: "full",
  },
];

/** How the demo's tasks log in. */
export interface Logins {
  readonly source: { readonly port: number; readonly user: string; readonly password: string };
  readonly target: { readonly port: number; readonly user: string; readonly password: string };
}

/** The tag by which tasks of the demo are known. */
export const demoTag = { key: "demo", value: "shop" };

/** The request that creates a scenario's task. */
export function creationOf(
  scenario: Scenario,
  logins: Logins,
  language: Language,
): InputOf<"batchCreation">["jobs"][number] {
  const { name, description, database, fate, taskType } = scenario;
  const account = fate === "frozen" ? emptyAccount : "0";
  return {
    ...{ name, description: description[language] },
    db_use_type: "sync",
    engine_type: "postgresql",
    job_direction: "non-dbs",
    net_type: "eip",
    node_type: "micro",
    task_type: taskType ?? "FULL_INCR_TRANS",
    customize_sutnet_id: "local",
    source_endpoint: endpointOf(logins.source, sourceDatabase),
    target_endpoint: endpointOf(logins.target, database),
    tags: [demoTag],
    sys_tags: [{ key: "_sys_enterprise_project_id", value: account }],
  };
}

function endpointOf(login: Logins["source"], database: string) {
  return {
    db_type: "postgresql",
    ip: "127.0.0.1",
    db_port: login.port,
    db_user: login.user,
    db_password: login.password,
    db_name: database,
  };
}

/** The connection test of one end. */
export function loginOf(
  id: string,
  side: "so" | "ta",
  scenario: Scenario,
  logins: Logins,
): InputOf<"batchConnection">["jobs"][number] {
  const login = side === "so" ? logins.source : logins.target;
  const database = side === "so" ? sourceDatabase : scenario.database;
  return { id, net_type: "eip", end_point_type: side, ...endpointOf(login, database) };
}

/** The choice of the scenario's tables. */
export function selectionOf(id: string, { tables }: Scenario): InputOf<"batchSelectObjects">["jobs"][number] {
  return {
    job_id: id,
    selected: true,
    job: tables.map((table) => ({
      id: `public.${table}`,
      parent_id: sourceDatabase,
      object_type: "table" as const,
      select: "true",
    })),
  };
}
