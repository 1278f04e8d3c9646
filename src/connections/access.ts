/** From a connection and its secret to what a client needs. */
import { type AccessKey, keySignIn, type SignIn, tokenSignIn } from "../drs/sign-in";
import type { CloudConnection, Connection, Secret } from "./connection";

/** What a client needs to sign its requests. */
export interface Access {
  /** Empty while the project is being looked up. */
  readonly projectId: string;
  readonly signIn: SignIn;
  /** The local backend's key. */
  readonly key?: AccessKey | undefined;
}

/** Why a connection cannot sign in: its secret is no longer stored, or the environment has no key or names no project. */
export type Missing = "secret" | "environment" | "project";

/** The variables of Huawei Cloud's own tools. */
export const environmentNames = {
  accessKey: "HUAWEICLOUD_SDK_AK",
  secretKey: "HUAWEICLOUD_SDK_SK",
  projectId: "HUAWEICLOUD_SDK_PROJECT_ID",
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The access of a connection, or what is missing for it.
 *
 * @param secret as SecretStorage has it; not used for a connection that signs in with the environment's key.
 */
export function accessOf(
  connection: Connection,
  secret: Secret | undefined,
  environment: Environment,
): Access | Missing {
  if (usesEnvironment(connection)) {
    const key = environmentKey(environment);
    const projectId = projectOf(connection, environment);
    return key === undefined
      ? "environment"
      : projectId === ""
        ? "project"
        : { projectId, signIn: keySignIn(key, projectId) };
  }
  const { projectId } = connection;
  const signIn = secret && signInOf(connection, secret, projectId);
  if (secret === undefined || signIn === undefined) {
    return "secret";
  }
  const key = connection.kind === "local" && "accessKey" in secret ? secret : undefined;
  return { projectId, signIn, key };
}

/**
 * The way to sign in to IAM, before the project is known.
 *
 * @returns what is missing when there is no way.
 */
export function iamSignIn(
  connection: CloudConnection,
  secret: Secret | undefined,
  environment: Environment,
): SignIn | Missing {
  if (usesEnvironment(connection)) {
    const key = environmentKey(environment);
    return key === undefined ? "environment" : keySignIn(key);
  }
  return (secret && signInOf(connection, secret, undefined)) ?? "secret";
}

/** The project of a connection; one that signs in with the environment's key uses the environment's project, if it names one. */
export function projectOf(connection: Connection, environment: Environment): string {
  const named = usesEnvironment(connection) ? environmentProject(environment) : undefined;
  return named ?? connection.projectId;
}

function usesEnvironment(connection: Connection): boolean {
  return connection.kind === "cloud" && connection.signIn.kind === "environment";
}

/** The key in the environment; undefined when a part of it is not set. */
export function environmentKey(environment: Environment): AccessKey | undefined {
  const accessKey = environment[environmentNames.accessKey]?.trim();
  const secretKey = environment[environmentNames.secretKey]?.trim();
  return accessKey && secretKey ? { accessKey, secretKey } : undefined;
}

/** The project in the environment, if it names one. */
export function environmentProject(environment: Environment): string | undefined {
  return environment[environmentNames.projectId]?.trim() || undefined;
}

/** Undefined when the secret is not one of the connection's kind. */
function signInOf(connection: Connection, secret: Secret, projectId: string | undefined): SignIn | undefined {
  if (connection.kind === "local" || connection.signIn.kind !== "user") {
    const temporary = connection.kind === "cloud" && connection.signIn.kind === "temporaryKey";
    const fits = "accessKey" in secret && temporary === (secret.securityToken !== undefined);
    return fits ? keySignIn(secret, projectId) : undefined;
  }
  const { domain, user } = connection.signIn;
  const { iamEndpoint, region } = connection;
  if (!("password" in secret) || iamEndpoint === undefined) {
    return undefined;
  }
  const project = projectId === undefined ? { name: region } : { id: projectId };
  return tokenSignIn({ iamEndpoint, domain, user, password: secret.password, project });
}
