/** A connection while the user answers the questions about it. */

import { isSafeEndpoint } from "../../drs/endpoint";
import type { Failure } from "../../drs/errors";
import { endpointsOf, type Site, type SiteId, sites } from "../../drs/regions";
import type { Translate } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import type { CloudConnection, Secret, SignInFacts } from "../connection";

/** The answers so far. Holds the secret: it is for the memory only. */
export interface Draft {
  readonly id: string;
  readonly site?: SiteId | "private" | undefined;
  readonly endpoint?: string | undefined;
  /** Empty: the private site has no identity service. */
  readonly iamEndpoint?: string | undefined;
  readonly signIn?: SignInFacts["kind"] | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly securityToken?: string | undefined;
  readonly domain?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly region?: string | undefined;
  readonly projectId?: string | undefined;
  readonly name?: string | undefined;
}

/** A question; its name is that of the answer. */
export type Step = Exclude<keyof Draft, "id">;

/** Answers that are never shown again. */
export const secretSteps: ReadonlySet<Step> = new Set(["secretKey", "securityToken", "password"]);

const stepsOfSignIn: Readonly<Record<SignInFacts["kind"], readonly Step[]>> = {
  permanentKey: ["accessKey", "secretKey"],
  temporaryKey: ["accessKey", "secretKey", "securityToken"],
  user: ["domain", "user", "password"],
  environment: [],
};

/**
 * The questions that the answers so far call for, in their order. An answer changes only what comes after it.
 *
 * @param scope `secret`: only what the connection signs in with.
 * @param projectGiven whether the environment names the project.
 */
export function stepsOf(draft: Draft, scope: "all" | "secret", projectGiven: boolean): readonly Step[] {
  const { site, signIn } = draft;
  const secret = signIn === undefined ? [] : stepsOfSignIn[signIn];
  if (scope === "secret") {
    return secret;
  }
  const address: readonly Step[] = site === "private" ? ["endpoint", "iamEndpoint"] : [];
  const asksRegion = site === "private" ? draft.iamEndpoint !== "" : (siteOf(draft)?.regions.length ?? 2) > 1;
  const asksProject = !(signIn === "environment" && projectGiven);
  return [
    "site",
    ...address,
    "signIn",
    ...secret,
    ...(asksRegion ? (["region"] as const) : []),
    ...(asksProject ? (["projectId"] as const) : []),
    "name",
  ];
}

/** The public site of a draft. */
export function siteOf({ site }: Draft): Site | undefined {
  return sites.find(({ id }) => id === site);
}

/** The question whose answer a failed first call is most likely about. */
export function suspect(draft: Draft, { kind, fault }: Pick<Failure, "kind" | "fault">): Step {
  switch (kind) {
    case "authentication":
      return fault?.id === "clockSkew"
        ? "name"
        : (stepsOfSignIn[draft.signIn ?? "environment"][0] ?? "signIn");
    case "permission":
    case "notFound":
    case "validation":
      return "projectId";
    default:
      return draft.site === "private" ? "endpoint" : "region";
  }
}

/** A secret goes to the address that it was given for, and to no other one. */
const noSecret = { secretKey: undefined, securityToken: undefined, password: undefined };

/** The objection to a typed answer; undefined: none. `names`: of the other connections. */
export function objection(
  step: Step,
  text: string,
  draft: Draft,
  names: readonly string[],
  t: Translate,
): Shown | undefined {
  const value = text.trim();
  if (step === "iamEndpoint" && value === "" && draft.signIn !== "user") {
    return undefined;
  }
  if (value === "") {
    const kept = secretSteps.has(step) && draft[step] !== undefined;
    return kept ? undefined : t("This value is required.");
  }
  switch (step) {
    case "endpoint":
    case "iamEndpoint":
      return isSafeEndpoint(value)
        ? undefined
        : /^http:/i.test(value)
          ? t("Enter an https address. Plain http is only for services on this machine.")
          : t("Enter an https address without a path, such as https://drs.example.com.");
    case "name":
      return names.includes(value) ? t("A connection with this name already exists.") : undefined;
    case "accessKey":
    case "secretKey":
    case "securityToken":
    case "projectId":
      // Anything else comes from a copy that took too much, and cannot be sent in a header.
      return /^[!-~]+$/.test(value) ? undefined : t("Use only letters, digits, and symbols, without spaces.");
    default:
      return undefined;
  }
}

/**
 * The draft with an answer. An empty answer to the question for a secret keeps the one that is known; a secret that
 * belongs to another key or user, or was given for another address, is forgotten.
 */
export function answered(draft: Draft, step: Step, text: string): Draft {
  const value = text.trim();
  if (secretSteps.has(step)) {
    // A password may begin or end with a blank.
    return text === "" ? draft : { ...draft, [step]: step === "password" ? text : value };
  }
  const answer = step.endsWith("ndpoint") && value !== "" ? new URL(value).origin : value;
  const next: Draft = { ...draft, [step]: answer };
  switch (draft[step] === answer ? undefined : step) {
    case "accessKey":
      return { ...next, secretKey: undefined, securityToken: undefined };
    case "domain":
    case "user":
      return { ...next, password: undefined };
    case "endpoint":
    case "iamEndpoint":
      return { ...next, ...noSecret };
    case "site":
      return { ...next, ...noSecret, region: undefined, projectId: undefined, name: undefined };
    case "region":
      return { ...next, projectId: undefined, name: undefined };
    default:
      return next;
  }
}

/** A name that no other connection has. */
export function proposedName(draft: Draft, names: readonly string[]): string {
  const base = connectionOf(draft).region;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} (${number})`;
    if (!names.includes(name)) {
      return name;
    }
  }
}

/** The connection of an answered draft, without its secret. */
export function connectionOf(draft: Draft): CloudConnection {
  const site = siteOf(draft);
  const region = draft.region ?? site?.regions[0] ?? "";
  const place =
    site === undefined
      ? { endpoint: draft.endpoint ?? "", iamEndpoint: draft.iamEndpoint || undefined }
      : endpointsOf(site, region);
  return {
    id: draft.id,
    kind: "cloud",
    name: draft.name ?? "",
    site: draft.site ?? "private",
    region: region || hostOf(place.endpoint),
    ...place,
    projectId: draft.projectId ?? "",
    signIn: signInOf(draft),
  };
}

/** The secret of an answered draft; undefined when the environment has it. */
export function secretOf({
  signIn,
  accessKey,
  secretKey,
  securityToken,
  password,
}: Draft): Secret | undefined {
  switch (signIn) {
    case "permanentKey":
      return accessKey && secretKey ? { accessKey, secretKey } : undefined;
    case "temporaryKey":
      return accessKey && secretKey && securityToken ? { accessKey, secretKey, securityToken } : undefined;
    case "user":
      return password === undefined ? undefined : { password };
    default:
      return undefined;
  }
}

/** The draft that changes a connection. */
export function draftOf(connection: CloudConnection, secret: Secret | undefined): Draft {
  const { id, site, region, projectId, name, signIn } = connection;
  const address =
    site === "private"
      ? { endpoint: connection.endpoint, iamEndpoint: connection.iamEndpoint ?? "" }
      : undefined;
  const user = signIn.kind === "user" ? { domain: signIn.domain, user: signIn.user } : undefined;
  return { id, site, ...address, signIn: signIn.kind, ...user, ...secret, region, projectId, name };
}

function signInOf({ signIn, domain = "", user = "" }: Draft): SignInFacts {
  return signIn === "user" ? { kind: signIn, domain, user } : { kind: signIn ?? "permanentKey" };
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : "";
}
