/** Saved connections: what the user keeps of databases for later tasks. */
import { randomUUID } from "node:crypto";
import { hostOf } from "../jobs/endpoints";
import { requireEngine } from "../jobs/fields";
import type { SavedConnection } from "../jobs/saved-connection";
import { ApiError, message } from "../messages";
import type { Parts } from "./parts";
import type { Handlers } from "./server";

/**
 * Operations for saved connections. Passwords are stored sealed and never answered.
 *
 * @throws ApiError DRS.M00007 for an unknown id.
 */
export function createHandlersConnections({
  store: { connections },
  secrets,
}: Parts): Pick<Handlers, "createConnection" | "listConnections" | "changeConnection" | "deleteConnection"> {
  const known = async (id: string): Promise<SavedConnection> => {
    const found = await connections.find(id);
    if (found === undefined) {
      throw new ApiError("DRS.M00007", message("noSuchConnection", { id }));
    }
    return found;
  };
  const keep = async (saved: SavedConnection): Promise<SavedConnection> => {
    requireEngine(saved.given.db_type);
    hostOf(saved.given.endpoint.ip);
    await connections.put(saved);
    return saved;
  };

  return {
    createConnection: async ({ endpoint: { db_password, ...endpoint }, ...given }) =>
      shown(
        await keep({
          ...{ id: randomUUID(), createdAt: Date.now(), sealedPassword: secrets.seal(db_password) },
          given: { ...given, endpoint: { ...endpoint, db_password: "" } },
        }),
      ),

    listConnections: async (wanted) => {
      const is = (value: string | null | undefined, other: string | null | undefined) =>
        !value || value === other;
      const has = (part: string | null | undefined, whole: string | null | undefined) =>
        !part || whole?.includes(part) === true;
      const all = (await connections.all()).filter(
        ({ id, given: { endpoint: at, ...given } }) =>
          is(wanted.connection_id, id) &&
          is(wanted.db_type, given.db_type) &&
          has(wanted.name, given.name) &&
          has(wanted.description, given.description) &&
          is(wanted.enterprise_project_id, given.enterprise_project_id ?? "0") &&
          is(wanted.inst_id, at.instance_id) &&
          is(wanted.ip, at.ip),
      );
      const ordered = wanted.sort_dir === "asc" ? all.toReversed() : all;
      const { offset, limit, fetch_all } = wanted;
      const page = String(fetch_all) === "true" ? ordered : ordered.slice(offset, offset + limit);
      return { count: all.length, connections: page.map(shown) };
    },

    changeConnection: async ({ connection_id, name, db_type, endpoint, ...more }) => {
      const { given, ...saved } = await known(connection_id);
      const { db_password = "", ...at } = endpoint ?? {};
      await keep({
        ...saved,
        ...(endpoint == null ? {} : { sealedPassword: secrets.seal(db_password) }),
        given: {
          ...{ ...given, ...more },
          name: name ?? given.name,
          db_type: db_type ?? given.db_type,
          endpoint: { ...given.endpoint, ...at, db_password: "" },
        },
      });
      return {};
    },

    deleteConnection: async ({ connection_id }) => {
      await known(connection_id);
      await connections.remove(connection_id);
      return {};
    },
  };
}

/** Without its password, and without the key of its certificate. */
function shown({ id, createdAt, given }: SavedConnection) {
  const { ssl_link, ssl_cert_name, ssl_cert_check_sum } = given.ssl ?? {};
  return {
    ...{ connection_id: id, name: given.name, db_type: given.db_type, create_time: createdAt },
    description: given.description,
    enterprise_project_id: given.enterprise_project_id ?? "0",
    ...{ vpc: given.vpc, config: given.config },
    ssl: given.ssl == null ? null : { ssl_link, ssl_cert_name, ssl_cert_check_sum },
    endpoint: { ...given.endpoint, db_password: null },
  };
}
