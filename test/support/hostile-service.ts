/** A service, or a local backend, all of whose texts want to be more than texts. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { served, table } from "../../src/drs/all-operations";
import { challengeAnswer } from "../../src/drs/challenge";
import { modelStatuses, validAnswer } from "./answers";
import { Random } from "./random";

/** What is in every hostile text, so that a test finds where it is drawn. */
export const marker = "zap";

/** A link that runs a command, an icon, HTML, Markdown, a place, line ends, controls, and other directions of writing. */
export const hostile = `\u202Eevil [${marker}](command:drs.evil) $(${marker}) <img src=x onerror=1> **b** {0}\r\n\u2066\u001B[31m\u200B שלום\u0007`;

/** Fields that the service, or whoever names things in it, words freely. */
const words =
  /^(name|description|error_msg|error_message|failed_reason|raw_error_msg|reason|message|user_name|inst_name|db_user|db_name|ip|key|value|engine_type|remaining_time|error_sql|error_code|level|item|alias_name|type|process_time|source_db|target_db|src_db|src_tb|dst_db|dst_tb|schema_name|table_name)$|_(table_name|db_name|sql|value|values)$/;

export class HostileService {
  readonly #server: Server;
  readonly #secretKey: string;
  readonly #pid: number;
  readonly #random = new Random(14);
  /** The status of each task, by id. */
  readonly statuses = new Map(modelStatuses.map((status, index) => [`task-${index}`, status]));

  /** How often it has refused the access key `REFUSED`. */
  refused = 0;

  /** @param backend the key and the process of a local backend that it is taken for. */
  constructor(backend: { readonly secretKey: string; readonly pid: number }) {
    this.#secretKey = backend.secretKey;
    this.#pid = backend.pid;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { status, body } = this.#answer(request, Buffer.concat(chunks).toString("utf8"));
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer({ method, url = "", headers }: IncomingMessage, text: string): { status: number; body: unknown } {
    const { pathname, searchParams } = new URL(url, this.endpoint);
    if (headers.authorization?.includes("Access=REFUSED") === true) {
      this.refused++;
      return { status: 403, body: { error_code: `DRS.${hostile}`, error_msg: hostile } };
    }
    if (pathname.startsWith("/_local/")) {
      return this.#control(pathname, searchParams);
    }
    const operation = served.find((name) => {
      const pattern = table[name].path.replaceAll(/\{\w+\}/g, "[^/]+");
      return table[name].method === method && new RegExp(`^${pattern}$`).test(pathname);
    });
    if (operation === undefined) {
      return { status: 404, body: { error_code: "APIGW.0101", error_msg: hostile } };
    }
    const input = text === "" ? {} : JSON.parse(text);
    return table[operation].reads
      ? { status: 200, body: this.#read(operation, input) }
      : { status: 400, body: { error_code: "DRS.M00202", error_msg: hostile } };
  }

  #read(operation: string, { jobs = [], cur_page = 1, status }: Readonly<Record<string, unknown>>): unknown {
    const ids = Array.isArray(jobs) ? jobs.map(String) : [];
    switch (operation) {
      case "listJobs": {
        const all = [...this.statuses].filter(
          ([, own]) => status === undefined || status === "" || own === status,
        );
        const listed = all.map(([id, own]) => ({
          ...{
            id,
            name: `${id} ${hostile}`,
            status: own,
            description: hostile,
            engine_type: hostile,
            error_msg: hostile,
          },
          ...{ create_time: "2026-11-20 10:00:00", task_type: "FULL_INCR_TRANS" },
        }));
        return { total_record: listed.length, jobs: cur_page === 1 ? listed : [] };
      }
      case "batchStatus":
        return { results: ids.map((id) => ({ id, status: this.statuses.get(id) })) };
      case "batchDetail":
        return { results: ids.map((id) => this.#detailOf(id)) };
      case "batchProgress":
        return {
          results: ids.map((job_id) => ({
            ...{ job_id, progress: "41", incre_trans_delay_millis: "900000", remaining_time: hostile },
            progress_map: { [hostile]: { completed: "12" } },
            ...{ error_code: hostile, error_msg: hostile },
          })),
        };
      case "batchPrecheckResult":
        return {
          results: ids.map((job_id) => ({
            ...{ job_id, process: "100%", total_passed_rate: "50%", result: false },
            precheck_result: ["FAILED", "ALARM", hostile].map((result) => ({
              ...{
                item: hostile,
                result,
                failed_reason: hostile,
                raw_error_msg: hostile,
                remedy_sql: hostile,
              },
            })),
          })),
        };
      default:
        return worded(validAnswer(operation, this.#random));
    }
  }

  #detailOf(id: string): unknown {
    const end = {
      db_type: hostile,
      ip: hostile,
      db_port: 5432,
      db_name: hostile,
      db_user: hostile,
      inst_name: hostile,
    };
    return {
      ...{
        id,
        name: `${id} ${hostile}`,
        status: this.statuses.get(id),
        description: hostile,
        parent_id: null,
      },
      ...{ source_endpoint: end, target_endpoint: end, error_code: hostile, error_message: hostile },
      inst_info: { engine_type: hostile, start_time: String(Date.now() + 3_600_000) },
      object_infos: [
        { id: "o", type: "table", name: hostile, alias_name: hostile },
        { type: hostile, name: hostile },
      ],
      tags: [{ key: hostile, value: hostile }],
      period_order: { status: hostile },
      update_time: "1764000000000",
    };
  }

  #control(path: string, query: URLSearchParams): { status: number; body: unknown } {
    const answer = challengeAnswer(this.#secretKey, query.get("challenge") ?? "", this.#port, this.#pid);
    const task = { user: hostile, password: "x" };
    const logins = { host: hostile, port: 1, databases: [hostile], user: hostile, password: "x", task };
    const bodies: Readonly<Record<string, unknown>> = {
      "/_local/health": { status: "ok", pid: this.#pid, answer },
      "/_local/databases": {
        databases: [
          { server: "source", ...logins },
          { server: "target", ...logins },
        ],
        changed: [task],
      },
      "/_local/sql": { command: hostile, row_count: 1, fields: [], rows: [] },
      "/_local/warnings": {
        tasks: Object.fromEntries(
          [...this.statuses.keys()].map((id, index) => {
            const level = index % 2 === 0 ? "warning" : "failure";
            const one = { id: "1", level, table: hostile, code: hostile, message: hostile };
            return [id, { warnings: [one], log: { bytes: 5_000_000 } }];
          }),
        ),
      },
    };
    if (path.endsWith("/unapplied")) {
      return { status: 200, body: { tables: [hostile], log_bytes: 1 } };
    }
    if (path.endsWith("/copy-again")) {
      return { status: 409, body: { error_msg: hostile } };
    }
    return bodies[path] === undefined
      ? { status: 404, body: { error_code: hostile, error_msg: hostile } }
      : { status: 200, body: bodies[path] };
  }
}

/** The answer with hostile words for all that is worded freely. */
function worded(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => worded(item, key));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, worded(item, name)]));
  }
  return typeof value === "string" && words.test(key) ? hostile : value;
}
