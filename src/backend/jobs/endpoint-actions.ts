/** The actions of a user on the databases at both ends of a task. */
import * as v from "valibot";
import type { InputOf } from "../../drs/all-operations";
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { Side } from "../engine/side";
import type { TableName } from "../engine/table-name";
import { ApiError, message } from "../messages";
import type { SecretBox } from "../secrets";
import type { Controller } from "./controller";
import { authoritiesOf, hostOf, loginOf } from "./endpoints";
import { requireEngine } from "./fields";
import { endpointV5, type StoredEndpoint } from "./job";
import type { LegalChanges } from "./legal-changes";
import type { JobStore } from "./store";

type EndpointInput = InputOf<"batchCreation">["jobs"][number]["source_endpoint"];

const defaultPort = 5432;
/** Of an endpoint that names none. */
export const defaultDatabase = "postgres";

/** The fields of an endpoint's place, echoed as they were received; none of them is a secret. */
const shownFields = v.object({
  az_code: v.nullish(v.string()),
  region: v.nullish(v.string()),
  inst_id: v.nullish(v.string()),
  inst_name: v.nullish(v.string()),
  project_id: v.nullish(v.string()),
  vpc_id: v.nullish(v.string()),
  subnet_id: v.nullish(v.string()),
  security_group_id: v.nullish(v.string()),
  cluster_mode: v.nullish(v.string()),
  ssl_cert_name: v.nullish(v.string()),
  ssl_cert_check_sum: v.nullish(v.string()),
});

/**
 * Actions on the two databases of tasks: test, change and store them.
 *
 * @throws ApiError for input that cannot be used.
 */
export class EndpointActions {
  constructor(
    private readonly changes: LegalChanges,
    private readonly store: JobStore,
    private readonly controller: Controller,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
  ) {}

  /** An endpoint as it is kept: its password sealed. */
  stored(input: EndpointInput): StoredEndpoint {
    const shown = v.safeParse(shownFields, input);
    const inV5 = v.safeParse(endpointV5, input.v5);
    return {
      host: hostOf(input.ip),
      port: input.db_port ?? defaultPort,
      user: input.db_user ?? "",
      sealedPassword: this.secrets.seal(input.db_password ?? ""),
      database: input.db_name || defaultDatabase,
      ssl: input.ssl_link === true,
      ca: authoritiesOf(input.ssl_cert_key),
      tested: false,
      shown: shown.success ? shown.output : {},
      ...(inV5.success ? { v5: inV5.output } : {}),
    };
  }

  /**
   * Connects to a database as the given user and keeps the endpoint as tested.
   *
   * @throws ApiError DRS.KE0002 for a refused user, DRS.M00299 for a database that is not there.
   */
  async testConnection(request: InputOf<"batchConnection">["jobs"][number]): Promise<void> {
    const { id, end_point_type } = request;
    const side: Side = end_point_type === "so" ? "source" : "target";
    const known = this.changes.get(id)[side];
    requireEngine(request.db_type);
    for (const field of ["ip", "db_user"] as const) {
      if (request[field] === "") {
        throw new ApiError("DRS.M00007", message("invalidField", { field, reason: "must not be empty" }));
      }
    }
    this.changes.require(this.changes.get(id), "MODIFY_DB_CONFIG");
    const endpoint = this.stored({ ...request, db_name: request.db_name || known.database });
    const proves = await this.#requireConnection(endpoint, side);
    const before = this.changes.get(id);
    const moved =
      before[side].host !== endpoint.host ||
      before[side].port !== endpoint.port ||
      before[side].database !== endpoint.database;
    const changed = await this.changes.change(id, "MODIFY_DB_CONFIG", (job) => ({
      ...job,
      [side]: {
        ...{ v5: job[side].v5, ...endpoint, proves, tested: true },
        shown: { ...job[side].shown, ...endpoint.shown },
      },
      ...(moved ? { precheck: null, tables: [] } : {}),
    }));
    if (moved && before.startedAt !== null) {
      // A failed start may have left something where the task does not go any more.
      await this.store.addOrphan({ job: before, side });
    }
    await this.controller.relink(changed);
  }

  /**
   * Gives a task another password for the user that it logs in as at one end; it is used from the next start on.
   *
   * @throws ApiError DRS.KE0002 when the database refuses it, DRS.M00299 when the database is not there.
   */
  async changePassword(id: string, side: Side, password: string): Promise<void> {
    const job = this.changes.get(id);
    this.changes.require(job, "RESET_DB_PWD");
    const sealedPassword = this.secrets.seal(password);
    const proves = await this.#requireConnection({ ...job[side], sealedPassword, proves: false }, side);
    await this.changes.change(id, "RESET_DB_PWD", (latest) => ({
      ...latest,
      [side]: { ...latest[side], sealedPassword, proves },
    }));
  }

  /** Answers whether the server proved that it knows the password. */
  async #requireConnection(endpoint: StoredEndpoint, side: Side): Promise<boolean> {
    const connection = loginOf(endpoint, side, this.secrets);
    try {
      return await this.engine.test(connection);
    } catch (error) {
      requireEngineError(error);
      const login = error.code === "28P01" || error.code === "28000";
      throw new ApiError(login ? "DRS.KE0002" : "DRS.M00299", this.engine.describe(error, connection));
    }
  }

  /** The tables of a task's source database that can be selected. @throws ApiError DRS.M00299 when it cannot be asked. */
  async sourceTables(id: string): Promise<readonly TableName[]> {
    const connection = loginOf(this.changes.get(id).source, "source", this.secrets);
    try {
      return await this.engine.tablesOf(connection);
    } catch (error) {
      requireEngineError(error);
      throw new ApiError("DRS.M00299", this.engine.describe(error, connection));
    }
  }
}
