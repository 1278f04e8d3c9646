import assert from "node:assert/strict";
import { type Served, served, table } from "../../../src/drs/all-operations";
import {
  isBeyond,
  kindOf,
  modelOf,
  serviceOperation,
  type Version,
  valuesOf,
} from "../../support/service-models";

/** What a schema knows of itself; valibot's own fields. */
interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly value?: Schema;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly { readonly type: string; readonly metadata?: { readonly values?: Schema } }[];
}

const optional = new Set(["nullish", "optional", "nullable"]);

/** Where a schema is not as the type of the service's models. */
function differences(
  version: Version,
  type: string,
  schema: Schema,
  where: string,
  values?: readonly string[],
): readonly string[] {
  if (optional.has(schema.type) && schema.wrapped !== undefined) {
    return differences(version, type, schema.wrapped, where, values);
  }
  if (schema.type === "union") {
    const each = (schema.options ?? []).map((option) =>
      differences(version, type, option as Schema, where, values),
    );
    return each.some((found) => found.length === 0) ? [] : (each[0] ?? []);
  }
  const kind = kindOf(version, type);
  const other = [`${where}: ${schema.type}, not ${type}`];
  switch (kind.is) {
    case "any":
      return [];
    case "list":
      return schema.item === undefined
        ? other
        : differences(version, kind.of, schema.item, `${where}[]`, values);
    case "dict": {
      const inner =
        schema.value ?? schema.pipe?.find(({ metadata }) => metadata !== undefined)?.metadata?.values;
      return inner === undefined ? other : differences(version, kind.of, inner, `${where}{}`);
    }
    case "model":
      return schema.entries === undefined
        ? other
        : differencesOfModel(version, kind.name, schema.entries, where);
    case "str":
      return schema.type === "picklist"
        ? unlike(schema.options, values).map((value) => `${where}: ${value}`)
        : schema.type === "string"
          ? []
          : other;
    case "bool":
      return schema.type === "boolean" ? [] : other;
    default:
      return schema.type === "number" ? [] : other;
  }
}

/** Values of an enumeration of ours that the service does not list, and the other way round. */
function unlike(ours: readonly unknown[] = [], theirs: readonly string[] | undefined): readonly string[] {
  return theirs === undefined
    ? []
    : [
        ...ours.filter((value) => !theirs.includes(String(value))).map((value) => `+${value}`),
        ...theirs.filter((value) => !ours.includes(value)).map((value) => `-${value}`),
      ];
}

function differencesOfModel(
  version: Version,
  name: string,
  entries: Readonly<Record<string, Schema>>,
  where: string,
): readonly string[] {
  const { fields } = modelOf(version, name) ?? { fields: {} };
  return [
    ...Object.entries(entries).flatMap(([key, schema]) => {
      const type = fields[key];
      return type === undefined
        ? isBeyond(version, name, key)
          ? []
          : [`${where}.${key}: unknown to ${name}`]
        : differences(version, type, schema, `${where}.${key}`, valuesOf(version, name, key));
    }),
    ...Object.entries(fields)
      .filter(([key, type]) => type.endsWith("!") && !(key in entries))
      .map(([key]) => `${where}.${key}: required by ${name}`),
  ];
}

/** What we ask for although the models do not, and why a call without it says nothing that could be done. */
const needed: Readonly<Record<string, string>> = {
  "batchSelectObjects .jobs.job.object_type": "which kind of object is meant",
  "executeActions .jobs.job_id": "the model is that of the call for one task, whose path has it",
  ...Object.fromEntries(
    ["batchCreation .jobs.tags", "batchCreation .jobs.sys_tags", "createJob .job.base_info.tags"]
      .concat("prepareJobs .jobs.base_info.tags", "changePrepared .jobs.params.base_info.tags")
      .map((tags) => [`${tags}.key`, "a tag is its key"]),
  ),
  ...Object.fromEntries(
    ["createJob .job", "prepareJobs .jobs"].flatMap((job) =>
      ["name", "job_type", "engine_type", "job_direction", "task_type", "net_type"].map((field) => [
        `${job}.base_info.${field}`,
        "the model is also that of changes, which name some fields only",
      ]),
    ),
  ),
};

/** Fields that a request of ours must have, and one of the service's need not. */
function demands(version: Version, type: string, schema: Schema, where: string): readonly string[] {
  if (optional.has(schema.type) && schema.wrapped !== undefined) {
    return demands(version, type, schema.wrapped, where);
  }
  const kind = kindOf(version, type);
  if (kind.is === "list" && schema.item !== undefined) {
    return demands(version, kind.of, schema.item, where);
  }
  if (kind.is !== "model") {
    return [];
  }
  const { fields } = modelOf(version, kind.name) ?? { fields: {} };
  return Object.entries(schema.entries ?? {}).flatMap(([key, entry]) => {
    const asked = fields[key];
    return asked === undefined
      ? []
      : [
          ...(asked.endsWith("!") || optional.has(entry.type) ? [] : [`${where}.${key}`]),
          ...demands(version, asked, entry, `${where}.${key}`),
        ];
  });
}

function operationOf(name: Served) {
  const operation = serviceOperation(table[name]);
  assert.ok(operation, `${name}: no such operation of the service`);
  return operation;
}

describe("the operations tables and the service's own models", () => {
  for (const name of served) {
    it(`agree on ${name}`, () => {
      const ours = table[name];
      const { version, path, query, body, request, response } = operationOf(name);
      const params = (text: string) => text.match(/\{\w+\}/g);
      assert.deepEqual(params(ours.path), params(path));
      const { body: _, "X-Language": __, ...named } = modelOf(version, request)?.fields ?? {};
      const sent = body === undefined ? {} : (modelOf(version, body)?.fields ?? {});
      const entries: Readonly<Record<string, Schema>> = "entries" in ours.request ? ours.request.entries : {};
      const asked = Object.entries(entries).flatMap(([key, schema]) => {
        const type = named[key] ?? sent[key];
        const model = key in named ? request : (body ?? "");
        return type === undefined
          ? [`→ ${key}: unknown to ${request}`]
          : differences(version, type, schema, `→ ${key}`, valuesOf(version, model, key));
      });
      const required = Object.entries({ ...named, ...sent })
        .filter(([key, type]) => type.endsWith("!") && !(key in entries))
        .map(([key]) => `→ ${key}: required by ${request}`);
      const answered = differences(version, response, ours.response, "←");
      assert.deepEqual([...asked, ...required, ...answered], []);
      // Of a GET all fields go into the query.
      const inQuery = "query" in ours ? ours.query : [];
      assert.deepEqual([...inQuery].sort(), ours.method === "GET" ? [] : [...query].sort());
    });
  }

  it("ask for no more than the service does", () => {
    const found = served.flatMap((name) => {
      const { version, request, body } = operationOf(name);
      return [request, ...(body === undefined ? [] : [body])].flatMap((model) =>
        demands(version, model, table[name].request, `${name} `),
      );
    });
    assert.deepEqual(found.toSorted(), Object.keys(needed).toSorted());
  });
});
