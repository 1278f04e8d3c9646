/** The projects that an account has in a region, as IAM lists them. */
import * as v from "valibot";
import { bodyOf } from "./answer";
import { DrsError, faultOf } from "./errors";
import type { SignIn } from "./sign-in";
import { Transport } from "./transport";

export interface Project {
  readonly id: string;
  readonly name: string;
}

const timeoutMs = 15_000;

const answerSchema = v.looseObject({
  projects: v.array(v.looseObject({ id: v.string(), name: v.string() })),
});

/**
 * The projects with this name (`GET /v3/projects?name=`); the project of a region has the region's name. Needs a user
 * who may list projects.
 *
 * @param iamEndpoint such as `https://iam.cn-north-4.myhuaweicloud.com`
 * @throws DrsError, but for the caller's own abort, which is thrown as it is.
 */
export async function projectsNamed(
  name: string,
  iamEndpoint: string,
  signIn: SignIn,
  signal?: AbortSignal,
): Promise<readonly Project[]> {
  const operation = "listProjects";
  const url = new URL("/v3/projects", iamEndpoint);
  url.searchParams.set("name", name);
  const request = { method: "GET", url, headers: { "content-type": "application/json" }, body: "" } as const;
  const transport = new Transport(url);
  try {
    const proof = await signIn.headers(request, signal);
    const answer = await transport.exchange(
      { ...request, headers: { ...request.headers, ...proof } },
      { operation, reads: true, signal, timeoutMs },
    );
    const parsed = v.safeParse(answerSchema, bodyOf(answer, { operation, host: url.host, reads: true }));
    if (!parsed.success) {
      throw new DrsError({ operation, kind: "protocol", ...faultOf("schemaMismatch", "projects") });
    }
    return parsed.output.projects.map(({ id, name }) => ({ id, name }));
  } finally {
    transport.dispose();
  }
}
