/** The demo's tasks and how each of them honestly comes into its status. */
import type { InputOf } from "../../drs/all-operations";
import { sourceDatabase, type targetDatabases } from "./shop";

/** What becomes of a task. */
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
  readonly description: string;
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
    description: "Moved the product catalog to the archive once. It has ended and can be deleted.",
    database: "archive",
    tables: ["products"],
    fate: "completed",
    taskType: "FULL_TRANS",
  },
  {
    name: "orders-to-warehouse",
    description: "Orders and their lines for the warehouse, as they happen.",
    database: "shop_copy",
    tables: ["orders", "order_items"],
    fate: "incremental",
  },
  {
    name: "customers-to-crm",
    description: "Customer master data for the sales team.",
    database: "shop_copy",
    tables: ["customers"],
    fate: "incremental",
  },
  {
    name: "payments-to-finance",
    description: "Payments for the daily closing of the books.",
    database: "shop_copy",
    tables: ["payments"],
    fate: "incremental",
  },
  {
    name: "products-to-search",
    description:
      "Products and stock for the search index. Paused while the index is rebuilt; resume it and it catches up.",
    database: "analytics",
    tables: ["products"],
    fate: "paused",
  },
  {
    name: "reviews-to-analytics",
    description:
      `Reviews for the analysts. One of them wrote review ${conflictingReview} into the target by hand, and the source has it, too. ` +
      `Remedy: Run SQL in a Demo Database, analytics: DELETE FROM reviews WHERE id = ${conflictingReview}. Then resume.`,
    database: "analytics",
    tables: ["reviews"],
    fate: "conflict",
  },
  {
    name: "invoices-to-billing",
    description:
      "Invoices for the billing system. The password of its user drs_billing was changed after the pre-check, so the start is refused. " +
      "Remedy: Copy a Login of a Demo Database, drs_billing. Then Change Database Password, and start.",
    database: "billing",
    tables: ["invoices"],
    fate: "badPassword",
  },
  {
    name: "trial-shop-mirror",
    description: "A mirror for a trial customer. The balance of account trial is used up.",
    database: "trial",
    tables: ["customers", "products"],
    fate: "frozen",
  },
  {
    name: "events-to-lake",
    description: "Events for the data lake. Tested, objects chosen, ready to start.",
    database: "archive",
    tables: ["events"],
    fate: "configured",
  },
  {
    name: "nightly-order-archive",
    description: "A full copy of all orders, to start tomorrow.",
    database: "archive",
    tables: ["orders", "order_items"],
    fate: "scheduled",
    taskType: "FULL_TRANS",
  },
  {
    name: "page-views-to-analytics",
    description: `A larger table, copied at ${slowSpeed} MB/s to spare the source; after a minute or so it goes on incrementally.`,
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
export function creationOf(scenario: Scenario, logins: Logins): InputOf<"batchCreation">["jobs"][number] {
  const { name, description, database, fate, taskType } = scenario;
  const account = fate === "frozen" ? emptyAccount : "0";
  return {
    ...{ name, description },
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
