/** The logins' privileges, in general and on the task's tables. */
import { escapeIdentifier } from "pg";
import { message } from "../../../messages";
import { EngineError } from "../../engine-error";
import type { Remedy } from "../../remedy";
import type { Side } from "../../side";
import { plainName } from "../../table-name";
import { qualified } from "../names";
import type { Relation } from "../relations";
import { at, type Check, failed, listed, type Problem, problemOf } from "./check";
import type { Facts } from "./context";
import { tried } from "./trial";

/** A privilege that a login lacks. */
interface Lack {
  readonly privilege: string;
  readonly grant: Remedy;
}

function lacking(user: string, lacks: readonly Lack[]): readonly Problem[] {
  return problemOf(
    lacks,
    (privilege, remedies) => failed(message("noPrivilege", { user, privilege }), remedies),
    ({ privilege }) => privilege,
    ({ grant }) => grant,
  );
}

function createOn(side: Side, database: string, user: string): Lack {
  return {
    privilege: `CREATE ON DATABASE ${database}`,
    grant: at(side)(`GRANT CREATE ON DATABASE ${escapeIdentifier(database)} TO ${escapeIdentifier(user)}`),
  };
}

export const sourcePrivileges: Check = {
  ...{ item: "source_privileges", group: "privileges", ends: ["source"], ifUnknown: "FAILED" },
  evaluate: async ({ task, source }) => {
    const { user, database } = task.source;
    const { replication, can_create } = await source.server();
    return lacking(user, [
      ...(replication || (await mayReplicate(source))
        ? []
        : [
            {
              privilege: "REPLICATION",
              grant: at("source")(`ALTER ROLE ${escapeIdentifier(user)} REPLICATION`),
            },
          ]),
      ...(can_create ? [] : [createOn("source", database, user)]),
    ]);
  },
};

/** Services have roles of their own whose members may replicate without the attribute: it is tried. */
async function mayReplicate(source: Facts): Promise<boolean> {
  const slot = "pg_create_logical_replication_slot('drs_trial_' || pg_backend_pid(), 'pgoutput', true)";
  try {
    const [refusal] = await tried(source, [{ statement: `SELECT ${slot}` }]);
    return refusal?.code !== "42501";
  } catch (error) {
    // It waits for transactions that are open: what it may not do it would have refused at once.
    if (error instanceof EngineError && error.code === "57014") {
      return true;
    }
    throw error;
  }
}

export const targetPrivileges: Check = {
  ...{ item: "target_privileges", group: "privileges", ends: ["target"], ifUnknown: "FAILED" },
  evaluate: async ({ task, target }) => {
    const { user, database } = task.target;
    const { version, can_subscribe, can_create } = await target.server();
    const quoted = escapeIdentifier(user);
    const subscribe =
      version >= 16
        ? {
            privilege: "pg_create_subscription",
            grant: at("target")(`GRANT pg_create_subscription TO ${quoted}`),
          }
        : { privilege: "SUPERUSER", grant: at("target")(`ALTER ROLE ${quoted} SUPERUSER`) };
    return lacking(user, [
      ...(can_subscribe ? [] : [subscribe]),
      ...(can_create ? [] : [createOn("target", database, user)]),
    ]);
  },
};

function usageOf(side: Side, user: string, relations: readonly Relation[]): readonly Lack[] {
  return relations
    .filter(({ is_root, usage }) => is_root && !usage)
    .map(({ schema }) => ({
      privilege: `USAGE ON SCHEMA ${schema}`,
      grant: at(side)(`GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${escapeIdentifier(user)}`),
    }));
}

const partName = ({ part_schema, part_table }: Relation) =>
  plainName({ schema: part_schema, table: part_table });
const partQualified = ({ part_schema, part_table }: Relation) =>
  qualified({ schema: part_schema, table: part_table });

export const sourceObjectPrivileges: Check = {
  ...{ item: "source_object_privileges", group: "privileges", ends: ["source"], ifUnknown: "FAILED" },
  evaluate: async ({ task, source }) => {
    const { user } = task.source;
    const quoted = escapeIdentifier(user);
    const relations = await source.parts();
    const tables = await source.tables();
    return [
      ...lacking(user, [
        ...usageOf("source", user, tables),
        ...tables
          .filter(({ owned }) => !owned)
          .map((table) => ({
            privilege: `OWNER OF ${plainName(table)}`,
            grant: at("source")(`GRANT ${escapeIdentifier(table.owner)} TO ${quoted}`),
          })),
        ...tables
          .filter(({ readable }) => !readable)
          .map((table) => ({
            privilege: `SELECT ON ${plainName(table)}`,
            grant: at("source")(`GRANT SELECT ON ${qualified(table)} TO ${quoted}`),
          })),
      ]),
      ...problemOf(
        relations.filter(({ filtered }) => filtered),
        (table, remedies) => failed(message("rowSecurityAtSource", { user, table }), remedies),
        partName,
        () => at("source")(`ALTER ROLE ${quoted} BYPASSRLS`),
      ),
    ];
  },
};

export const targetObjectPrivileges: Check = {
  ...{
    item: "target_object_privileges",
    group: "privileges",
    ends: ["source", "target"],
    ifUnknown: "FAILED",
  },
  evaluate: async ({ task, source, target }) => {
    const { user } = task.target;
    const quoted = escapeIdentifier(user);
    const { version } = await target.server();
    const relations = await target.parts();
    const tables = await target.tables();
    const writers = relations.filter(({ writer_lacks }) => writer_lacks.length > 0);
    return [
      ...lacking(user, [
        ...usageOf("target", user, tables),
        ...(await creationLacks(target, user, await missingAt(source, target))),
        ...tables
          .filter(({ settable }) => !settable)
          .map(({ owner, ...table }) => {
            const member = version >= 16 ? " WITH SET TRUE" : "";
            return {
              privilege:
                version >= 16
                  ? `SET ROLE ${owner} (OWNER OF ${plainName(table)})`
                  : `OWNER OF ${plainName(table)}`,
              grant: at("target")(`GRANT ${escapeIdentifier(owner)} TO ${quoted}${member}`),
            };
          }),
      ]),
      ...writers.flatMap((relation) => {
        const { writer, writer_lacks } = relation;
        return lacking(writer, [
          {
            privilege: `${writer_lacks.join(", ")} ON ${partName(relation)}`,
            grant: at("target")(
              `GRANT ${writer_lacks.join(", ")} ON ${partQualified(relation)} TO ${escapeIdentifier(writer)}`,
            ),
          },
        ]);
      }),
      ...problemOf(
        relations.filter(({ writer_filtered }) => writer_filtered),
        (table, remedies) => failed(message("rowSecurityAtTarget", { table }), remedies),
        partName,
        (relation) => at("target")(`ALTER TABLE ${partQualified(relation)} NO FORCE ROW LEVEL SECURITY`),
      ),
    ];
  },
};

/** The source's tables that the target has not, under whatever kind of name. */
export async function missingAt(source: Facts, target: Facts): Promise<readonly Relation[]> {
  const there = new Set((await target.tables()).map(qualified));
  return (await source.tables()).filter((table) => !there.has(qualified(table)));
}

async function creationLacks(
  target: Facts,
  user: string,
  missing: readonly Relation[],
): Promise<readonly Lack[]> {
  const rows = await target.ask<{ schema: string; usage: boolean; creation: boolean }>(
    `SELECT nspname::text AS schema, has_schema_privilege(oid, 'USAGE') AS usage,
            has_schema_privilege(oid, 'CREATE') AS creation
     FROM pg_namespace WHERE nspname = ANY ($1) ORDER BY 1`,
    [missing.map(({ schema }) => schema)],
  );
  return rows.flatMap(({ schema, usage, creation }) => {
    const lacks = [...(usage ? [] : ["USAGE"]), ...(creation ? [] : ["CREATE"])];
    const privileges = listed(lacks);
    return lacks.length === 0
      ? []
      : [
          {
            privilege: `${privileges} ON SCHEMA ${schema}`,
            grant: at("target")(
              `GRANT ${privileges} ON SCHEMA ${escapeIdentifier(schema)} TO ${escapeIdentifier(user)}`,
            ),
          },
        ];
  });
}
