/** One thing of v5 in the words of v3, and the other way round. */

import type * as v from "valibot";
import type { RequestIn } from "./operation";
import type { ItemOf, RequestOf } from "./operations";
import type { OperationsV5 } from "./operations-v5";
import type { endpoint, jobDetail, listItem } from "./schemas-v5";
import { serviceTime } from "./service-time";

type ListedV5 = v.InferOutput<typeof listItem>;
type DetailV5 = v.InferOutput<typeof jobDetail>;
type EndpointV5 = v.InferOutput<typeof endpoint>;
type CreationV5 = RequestIn<OperationsV5, "createJob">["job"];
type ObjectsV5 = NonNullable<RequestIn<OperationsV5, "updateJob">["job"]["params"]["db_object"]>;
type Creation = RequestOf<"batchCreation">["jobs"][number];
type Login = Creation["source_endpoint"] & {
  readonly db_type: string;
  readonly inst_id?: unknown;
  readonly inst_name?: unknown;
};

/** `2022-11-07T16:15:18Z` → milliseconds since 1970, as text. */
function millis(time: string | null | undefined): string | null {
  const at = serviceTime(time);
  return at === undefined ? null : String(at);
}

/** `2022-11-07T16:15:18Z` → `2022-11-07 16:15:18`. */
function listTime(time: string | null | undefined): string | null {
  const at = serviceTime(time);
  return at === undefined ? null : new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

/** A task of v5's list in v3's words. */
export function listedOf({ children, ...job }: ListedV5): ItemOf<"listJobs"> {
  return { ...listedJob(job), children: children?.map(listedJob) ?? [] };
}

function listedJob(job: Omit<ListedV5, "children">) {
  const { id, name, status, description, engine_type, task_type, net_type, job_direction } = job as ListedV5;
  const { create_time, job_type, billing_tag, node_new_framework, job_action } = job as ListedV5;
  return {
    ...{
      id,
      name,
      status,
      description,
      engine_type,
      task_type,
      net_type,
      job_direction,
      billing_tag,
      job_action,
    },
    ...{ create_time: listTime(create_time), db_use_type: job_type, node_newFramework: node_new_framework },
  };
}

/** @param reason why it failed, as far as the task's log says so. */
export function detailOf(job: DetailV5, reason: string | null | undefined): ItemOf<"batchDetail"> {
  const { id, status, base_info: base, create_time, source_endpoint, target_endpoint, speed_limit } = job;
  return {
    ...{ id, status, name: base?.name, description: base?.description, task_type: base?.task_type },
    ...{ net_type: base?.net_type, job_direction: base?.job_direction, db_use_type: base?.job_type },
    create_time: millis(create_time),
    inst_info: {
      ...{ engine_type: base?.engine_type, start_time: base?.start_time },
      inst_type: job.node_info?.spec?.node_type,
    },
    subnet_id: job.node_info?.vpc?.subnet_id,
    is_target_readonly: target_endpoint?.[0]?.config?.is_target_readonly,
    ...{ multi_write: base?.multi_write, is_open_fast_clean: base?.is_open_fast_clean },
    source_endpoint: loginOf(source_endpoint?.[0]),
    target_endpoint: loginOf(target_endpoint?.[0]),
    speed_limit: speed_limit?.map((limit) => ({ ...limit, is_utc: true })),
    tags: base?.tags,
    expired_days: base?.expired_days == null ? null : String(base.expired_days),
    error_message: reason,
  };
}

function loginOf(end: EndpointV5 | undefined): ItemOf<"batchDetail">["source_endpoint"] {
  const { db_type, endpoint: at, cloud, ssl, vpc } = end ?? {};
  const port = Number(at?.db_port);
  return (
    end && {
      ...{ db_type, ip: at?.ip, db_port: at?.db_port && Number.isInteger(port) ? port : null },
      ...{
        db_user: at?.db_user,
        db_name: at?.db_name,
        inst_id: at?.instance_id,
        inst_name: at?.instance_name,
      },
      ...{ region: cloud?.region, ssl_link: ssl?.ssl_link },
      ...{ vpc_id: vpc?.vpc_id, subnet_id: vpc?.subnet_id },
    }
  );
}

/** v5's progress of a task in v3's words. */
export function progressOf({ id, progress_info }: DetailV5): ItemOf<"batchProgress"> {
  const { incr_trans_delay, incr_trans_delay_millis, ...facts } = progress_info ?? {};
  return {
    ...{ job_id: id, ...facts },
    ...{ incre_trans_delay: incr_trans_delay, incre_trans_delay_millis: incr_trans_delay_millis },
  };
}

/** A database in the words of v5. @param role `so` the source, `ta` the target. */
export function endpointOf(login: Login, role: "so" | "ta"): CreationV5["source_endpoint"][number] {
  const { db_type, ip, db_port, db_user, db_password, db_name, ssl_link, ssl_cert_key } = login;
  const known = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const [instance_id, instance_name] = [known(login.inst_id), known(login.inst_name)];
  const [region, project_id] = [known(login.region), known(login.project_id)];
  const kind = instance_id === undefined ? "offline" : "cloud";
  return {
    ...{ db_type, endpoint_type: kind, endpoint_role: role },
    endpoint: {
      endpoint_name: kind === "cloud" ? `cloud_${db_type}` : db_type,
      ...{ ip, db_user: db_user ?? "", db_password: db_password ?? "", db_name },
      ...(db_port == null ? {} : { db_port: String(db_port) }),
      ...(instance_id === undefined ? {} : { instance_id }),
      ...(instance_name === undefined ? {} : { instance_name }),
    },
    ...(region === undefined ? {} : { cloud: { region, project_id: project_id ?? "" } }),
    ...(ssl_link == null ? {} : { ssl: { ssl_link, ...(ssl_cert_key ? { ssl_cert_key } : {}) } }),
  };
}

/** The system tag that names the enterprise project which pays for a task. */
const accountTag = "_sys_enterprise_project_id";

/** A creation of v3 in v5's words. */
export function creationOf(job: Creation): CreationV5 {
  const { name, description, db_use_type, engine_type, job_direction, net_type, task_type, tags } = job;
  const account = job.sys_tags?.find(({ key }) => key === accountTag)?.value;
  const withType = (end: Creation["source_endpoint"]) => ({ ...end, db_type: end.db_type ?? engine_type });
  return {
    base_info: {
      ...{ name, job_type: db_use_type, engine_type, job_direction, net_type, task_type },
      ...(description == null ? {} : { description }),
      ...(tags == null ? {} : { tags }),
      ...(account == null ? {} : { enterprise_project_id: account }),
    },
    source_endpoint: [endpointOf(withType(job.source_endpoint), "so")],
    target_endpoint: [endpointOf(withType(job.target_endpoint), "ta")],
    node_info: {
      spec: { node_type: job.node_type },
      vpc: { vpc_id: "", subnet_id: job.customize_sutnet_id },
    },
  };
}

/** A selection of v3 as a map of databases, schemas and tables. */
export function objectsOf({ selected, job }: RequestOf<"batchSelectObjects">["jobs"][number]): ObjectsV5 {
  const chosen = (job ?? []).filter(({ select }) => select === "true");
  if (selected !== true || chosen.length === 0 || chosen.every((one) => one.object_type === "database")) {
    return { object_scope: "all" };
  }
  const databases = new Map<string, Map<string, Map<string, object> | "all">>();
  for (const { object_type, id, object_name, parent_id } of chosen) {
    if (object_type === "database") {
      continue;
    }
    const schemas = databases.get(parent_id ?? "") ?? new Map<string, Map<string, object> | "all">();
    databases.set(parent_id ?? "", schemas);
    const written = id || object_name || "";
    if (object_type === "schema") {
      schemas.set(written, "all");
      continue;
    }
    const [schema = "", ...table] = written.split(written.includes("-*-*-") ? "-*-*-" : ".");
    const [inSchema, name] = table.length === 0 ? ["public", schema] : [schema, table.join(".")];
    const tables = schemas.get(inSchema) ?? new Map<string, object>();
    schemas.set(inSchema, tables);
    if (tables !== "all") {
      tables.set(name, { name, type: object_type, all: true });
    }
  }
  const map = [...databases].map(([database, schemas]) => {
    const inside = [...schemas].map(([schema, tables]) => [
      schema,
      tables === "all"
        ? { name: schema, all: true }
        : { name: schema, all: false, tables: Object.fromEntries(tables) },
    ]);
    return [database, { name: database, all: false, schemas: Object.fromEntries(inside) }];
  });
  return { object_scope: "table", object_info: Object.fromEntries(map) };
}
