/** A task that exists as a task file. */
import type { JobDetail } from "../tasks/decode";
import { isPostgres, usualEngine } from "./engines";
import { type FileEnd, type FileObjects, type TaskFile, taskFileSchema, taskTypes } from "./model";
import { noSubnet } from "./plan";

type Endpoint = JobDetail["source_endpoint"];

/** The file of a task; undefined where the service does not say where both of its databases are. */
export function fileOf(detail: JobDetail): TaskFile | undefined {
  const source = endOf(detail.source_endpoint);
  const target = endOf(detail.target_endpoint);
  if (source === undefined || target === undefined) {
    return undefined;
  }
  const engine = detail.inst_info?.engine_type || usualEngine;
  const type = Object.entries(taskTypes).find(([, api]) => api === detail.task_type)?.[0];
  const tags = Object.fromEntries((detail.tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  const { subnet_id: subnet } = detail;
  return {
    name: detail.name ?? "",
    ...(detail.description ? { description: detail.description } : {}),
    engine,
    type: (type as TaskFile["type"] | undefined) ?? "full+incremental",
    ...given("network", detail.net_type),
    ...given("direction", detail.job_direction),
    ...given("nodeType", detail.inst_info?.inst_type),
    ...(subnet && subnet !== noSubnet ? { subnet } : {}),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    source,
    target,
    objects: objectsIn(detail, engine),
  };
}

const { network, direction, nodeType } = taskFileSchema("en").pipe[0].entries;
/** Values that the service may have and files may not are left out. */
const known = {
  network: new Set<string>(network.wrapped.pipe[0].options),
  direction: new Set<string>(direction.wrapped.pipe[0].options),
  nodeType: new Set<string>(nodeType.wrapped.pipe[0].options),
};

function given<K extends keyof typeof known>(key: K, value: string | null | undefined): Pick<TaskFile, K> {
  // One of the options, which its type has lost.
  return (value && known[key].has(value) ? { [key]: value } : {}) as Pick<TaskFile, K>;
}

function endOf(end: Endpoint): FileEnd | undefined {
  return end?.ip
    ? {
        host: end.ip,
        ...(end.db_port == null ? {} : { port: end.db_port }),
        ...(end.db_name ? { database: end.db_name } : {}),
        ...(end.db_user ? { user: end.db_user } : {}),
        ...(end.ssl_link === true ? { ssl: true } : {}),
        ...(end.inst_id ? { instance: end.inst_id } : {}),
        ...(end.region ? { region: end.region } : {}),
      }
    : undefined;
}

function objectsIn({ object_infos, sync_database }: JobDetail, engine: string): FileObjects {
  // A task of PostgreSQL has one database. Of a whole one the service may list the tables.
  if (sync_database === true && isPostgres(engine)) {
    return "all";
  }
  const named = (wanted: string) =>
    (object_infos ?? [])
      .filter(({ type }) => type === wanted)
      .map(({ id, name, parent_id }) => {
        const plain = (name || id || "").replaceAll("-*-*-", ".");
        return wanted === "table" && !plain.includes(".") && !isPostgres(engine)
          ? `${parent_id ?? ""}.${plain}`
          : plain;
      })
      .toSorted();
  const all = {
    databases: isPostgres(engine) ? [] : named("database"),
    schemas: named("schema"),
    tables: named("table"),
  };
  const some = Object.entries(all).filter(([, names]) => names.length > 0);
  return some.length === 0 ? "all" : Object.fromEntries(some);
}

/** A field in which a file and its task differ, such as `source.port`, with its JSON values. */
export interface Drift {
  readonly field: string;
  readonly file: unknown;
  readonly task: unknown;
}

/** The values of fields that are left out. */
const defaults: Readonly<Record<string, unknown>> = {
  ...{ description: "", engine: usualEngine, network: "eip", direction: "non-dbs", nodeType: "micro" },
  ...{ "source.ssl": false, "target.ssl": false },
};
/** Only files have these: the service does not answer them. */
const ofFilesOnly = /^\$schema$|^enterpriseProject$|\.(?:password|ca)\b/;

/** The fields in which a file differs from its task. A field that the service does not report counts as equal. */
export function driftOf(file: TaskFile, task: TaskFile): readonly Drift[] {
  const [ours, theirs] = [fieldsOf(file), fieldsOf(task)];
  // A name that differs in case only is the same to the service.
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((field) => !ofFilesOnly.test(field) && field !== "name")
    .flatMap((field) => {
      const [mine, its] = [ours.get(field) ?? defaults[field], theirs.get(field)];
      const unsaid = its === undefined && (field === "nodeType" || field === "subnet");
      const other = its ?? defaults[field];
      return unsaid || JSON.stringify(mine) === JSON.stringify(other)
        ? []
        : [{ field, file: mine, task: other }];
    });
}

/** The values by their path; lists are values, in one order. */
function fieldsOf(value: object, path = ""): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, one]): (readonly [string, unknown])[] =>
      Array.isArray(one)
        ? [[`${path}${key}`, one.toSorted()]]
        : typeof one === "object" && one !== null
          ? [...fieldsOf(one, `${path}${key}.`)]
          : [[`${path}${key}`, one]],
    ),
  );
}

/** The task as a file to compare with the given one, from which it takes the fields that the service does not report. */
export function comparableFile(file: TaskFile, task: TaskFile): TaskFile {
  const end = (mine: FileEnd, its: FileEnd): FileEnd =>
    ordered({ ...("ssl" in mine ? { ssl: false } : {}), ...own(mine, ["password", "ca"]), ...its }, mine);
  const mine = {
    // Fields that the file has, and that have their default in the task.
    ...Object.fromEntries(Object.entries(defaults).filter(([key]) => key in file)),
    ...own(file, ["$schema", "nodeType", "subnet", "enterpriseProject"]),
  };
  const ends = { source: end(file.source, task.source), target: end(file.target, task.target) };
  const whole = ordered({ ...mine, ...task, name: file.name, ...ends }, file);
  const usual = Object.entries(whole).filter(([key, value]) => key in file || value !== defaults[key]);
  // The same fields as before, without some that may be absent.
  return Object.fromEntries(usual) as TaskFile;
}

function own<T extends object>(from: T, keys: readonly (keyof T & string)[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(from).filter(([key]) => keys.some((one) => one === key)),
  ) as Partial<T>;
}

/** The fields in the order of another object. */
function ordered<T extends object>(fields: T, like: object): T {
  const order = [...new Set([...Object.keys(like), ...Object.keys(fields)])].filter((key) => key in fields);
  return Object.fromEntries(order.map((key) => [key, fields[key as keyof T]])) as T;
}
