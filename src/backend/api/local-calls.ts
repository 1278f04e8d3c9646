/** `/_local`: what steers the backend itself; signed like every other call, and no part of the DRS API. */
import { createHash } from "node:crypto";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import * as v from "valibot";
import type { Env } from "../env";
import type { Faults } from "../faults/faults";
import { faultRequest } from "../faults/request";
import type { Language } from "../messages";
import type { Presences } from "../presence";
import { type CopyState, copyAgainRequest } from "./copy-again";
import { endsRequest } from "./ends";
import { checked, jsonOf, languageOf } from "./input";

/**
 * Calls to the running service. A balance of 0 or less freezes all tasks of the account: that is billing, not a
 * state of the engine, which is suspended and continues where it was after a top-up.
 */
export interface LocalCalls {
  /** The warnings about the streams of all tasks. */
  warnings(language: Language): unknown;
  balances(): Promise<unknown>;
  setBalance(account: string, balance: number): Promise<unknown>;
  /** How to log in to the demo's databases. */
  databases(): Promise<unknown>;
  /** Runs SQL in one of them. */
  sql(request: v.InferOutput<typeof sqlRequest>): Promise<unknown>;
  /** The remedy of a failed task. */
  remedy(id: string): Promise<unknown>;
  /** Runs SQL at an end of a task. */
  taskSql(id: string, request: v.InferOutput<typeof taskSqlRequest>): Promise<unknown>;
  /** Copies tables of a task again. */
  copyAgain(id: string, request: v.InferOutput<typeof copyAgainRequest>): Promise<CopyState>;
  copyState(id: string): CopyState;
  /** Data missing at the target if the task ended now. */
  unapplied(id: string): Promise<unknown>;
  /** Tries the ends of a task that does not exist yet. */
  ends(request: v.InferOutput<typeof endsRequest>, language: Language): Promise<unknown>;
  /** The measurements of a task during the last day. */
  measurements(id: string): Promise<unknown>;
  /** Why a task is behind. */
  delay(id: string): Promise<unknown>;
}

/** Calls that work whether the service is ready or not. */
export interface Controls {
  readonly faults: Faults;
  readonly presences: Presences;
  /** Puts everything back to the beginning; resolves when the service is ready again. */
  reset(): Promise<void>;
}

const accountRequest = v.object({
  account: v.optional(v.string(), "0"),
  balance: v.pipe(v.number(), v.finite()),
});

const sqlRequest = v.object({
  server: v.picklist(["source", "target"]),
  database: v.string(),
  sql: v.pipe(v.string(), v.nonEmpty()),
});

const taskSqlRequest = v.object({
  side: v.picklist(["source", "target"]),
  sql: v.pipe(v.string(), v.nonEmpty()),
  user: v.optional(v.string()),
  password: v.optional(v.string()),
  owner: v.optional(v.literal(true)),
});

/** @param service throws while the service is not ready. */
export function localRoutes({ faults, presences, reset }: Controls, service: () => LocalCalls): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/account", async (c) => c.json(await service().balances()));
  app.post("/account", async (c) => {
    const { account, balance } = checked(accountRequest, jsonOf(c.get("body")));
    return c.json(await service().setBalance(account, balance));
  });

  app.get("/warnings", (c) => {
    const body = JSON.stringify(service().warnings(languageOf(c)));
    const tag = `"${createHash("sha256").update(body).digest("base64url")}"`;
    c.header("ETag", tag);
    c.header("Vary", "X-Language");
    return c.req.header("if-none-match") === tag
      ? c.body(null, 304)
      : c.body(body, 200, { "Content-Type": "application/json" });
  });

  app.get("/databases", async (c) => c.json(await service().databases()));

  app.post("/sql", async (c) => c.json(await service().sql(checked(sqlRequest, jsonOf(c.get("body"))))));

  app.get("/tasks/:id/remedy", async (c) => c.json(await service().remedy(c.req.param("id"))));
  app.post("/tasks/:id/sql", async (c) =>
    c.json(await service().taskSql(c.req.param("id"), checked(taskSqlRequest, jsonOf(c.get("body"))))),
  );

  app.post("/ends", async (c) =>
    c.json(await service().ends(checked(endsRequest, jsonOf(c.get("body"))), languageOf(c))),
  );

  app.get("/tasks/:id/unapplied", async (c) => c.json(await service().unapplied(c.req.param("id"))));

  app.get("/tasks/:id/measurements", async (c) => c.json(await service().measurements(c.req.param("id"))));

  app.get("/tasks/:id/delay", async (c) => c.json(await service().delay(c.req.param("id"))));

  app.get("/tasks/:id/copy-again", (c) => c.json(service().copyState(c.req.param("id"))));
  app.post("/tasks/:id/copy-again", async (c) =>
    c.json(
      await service().copyAgain(c.req.param("id"), checked(copyAgainRequest, jsonOf(c.get("body")))),
      202,
    ),
  );

  app.get("/faults", (c) => c.json({ faults: faults.list() }));
  app.post("/faults", async (c) => c.json(await faults.add(checked(faultRequest, jsonOf(c.get("body"))))));
  app.delete("/faults", (c) => {
    faults.clear();
    return c.json({ faults: faults.list() });
  });
  app.delete("/faults/:id", (c) => {
    faults.remove(c.req.param("id"));
    return c.json({ faults: faults.list() });
  });

  // Held open by each client of this backend.
  app.get("/presence", (c) => {
    presences.hold(c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });

  app.post("/reset", async (c) => {
    await reset();
    return c.json({ status: "ok" });
  });
  return app;
}
