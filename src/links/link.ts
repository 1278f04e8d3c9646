/**
 * Links to tasks that work on any machine: they name a connection by what it leads to, not by this machine's id or name
 * for it.
 */
import { type Environment, projectOf } from "../connections/access";
import type { Connection } from "../connections/connection";
import { type AgentAction, actionIds, isForAgents } from "../status/actions";

/** `publisher.name` of package.json. */
export const extensionId = "drs-sync-tasks.drs-sync-tasks";

/** The walkthrough of package.json, as VS Code calls it. */
export const walkthroughId = `${extensionId}#start`;

export interface TaskLink {
  readonly id: string;
  /** Address of the DRS endpoint, and project; undefined: the local backend of the user who opens the link. */
  readonly place: { readonly endpoint: string; readonly projectId: string } | undefined;
  readonly action?: AgentAction | undefined;
}

/** The query of a link to a task, such as `id=…&endpoint=…&project=…`. */
export function linkQuery(id: string, connection: Connection, environment: Environment): string {
  const place: Record<string, string> =
    connection.kind === "local"
      ? { local: "true" }
      : { endpoint: connection.endpoint, project: projectOf(connection, environment) };
  return new URLSearchParams({ id, ...place }).toString();
}

/** The target of a link; undefined for anything that is not a link of this extension. Links come from anywhere. */
export function parseLink(path: string, query: string): TaskLink | undefined {
  const fields = [...new URLSearchParams(query)];
  const known = new Map(fields);
  const names = ["id", "endpoint", "project", "local", "action"];
  if (path !== "/task" || known.size !== fields.length || fields.some(([name]) => !names.includes(name))) {
    return undefined;
  }
  const id = known.get("id") ?? "";
  const endpoint = known.get("endpoint");
  const project = known.get("project");
  const local = known.get("local") === "true" && endpoint === undefined && project === undefined;
  const place =
    endpoint === undefined || project === undefined ? undefined : { endpoint, projectId: project };
  const asked = known.get("action");
  const action = actionIds.filter(isForAgents).find((one) => one === asked);
  const isWhole =
    isIdentifier(id) &&
    (local || (known.get("local") === undefined && place !== undefined && isPlace(place))) &&
    (asked === undefined || action !== undefined);
  return isWhole ? { id, place, action } : undefined;
}

/** The connections that a link may be about, among those that there are: several may lead to one project. */
export function connectionsOf(
  { place }: TaskLink,
  all: readonly Connection[],
  environment: Environment,
): readonly Connection[] {
  return all.filter((connection) =>
    place === undefined
      ? connection.kind === "local"
      : connection.kind === "cloud" &&
        connection.endpoint === place.endpoint &&
        projectOf(connection, environment) === place.projectId,
  );
}

function isIdentifier(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text);
}

function isPlace({ endpoint, projectId }: NonNullable<TaskLink["place"]>): boolean {
  return isIdentifier(projectId) && URL.canParse(endpoint) && new URL(endpoint).origin === endpoint;
}
