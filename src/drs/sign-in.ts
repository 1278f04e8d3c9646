/** How a call proves who sends it: a signature with an access key, or a token of IAM. */
import * as v from "valibot";
import { bodyOf } from "./answer";
import { DrsError, faultOf } from "./errors";
import { signedHeaders } from "./signer";
import { type Outgoing, Transport } from "./transport";

/** A way to sign in; one for each connection. */
export interface SignIn {
  /** The headers that are to go with a request, itself without them. */
  headers(request: Outgoing, signal: AbortSignal | undefined): Promise<Readonly<Record<string, string>>>;
  /** Takes note that the service refused these headers; answers whether others can be had at once. */
  onRejected(headers: Readonly<Record<string, string>>): boolean;
  dispose(): void;
}

/** An access key: permanent, or temporary with its security token. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

/**
 * Signs each request (`SDK-HMAC-SHA256`).
 *
 * @param projectId absent for services without projects, such as IAM.
 */
export function keySignIn(key: AccessKey, projectId?: string): SignIn {
  const project = projectId === undefined ? {} : { "x-project-id": projectId };
  return {
    headers: async ({ method, url, body }) => signedHeaders({ method, url, body }, key, project),
    onRejected: () => false,
    dispose: () => undefined,
  };
}

/** An IAM user. `domain` is the name of the account it belongs to. */
export interface IamUser {
  /** Such as `https://iam.myhuaweicloud.com`. */
  readonly iamEndpoint: string;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** The project of the token; a region's own project has the region's name. */
  readonly project: { readonly name: string } | { readonly id: string };
}

const tokenTimeoutMs = 30_000;
/** A token is renewed this long before its end, which is 24 hours after its beginning. */
const renewBeforeMs = 30 * 60_000;
const assumedLifeMs = 23 * 3_600_000;
const freshMs = 60_000;

const tokenAnswer = v.looseObject({ token: v.nullish(v.looseObject({ expires_at: v.nullish(v.string()) })) });

interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Milliseconds since 1970. */
  readonly renewAt: number;
}

/** Signs in with user and password and sends the token (`POST /v3/auth/tokens`), one for all calls until it ends. */
export function tokenSignIn(iam: IamUser): SignIn {
  const transport = new Transport(new URL(iam.iamEndpoint));
  let token: Token | undefined;
  /** The one sign-in under way, for which all callers wait. */
  let asking: Promise<Token> | undefined;

  const isFresh = ({ askedAt }: Token) => Date.now() - askedAt < freshMs && Date.now() >= askedAt;
  const ask = async (): Promise<Token> => {
    try {
      token = await tokenOf(iam, transport);
      return token;
    } finally {
      asking = undefined;
    }
  };
  return {
    headers: async () => {
      // A token that ends at once, by a clock that is off, is used all the same while it is new.
      if (token === undefined || (token.renewAt <= Date.now() && !isFresh(token))) {
        asking ??= ask();
        return { "x-auth-token": (await asking).value };
      }
      return { "x-auth-token": token.value };
    },
    // A token may be withdrawn before its end; the refusal of a new one is about the user.
    onRejected: (headers) => {
      if (token === undefined || headers["x-auth-token"] !== token.value) {
        return true;
      }
      const old = !isFresh(token);
      token = undefined;
      return old;
    },
    dispose: () => transport.dispose(),
  };
}

async function tokenOf({ iamEndpoint, domain, user, password, project }: IamUser, transport: Transport) {
  const operation = "createToken";
  const askedAt = Date.now();
  const url = new URL("/v3/auth/tokens", iamEndpoint);
  const identity = {
    methods: ["password"],
    password: { user: { name: user, password, domain: { name: domain } } },
  };
  const answer = await transport.exchange(
    {
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity, scope: { project } } }),
    },
    { operation, reads: true, timeoutMs: tokenTimeoutMs },
  );
  const body = v.safeParse(tokenAnswer, bodyOf(answer, { operation, host: url.host, reads: true }));
  const value = answer.header("x-subject-token");
  if (!body.success || value === undefined) {
    throw new DrsError({ operation, kind: "protocol", ...faultOf("schemaMismatch", "X-Subject-Token") });
  }
  const end = Date.parse(body.output.token?.expires_at ?? "");
  return { value, askedAt, renewAt: Number.isNaN(end) ? Date.now() + assumedLifeMs : end - renewBeforeMs };
}
