/** As much of IAM as sign-in by token and the look-up of a project need. */
import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { Identity } from "../data-dir";
import type { Env } from "../env";
import { message, render } from "../messages";
import { iamCalls } from "./iam-calls";
import { checked, jsonOf } from "./input";
import { issueToken, tokenLifeMs } from "./tokens";

/** The name of the one project, as that of a region. */
const projectName = "local";

const tokenRequest = v.looseObject({
  auth: v.looseObject({
    identity: v.looseObject({
      methods: v.array(v.string()),
      password: v.looseObject({ user: v.looseObject({ name: v.string(), password: v.string() }) }),
    }),
    scope: v.nullish(
      v.looseObject({
        project: v.nullish(v.looseObject({ name: v.nullish(v.string()), id: v.nullish(v.string()) })),
      }),
    ),
  }),
});

/** `POST /v3/auth/tokens`, the one call of the API that needs no proof of its own. */
export function isTokenCall(method: string, path: string): boolean {
  const call = iamCalls.createToken;
  return method === call.method && path === call.path;
}

/** The user's name is the access key, the password the secret key; the name of the account may be any. */
export function iamRoutes(identity: Identity): Hono<Env> {
  const app = new Hono<Env>();
  const project = {
    ...{ id: identity.projectId, name: projectName, domain_id: "local", parent_id: "local" },
    ...{ enabled: true, is_domain: false, description: "" },
  };

  app.post(iamCalls.createToken.path, (c) => {
    const { auth } = checked(tokenRequest, jsonOf(c.get("body")));
    const { user } = auth.identity.password;
    const { name, id } = auth.scope?.project ?? {};
    const known = [equal(user.name, identity.accessKey), equal(user.password, identity.secretKey)];
    const isHere = (name ?? projectName) === projectName && (id ?? project.id) === project.id;
    if (known.includes(false) || !auth.identity.methods.includes("password") || !isHere) {
      const language = c.req.header("x-language")?.toLowerCase() === "zh-cn" ? "zh" : "en";
      const text = render(message(isHere ? "badUser" : "noProject", { name: name ?? id ?? "" }), language);
      return c.json({ error: { code: 401, message: text, title: "Unauthorized" } }, 401);
    }
    const now = Date.now();
    c.header("X-Subject-Token", issueToken(identity, now));
    return c.json(
      {
        token: {
          issued_at: new Date(now).toISOString(),
          expires_at: new Date(now + tokenLifeMs).toISOString(),
          methods: ["password"],
          project: { id: project.id, name: project.name, domain: { id: "local", name: "local" } },
          user: { id: identity.accessKey, name: identity.accessKey, domain: { id: "local", name: "local" } },
          roles: [],
          catalog: [],
        },
      },
      iamCalls.createToken.success,
    );
  });

  app.get(iamCalls.listProjects.path, (c) => {
    const name = c.req.query("name");
    return c.json({ projects: (name ?? projectName) === projectName ? [project] : [], links: {} });
  });
  return app;
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
