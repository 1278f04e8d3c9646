/** The service's own models: its operations, and whether a value is one that they describe. */
import type { Operation } from "../../src/drs/operation";
import facts from "./drs-models.json";

export type Version = "v3" | "v5";

/** Types are Python's: `str`, `int`, `bool`, `float`, `list[T]`, `dict(str, T)`, a model's name; `!`: required. */
export interface Model {
  readonly fields: Readonly<Record<string, string>>;
  /** The values of text fields that the documentation lists. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

export interface ServiceOperation {
  readonly name: string;
  readonly version: Version;
  readonly method: string;
  readonly path: string;
  /** Fields that go into the query. */
  readonly query: readonly string[];
  /** The model of the body; undefined: none is sent. */
  readonly body: string | undefined;
  /** The model of path, query, headers and body together. */
  readonly request: string;
  readonly response: string;
}

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly query?: readonly string[];
  readonly request: string;
  readonly response: string;
}
interface Facts {
  readonly operations: Readonly<Record<string, Listed>>;
  readonly models: Readonly<Record<string, Model>>;
}
const versions: Readonly<Record<Version, Facts>> = facts;
const enumerations: Readonly<Record<Version, Readonly<Record<string, readonly string[]>>>> = facts.enums;

/** All operations of the service, those of v3 first. */
export const serviceOperations: readonly ServiceOperation[] = (["v3", "v5"] as const).flatMap((version) =>
  Object.entries(versions[version].operations).map(
    ([name, { method, path, query = [], request, response }]) => ({
      ...{ name, version, method, path, query, request, response },
      body: versions[version].models[request]?.fields.body?.replace(/!$/, ""),
    }),
  ),
);

const byCall = new Map(serviceOperations.map((one) => [callName(one), one]));

/** Method and path, whatever the path's parameters are called. */
function callName({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`;
}

/** The service's operation with this method and path. */
export function serviceOperation(
  operation: Pick<Operation, "method" | "path">,
): ServiceOperation | undefined {
  return byCall.get(callName(operation));
}

export function modelOf(version: Version, name: string): Model | undefined {
  return versions[version].models[name];
}

/** The values that a text field is documented to have; undefined where none are listed. */
export function valuesOf(version: Version, model: string, field: string): readonly string[] | undefined {
  const pascal = field.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const listed = [
    ...(versions[version].models[model]?.values?.[field] ?? []),
    ...(enumerations[version][`${model}${pascal}`] ?? []),
  ];
  return listed.length === 0 ? undefined : [...new Set(listed)];
}

const onThePages = "on the API's pages, missing in the SDK";
const ownRefusal = "the local backend says why it failed";

/** Fields that a model lacks, by `version model field`, and why we have them. */
const beyondModels: Readonly<Record<string, string>> = {
  "v3 JobInfo error_msg": "in the examples of the API's pages",
  "v3 QueryJobResp expired_days": "v5 has it elsewhere, and the client reads both alike",
  "v3 PrecheckResult remedy_sql": "the local backend's own",
  "v5 PrecheckResult remedy_sql": "the local backend's own",
  ...Object.fromEntries(
    ["id", "name", "status", "error_code", "error_msg"].flatMap((field) => [
      [`v5 ExecuteJobActionResponse ${field}`, onThePages],
      [`v5 AsyncActionResp ${field}`, onThePages],
    ]),
  ),
  "v5 UpdateJobResponse query_id": onThePages,
  ...Object.fromEntries(
    [
      "ShowUpdateObjectSavingStatusResponse",
      "ListDbObjectsResponse",
      "ShowDbObjectCollectionStatusResponse",
    ].flatMap((model) => [
      [`v5 ${model} error_code`, ownRefusal],
      [`v5 ${model} error_msg`, ownRefusal],
    ]),
  ),
};

/** Whether a field is ours although its model lacks it. */
export function isBeyond(version: Version, model: string, field: string): boolean {
  return `${version} ${model} ${field}` in beyondModels;
}

/** Names of engines and databases: the documentation lists few of those that there are. */
const widerThanListed: ReadonlySet<string> = new Set([
  ...["engine_type", "db_type", "endpoint_name", "node_type", "inst_type", "availability_zone"],
  ...["job_direction", "ip", "db_name"],
]);

/** A type of the models, taken apart. */
export type Kind =
  | { readonly is: "list" | "dict"; readonly of: string }
  | { readonly is: "model"; readonly name: string }
  | { readonly is: "str" | "int" | "float" | "bool" | "any" };

export function kindOf(version: Version, type: string): Kind {
  const plain = type.replace(/!$/, "");
  const list = /^list\[(.*)\]$/.exec(plain)?.[1];
  const dict = /^dict\(str, (.*)\)$/.exec(plain)?.[1];
  if (list !== undefined || dict !== undefined) {
    return { is: list === undefined ? "dict" : "list", of: list ?? dict ?? "" };
  }
  if (modelOf(version, plain) !== undefined) {
    return { is: "model", name: plain };
  }
  switch (plain) {
    case "date":
    case "str":
      return { is: "str" };
    case "int":
    case "float":
    case "bool":
      return { is: plain };
    default:
      return { is: "any" };
  }
}

/**
 * What of a value is not as the service's models have it. In an answer a required field may be null, in a request it
 * counts as absent then.
 */
export function misfits(
  version: Version,
  type: string,
  value: unknown,
  is: "request" | "answer",
  where = "",
): readonly string[] {
  const kind = kindOf(version, type);
  switch (kind.is) {
    case "any":
      return [];
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item, index) => misfits(version, kind.of, item, is, `${where}[${index}]`))
        : [`${where}: no list`];
    case "dict":
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            misfits(version, kind.of, item, is, `${where}[${key}]`),
          )
        : [`${where}: no object`];
    case "model":
      return isObject(value) ? misfitsOfModel(version, kind.name, value, is, where) : [`${where}: no object`];
    case "str":
      return typeof value === "string" ? [] : [`${where}: ${typeof value}, not str`];
    case "bool":
      return typeof value === "boolean" ? [] : [`${where}: ${typeof value}, not bool`];
    default:
      return typeof value === "number" && (kind.is === "float" || Number.isInteger(value))
        ? []
        : [`${where}: ${typeof value} ${String(value)}, not ${kind.is}`];
  }
}

function misfitsOfModel(
  version: Version,
  name: string,
  value: Readonly<Record<string, unknown>>,
  is: "request" | "answer",
  where: string,
): readonly string[] {
  const { fields } = modelOf(version, name) ?? { fields: {} };
  const given = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  const named = new Set(is === "answer" ? Object.keys(value) : given.map(([key]) => key));
  const missing = Object.entries(fields)
    .filter(([key, type]) => type.endsWith("!") && !named.has(key))
    .map(([key]) => `${where}.${key}: required by ${name}`);
  const wrong = given.flatMap(([key, one]) => {
    const type = fields[key];
    if (type === undefined) {
      return isBeyond(version, name, key) ? [] : [`${where}.${key}: unknown to ${name}`];
    }
    const listed = widerThanListed.has(key) ? undefined : valuesOf(version, name, key);
    // Of a task's statuses, some lists lack those that others have.
    const isStatus = valuesOf("v3", "JobInfo", "status")?.includes(String(one)) === true;
    return [
      ...misfits(version, type, one, is, `${where}.${key}`),
      ...(typeof one === "string" && one !== "" && listed?.includes(one) === false && !isStatus
        ? [`${where}.${key}: ${one} is not listed by ${name}`]
        : []),
    ];
  });
  return [...missing, ...wrong];
}

/** How many fields a model has, with those of the models in it, and how many of them some of the values have. */
export function fieldsOf(
  version: Version,
  model: string,
  values: readonly unknown[],
): { readonly documented: number; readonly filled: number } {
  const documented = new Set<string>();
  const filled = new Set<string>();
  const know = (name: string) => {
    for (const [key, type] of Object.entries(modelOf(version, name)?.fields ?? {})) {
      const isNew = !documented.has(`${name} ${key}`);
      documented.add(`${name} ${key}`);
      if (isNew) {
        for (let kind = kindOf(version, type); ; kind = kindOf(version, kind.of)) {
          if (kind.is === "model") {
            know(kind.name);
          }
          if (kind.is !== "list" && kind.is !== "dict") {
            break;
          }
        }
      }
    }
  };
  const look = (type: string, value: unknown): void => {
    const kind = kindOf(version, type);
    if (kind.is === "list" || kind.is === "dict") {
      for (const one of Object.values(value ?? {})) {
        look(kind.of, one);
      }
    } else if (kind.is === "model" && isObject(value)) {
      for (const [key, inner] of Object.entries(modelOf(version, kind.name)?.fields ?? {})) {
        const one = value[key];
        if (one != null && one !== "" && !(typeof one === "object" && Object.keys(one).length === 0)) {
          filled.add(`${kind.name} ${key}`);
          look(inner, one);
        }
      }
    }
  };
  know(model);
  for (const value of values) {
    look(model, value);
  }
  return { documented: documented.size, filled: filled.size };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
