/** A task file as the requests that make it real. */

import type { Task } from "../tasks/task";
import type { ObjectChoice, ObjectMap } from "../tasks/use-cases/change-objects";
import type { TaskPlan } from "../tasks/use-cases/create-task";
import { endTypes, isPostgres, usualEngine } from "./engines";
import { type FileEnd, type FileObjects, type TaskFile, taskTypes } from "./model";

export interface Passwords {
  readonly source: string;
  readonly target: string;
}

/** PEM texts of the CAs that the databases' certificates are verified with. */
export interface Certificates {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/** The local backend makes no instance in a subnet, but the API wants one named. */
export const noSubnet = "local";

/** The request that creates the task of a file. */
export function planOf(file: TaskFile, passwords: Passwords, certificates: Certificates = {}): TaskPlan {
  const { engine = usualEngine, network = "eip", direction = "non-dbs", nodeType = "micro" } = file;
  const [sourceType, targetType] = endTypes(engine);
  const end = (db_type: string, one: FileEnd, db_password: string, ca: string | undefined) => ({
    ...{ db_type, ip: one.host, db_user: one.user ?? "", db_password },
    ...(one.port === undefined ? {} : { db_port: one.port }),
    ...(one.database === undefined ? {} : { db_name: one.database }),
    ssl_link: one.ssl ?? false,
    ...(ca === undefined ? {} : { ssl_cert_key: Buffer.from(ca).toString("base64") }),
    ...(one.instance === undefined ? {} : { inst_id: one.instance }),
    ...(one.region === undefined ? {} : { region: one.region }),
  });
  const source = end(sourceType, file.source, passwords.source, certificates.source);
  const target = end(targetType, file.target, passwords.target, certificates.target);
  return {
    creation: {
      name: file.name,
      description: file.description ?? "",
      db_use_type: "sync",
      engine_type: engine,
      job_direction: direction,
      net_type: network,
      ...(network === "eip" ? { bind_eip: true } : {}),
      node_type: nodeType,
      task_type: taskTypes[file.type],
      customize_sutnet_id: file.subnet ?? noSubnet,
      source_endpoint: source,
      target_endpoint: target,
      tags: Object.entries(file.tags ?? {}).map(([key, value]) => ({ key, value })),
      ...(file.enterpriseProject === undefined
        ? {}
        : { sys_tags: [{ key: "_sys_enterprise_project_id", value: file.enterpriseProject }] }),
    },
    source: { ...source, net_type: network, end_point_type: "so" },
    target: { ...target, net_type: network, end_point_type: "ta" },
    selection: selectionOf(file),
  };
}

/** The request that selects the objects of a file. */
export function selectionOf({ engine, objects, source }: TaskFile): TaskPlan["selection"] {
  if (objects === "all") {
    return { selected: false };
  }
  const { databases = [], schemas = [], tables = [] } = objects;
  const select = "true";
  const parent_id = source.database ?? "";
  return {
    selected: true,
    job: [
      ...databases.map((id) => ({ id, object_type: "database" as const, object_name: id, select })),
      ...schemas.map((id) => ({ id, object_type: "schema" as const, object_name: id, select, parent_id })),
      ...tables.map((id) => {
        const [database = "", table = ""] = isPostgres(engine) ? [parent_id, id] : id.split(".");
        const whole = isPostgres(engine) ? id : [database, table].join("-*-*-");
        return { id: whole, object_type: "table" as const, object_name: table, select, parent_id: database };
      }),
    ],
  };
}

/**
 * What a task that synchronizes `now` is to synchronize according to a file. Whatever stays keeps what the service has
 * of it, such as filters or another name at the target, of which a file knows nothing.
 */
export function choiceOf({ objects, source, target }: TaskFile, now: ObjectMap): ObjectChoice {
  if (objects === "all") {
    return { object_scope: "all" };
  }
  const name = source.database ?? "";
  const database = now[name];
  const known = (schema: string) => database?.schemas?.[schema];
  const whole = new Set(objects.schemas);
  const chosen = new Map<string, string[]>();
  for (const name of objects.tables ?? []) {
    const [schema = "", table = ""] = name.split(".");
    if (!whole.has(schema)) {
      const tables = chosen.get(schema) ?? [];
      tables.push(table);
      chosen.set(schema, tables);
    }
  }
  const tablesOf = (schema: string, names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [name, known(schema)?.tables?.[name] ?? { name, type: "table", all: true }]),
    );
  const schemas = Object.fromEntries([
    ...[...whole].map((name) => [name, { name, ...known(name), all: true }] as const),
    ...[...chosen].map(
      ([name, tables]) =>
        [name, { name, ...known(name), all: false, tables: tablesOf(name, tables) }] as const,
    ),
  ]);
  const info = { name: target.database ?? name, ...database, all: false, schemas };
  return { object_scope: "table", object_info: { [name]: info } };
}

/** The objects of a task as a file names them. */
export function objectsOf({ objects = [] }: Task): FileObjects {
  const named = (type: string) =>
    objects.filter((object) => object.type === type).map(({ name }) => plain(name));
  const [schemas, tables] = [named("schema"), named("table")];
  if (schemas.length + tables.length === 0) {
    return "all";
  }
  return {
    ...(schemas.length === 0 ? {} : { schemas }),
    ...(tables.length === 0 ? {} : { tables }),
  };
}

/** The API also writes `schema-*-*-table`. */
function plain(name: string): string {
  return name.replaceAll("-*-*-", ".");
}

export interface ObjectsDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The objects that a task would gain and lose with a file; a schema is written `schema.*`. */
export function diffOf(now: FileObjects, wanted: FileObjects): ObjectsDiff {
  const [before, after] = [namesOf(now), namesOf(wanted)];
  // A running task lists its tables, whatever they were selected as.
  const [known, named] = [new Set(before), new Set(after)];
  const stays = (name: string) => ["*", name, `${schemaOf(name)}.*`].some((one) => named.has(one));
  return {
    added: after.filter((name) => !known.has(name)),
    removed: before.filter((name) => !stays(name)),
  };
}

/** Tables as they are, schemas as `schema.*`, everything as `*`. */
export function namesOf(objects: FileObjects): readonly string[] {
  if (objects === "all") {
    return ["*"];
  }
  const { schemas = [], tables = [] } = objects;
  const whole = new Set(schemas);
  const inSchema = (name: string) => whole.has(schemaOf(name));
  return [...schemas.map((name) => `${name}.*`).sort(), ...tables.filter((name) => !inSchema(name)).sort()];
}

function schemaOf(name: string): string {
  return name.split(".")[0] ?? "";
}
