/** A problem report: facts without names, addresses, ids of tasks and projects, or secrets. */
import type { ConnectionState } from "../connections/session-manager";
import { isDrsError } from "../drs/errors";
import { statusOrder } from "../status/statuses";
import type { Snapshot } from "../tasks/store";
import type { Task } from "../tasks/task";

/** Facts of the surroundings, such as `VS Code` → `1.120.0`. */
export type Surroundings = Readonly<Record<string, string>>;

/** The value of a setting that the user has set. */
export interface SettingFact {
  readonly key: string;
  readonly value: unknown;
}

/** The facts of a connection that a report reads. */
export type Reported = Pick<ConnectionState, "connection" | "phase" | "missing" | "readOnly"> & {
  readonly session: { readonly store: { readonly snapshot: Snapshot } } | undefined;
};

/** Only what comes from the extension itself is included as it is: its own errors' codes, numbers, and words of its tables. */
export function reportOf(
  surroundings: Surroundings,
  settings: readonly SettingFact[],
  shown: readonly Reported[],
  now: number,
): string {
  return [
    ...section(
      "Surroundings",
      Object.entries(surroundings).map(([name, value]) => `${name}: ${value}`),
    ),
    ...section(
      "Settings that are not the usual ones",
      settings.map(({ key, value }) => `${key}: ${settingText(value)}`),
    ),
    ...shown.flatMap((state, index) => section(`Connection ${index + 1}`, connectionFacts(state, now))),
  ].join("\n");
}

const remotes = ["wsl", "ssh-remote", "dev-container", "attached-container", "codespaces", "tunnel"];

/** The kind of remote, from VS Code's name for it, which may also be the address of somebody's server. */
export function remoteKind(name: string | undefined): string {
  return name === undefined ? "none" : remotes.includes(name) ? name : "another";
}

function section(title: string, lines: readonly string[]): readonly string[] {
  const listed = lines.length === 0 ? ["none"] : lines;
  return [`## ${title}`, "", ...listed.map((line) => `- ${line}`), ""];
}

/** Numbers and switches as they are; texts may be paths or names. */
function settingText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  return Array.isArray(value) ? `${value.length} entries` : "set";
}

function connectionFacts({ connection, phase, session, missing, readOnly }: Reported, now: number): string[] {
  const { tasks, asOf, unread, problem } = session?.store.snapshot ?? {};
  const all = [...(tasks?.values() ?? [])];
  return [
    ...(connection.kind === "local"
      ? ["kind: local backend"]
      : [
          `kind: cloud, site: ${connection.site}, sign-in: ${connection.signIn.kind}`,
          ...(connection.site === "private" ? [] : [`region: ${connection.region}`]),
        ]),
    `state: ${phase}${missing === undefined ? "" : `, missing: ${missing}`}${readOnly === undefined ? "" : ", read-only"}`,
    `tasks: ${all.length}${unread === undefined ? "" : ` of ${unread.of} read`}`,
    ...countsOf(all, ({ status }) => status, statusOrder).map((count) => `status ${count}`),
    ...countsOf(all, ({ error }) => codeIn(error?.code)).map((count) => `error ${count}`),
    `last read: ${asOf === undefined ? "never" : `${Math.round((now - asOf) / 1000)} s ago`}`,
    ...(problem === undefined ? [] : [`problem: ${problemFacts(problem)}`]),
  ];
}

function countsOf(
  tasks: readonly Task[],
  keyOf: (task: Task) => string | undefined,
  order: readonly string[] = [],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    const key = keyOf(task);
    if (key !== undefined) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([key, count]) => `${key}: ${count}`);
}

/** A code of the service or an SQLSTATE; anything else may be a text of somebody's. */
function codeIn(code: string | undefined): string | undefined {
  return code !== undefined && /^[A-Z0-9][A-Z0-9._-]{1,23}$/.test(code) ? code : undefined;
}

function problemFacts(problem: unknown): string {
  if (!isDrsError(problem)) {
    return problem instanceof Error ? problem.name : "unknown";
  }
  const { kind, operation, fault, status, code, requestId } = problem.failure;
  const facts = {
    kind,
    operation,
    fault: fault?.id,
    status,
    code: codeIn(code),
    request: requestIdIn(requestId),
  };
  return Object.entries(facts)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(", ");
}

function requestIdIn(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w-]{8,64}$/.test(id) ? id : undefined;
}
