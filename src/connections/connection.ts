import type { LocalAccess } from "../backend-client/access";
import type { SiteId } from "../drs/regions";
import type { AccessKey } from "../drs/sign-in";

/** Whose tasks are shown. Holds no secret: connections are kept in VS Code's state, as they are. */
export type Connection = LocalConnection | CloudConnection;

interface Place {
  /** Never changes, unlike the name. */
  readonly id: string;
  /** The name that the user has chosen, or that of the local backend. */
  readonly name: string;
  readonly endpoint: string;
  /** Empty when only the environment has it. */
  readonly projectId: string;
  /** The only enterprise project whose tasks are shown. */
  readonly enterpriseProject?: EnterpriseProject | undefined;
}

export interface EnterpriseProject {
  readonly id: string;
  readonly name: string;
}

/** The local backend of this machine; there is one. */
export interface LocalConnection extends Place {
  readonly kind: "local";
}

/** The local backend's connection, with what is needed to call it. */
export interface FoundBackend extends LocalAccess {
  readonly connection: LocalConnection;
}

/** A project of a cloud. */
export interface CloudConnection extends Place {
  readonly kind: "cloud";
  readonly site: SiteId | "private";
  readonly region: string;
  /** Address of the identity service; absent where a private site has none. */
  readonly iamEndpoint?: string | undefined;
  readonly signIn: SignInFacts;
}

/** How a connection signs in, without the secret of it. */
export type SignInFacts =
  | { readonly kind: "permanentKey" }
  | { readonly kind: "temporaryKey" }
  | { readonly kind: "user"; readonly domain: string; readonly user: string }
  | { readonly kind: "environment" };

/** A connection's secret, which only SecretStorage keeps; the key of the local backend is in the backend's own file. */
export type Secret = AccessKey | { readonly password: string };

/** A task among those of all connections. */
export interface TaskRef {
  /** Id of the connection. */
  readonly connection: string;
  readonly id: string;
}

export const localId = "local";
