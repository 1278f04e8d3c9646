import type { TaskPlan } from "../../src/tasks/use-cases/create-task";

/** The ID that a service gives it. */
export const plannedId = "0123456789abcdef0123456789abcdef0123";
const end = {
  db_type: "postgresql",
  ip: "a",
  db_user: "u",
  db_password: "p4ssw0rd",
  net_type: "eip",
} as const;
/** A task that is to be created, by the steps of v3. */
export const plan: TaskPlan = {
  creation: {
    ...{ name: "orders", db_use_type: "sync", engine_type: "postgresql", job_direction: "non-dbs" },
    ...{ net_type: "eip", node_type: "micro", task_type: "FULL_TRANS", customize_sutnet_id: "x" },
    ...{ source_endpoint: end, target_endpoint: end },
  },
  source: { ...end, end_point_type: "so" },
  target: { ...end, end_point_type: "ta" },
  selection: { selected: false },
};
