import { languageOf } from "../backend-client/control-api";
import { verifyBackend } from "../backend-client/discovery";
import { KeepAlive } from "../backend-client/keep-alive";
import { localTasksOf } from "../backend-client/local-tasks";
import { WarningsReader } from "../backend-client/warnings";
import { DrsClient } from "../drs/client";
import { systemClock } from "../drs/clock";
import { CredentialBreaker } from "../drs/credential-breaker";
import { EitherVersion } from "../drs/either-version";
import { RateLimiter } from "../drs/rate-limiter";
import type { Localizer } from "../l10n/localizer";
import { TaskStore } from "../tasks/store";
import { Control, type TaskSession } from "../tasks/use-cases/control";
import type { Access } from "./access";
import type { Connection } from "./connection";
import { pollIntervalsOf } from "./poll-intervals";

// With this file of their own, which holds the client, so that it is loaded once.
export { projectsNamed } from "../drs/projects";
export { RateLimiter } from "../drs/rate-limiter";
export { accessOf, environmentKey, environmentProject, iamSignIn } from "./access";
export { credentialOf, RejectedCredentials } from "./rejected-credentials";

/** A connection in use: its client and what is known of its tasks. */
export interface Session extends TaskSession {
  /** As it was opened; its name may be another one by now. */
  readonly connection: Connection;
  readonly store: TaskStore;
  /** Reads at once, over new connections, after the machine slept. */
  wake(): void;
  /** Lets calls pass again after a refused proof of identity or permission; on the user's demand only. */
  tryAgain(): void;
  dispose(): void;
}

export interface SessionOptions {
  /** Decides the language of the service's messages. */
  readonly l10n: Pick<Localizer, "language" | "t">;
  /** What the user allows a connection to the cloud; read when needed. */
  readonly limits: {
    /** Requests in five minutes. */
    requests(): number;
    /** How long a call may take, in milliseconds. */
    timeoutMs(): number;
  };
  /** Receives a line about every part of an answer that is not what the API promises. */
  readonly warn: (message: string) => void;
  /** Of what the connection signs in with, where several sessions do; absent: its own. */
  readonly breaker?: CredentialBreaker | undefined;
  /** Of the connection, where its sessions follow one another: showing it again gives no more to spend. */
  readonly rateLimiter?: RateLimiter | undefined;
}

/** Opens a session. Nothing is asked until the store is needed; a local backend learns at once that it is used. */
export function openSession(
  connection: Connection,
  { projectId, signIn, key }: Access,
  {
    l10n,
    limits,
    warn,
    breaker = new CredentialBreaker(),
    rateLimiter = new RateLimiter(limits.requests),
  }: SessionOptions,
): Session {
  const { endpoint } = connection;
  const local = connection.kind === "local" && key !== undefined ? { endpoint, key } : undefined;
  const own = new DrsClient({
    endpoint,
    projectId,
    signIn,
    language: languageOf(l10n),
    timeoutMs: limits.timeoutMs,
    rateLimiter: connection.kind === "cloud" ? rateLimiter : undefined,
    // The local backend locks nothing.
    breaker: connection.kind === "cloud" ? breaker : undefined,
    verify: local && ((operation) => verifyBackend(endpoint, local.key.secretKey, operation)),
    onMismatch: warn,
  });
  const client = new EitherVersion(own, connection.enterpriseProject?.id);
  const warnings = local && new WarningsReader(local, languageOf(l10n));
  const store = new TaskStore(
    client,
    pollIntervalsOf[connection.kind],
    systemClock,
    warnings && ((signal) => warnings.read(signal)),
    connection.kind === "cloud",
  );
  const control = new Control();
  const presence = local && new KeepAlive(local);
  return {
    connection,
    client,
    store,
    control,
    ...(local && { local: localTasksOf(local, l10n) }),
    wake: () => {
      own.renewConnections();
      store.wake();
    },
    tryAgain: () => {
      breaker.reset();
      control.reset();
      store.forgetRefusals();
    },
    dispose: () => {
      presence?.dispose();
      store.dispose();
      own.dispose();
    },
  };
}
