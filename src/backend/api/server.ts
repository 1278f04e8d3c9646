/** The HTTP side: the operations table as routes on 127.0.0.1, every call signed. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { type ServerType, serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import {
  type AnswerOf,
  type InputOf,
  type Served,
  served,
  type Table,
  table,
} from "../../drs/all-operations";
import { challengeAnswer, challengePattern } from "../../drs/challenge";
import { resourceTypes } from "../../drs/schemas-records";
import type { Identity } from "../data-dir";
import type { Env } from "../env";
import { withFaults } from "../faults/wire";
import { reasonOf } from "../log";
import { ApiError, type Language, message, render } from "../messages";
import { StartError } from "../start-error";
import { authenticate, refuseForeign } from "./authenticate";
import { httpStatusOf } from "./http-status";
import { iamRoutes, isTokenCall } from "./iam";
import { checked, jsonOf, languageOf, requireBatch } from "./input";
import { JsonBytes } from "./job-lists";
import { type Controls, type LocalCalls, localRoutes } from "./local-calls";
import { internalError } from "./outcome";
import { unserved } from "./unserved";

export type Handler<N extends Served> = (input: InputOf<N>, language: Language) => Promise<HandledBy<N>>;

/** Lists, which may be long, come as bytes. */
type HandledBy<N extends Served> = AnswerOf<N> | (N extends "listJobs" | "listJobsV5" ? JsonBytes : never);

/** One handler for each operation of the tables: without it, this does not compile. */
export type Handlers = { readonly [N in Served]: Handler<N> };

/** The parts that the server serves once the backend is ready. */
export interface Service {
  readonly handlers: Handlers;
  readonly local: LocalCalls;
  /** Receives that somebody calls. */
  readonly noteCall: () => void;
}

const largestBody = 1024 * 1024;
/** Longer than clients keep a connection that they do not use: what they send just when it is closed is lost. */
const keepAliveTimeout = 65_000;

/** The server; it holds its port before the backend is ready, so that a port in use is found first. */
export class ApiServer {
  #service: Service | undefined;

  private constructor(
    private readonly server: ServerType,
    readonly port: number,
  ) {}

  /** @throws StartError when the port is in use. */
  static async listen(port: number, identity: Identity, controls: Controls): Promise<ApiServer> {
    let api: ApiServer | undefined;
    const app = routes(identity, controls, () => ({ port: api?.port ?? 0, service: api?.service }));
    const serverOptions = { keepAliveTimeout };
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port, serverOptions });
    try {
      await once(server, "listening");
    } catch (error) {
      const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      throw new StartError(
        inUse ? `port ${port} is in use` : `port ${port} cannot be listened on: ${reasonOf(error)}`,
      );
    }
    const address = server.address();
    api = new ApiServer(server, typeof address === "object" && address !== null ? address.port : port);
    return api;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get service(): Service | undefined {
    return this.#service;
  }

  set service(service: Service | undefined) {
    this.#service = service;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    if (isHttpServer(this.server)) {
      this.server.closeAllConnections();
    }
    await closed;
  }
}

function isHttpServer(server: ServerType): server is Server {
  return "closeAllConnections" in server;
}

interface State {
  readonly port: number;
  readonly service: Service | undefined;
}

function routes(identity: Identity, controls: Controls, state: () => State): Hono<Env> {
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    c.set("requestId", randomUUID().replaceAll("-", ""));
    c.header("X-Request-Id", c.get("requestId"));
    const { port, service } = state();
    refuseForeign(c.req.raw.headers, port);
    if (c.req.path === "/_local/health" && c.req.method === "GET") {
      const challenge = c.req.query("challenge") ?? "";
      const answer = challengePattern.test(challenge)
        ? { answer: challengeAnswer(identity.secretKey, challenge, port, process.pid) }
        : {};
      return c.json({ status: service === undefined ? "starting" : "ok", pid: process.pid, ...answer });
    }
    // As it comes: a GET may have a body, too, which SDKs sign, and a Request's body takes half a millisecond more.
    const body = await bodyOf(c.env.incoming.iterator({ destroyOnReturn: false }));
    const { method, url, headers } = c.req.raw;
    if (!isTokenCall(method, c.req.path)) {
      authenticate({ method, url, headers, body }, identity, Date.now());
    }
    c.set("body", body);
    service?.noteCall();
    await next();
  });

  for (const name of served) {
    const { method, path } = table[name];
    const route = routeOf(path);
    app.on(method, route, async (c, next) => await withFaults(c, controls.faults, name, next));
    app.on(method, route, async (c) => {
      if (c.req.param("project_id") !== identity.projectId) {
        throw new ApiError("DRS.M00261", message("wrongProject"), 403);
      }
      const answer = await call(ready(state()).handlers, name, inputOf(c), languageOf(c));
      if (answer instanceof JsonBytes) {
        return c.body(answer.bytes, 200, { "content-type": "application/json" });
      }
      return c.json("body" in answer ? answer.body : answer, httpStatusOf(name, answer));
    });
  }

  for (const { method, path, name } of unserved) {
    app.on(method, routeOf(path), async (c, next) => await withFaults(c, controls.faults, name, next));
    app.on(method, routeOf(path), () => {
      throw new ApiError("DRS.M10018", message("unsupported", { what: name }));
    });
  }

  app.route("/", iamRoutes(identity));

  app.route(
    "/_local",
    localRoutes(controls, () => ready(state()).local),
  );

  app.notFound(() => {
    throw new ApiError("APIGW.0101", message("noSuchApi"), 404);
  });

  app.onError((error, c) => {
    const refusal = asRefusal(error);
    const body = {
      error_code: refusal.code,
      error_msg: render(refusal.text, languageOf(c)),
      request_id: c.get("requestId"),
    };
    return c.json(body, refusal.status);
  });
  return app;
}

/**
 * The path in the router's terms. Anything but a task id belongs to operations that do not exist, and what is no type
 * of task is another path's word.
 */
function routeOf(path: string): string {
  return path
    .replaceAll(/\{(\w+)\}/g, ":$1")
    .replace(":job_id", ":job_id{[0-9A-Za-z-]{36}}")
    .replace("/:project_id/:resource_type", `/:project_id/:resource_type{${resourceTypes.join("|")}|verify}`);
}

/** Path, query and body of a call in one object. */
function inputOf(c: Context<Env>): unknown {
  const { project_id: _, ...named } = c.req.param();
  const body: unknown = c.req.method === "GET" || isEmpty(c) ? {} : jsonOf(c.get("body"));
  const query = Object.entries(c.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? { ...Object.fromEntries(query), ...body, ...named }
    : body;
}

/** Some calls say all in their path. */
function isEmpty(c: Context<Env>): boolean {
  return c.get("body").length === 0 && Object.keys(c.req.param()).length > 1;
}

async function call<N extends Served>(
  handlers: Handlers,
  name: N,
  input: unknown,
  language: Language,
): Promise<HandledBy<N>> {
  const handler: Handler<N> = handlers[name];
  requireBatch(input);
  return await handler(checked<Table[N]["request"]>(table[name].request, input), language);
}

function ready({ service }: State): Service {
  if (service === undefined) {
    throw new ApiError("DRS.M00004", message("notReady"), 503);
  }
  return service;
}

/** @param parts may be left before its end: the refusal is to be read on the same connection. */
async function bodyOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of parts) {
      length += chunk.length;
      if (length > largestBody) {
        throw new ApiError("DRS.M00007", message("tooLarge"), 413);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    // The caller has aborted and reads no answer: not an error of the backend.
    throw error instanceof ApiError ? error : new ApiError("DRS.M00007", message("brokenOff"));
  }
  return Buffer.concat(chunks);
}

function asRefusal(error: unknown): ApiError {
  return error instanceof ApiError ? error : internalError(error);
}
