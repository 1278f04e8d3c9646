import type { Job } from "../jobs/job";

/** The filter of a list; a field that is absent or empty lets every task pass. */
export interface Filter {
  /** A task's id or a part of its name; several ids separated by commas. */
  readonly name?: string | null | undefined;
  /** One status or several separated by commas. */
  readonly status?: string | null | undefined;
  readonly engine_type?: string | null | undefined;
  readonly net_type?: string | null | undefined;
  readonly enterprise_project_id?: string | null | undefined;
  readonly instance_ids?: readonly string[] | null | undefined;
  readonly instance_ip?: string | null | undefined;
  readonly tags?: Readonly<Record<string, string>> | null | undefined;
}

/** How a client asks for the tasks of all enterprise projects. */
const allAccounts = ["all", "all_granted_eps"];

/** Which tasks a list with this filter shows. A list may have thousands, so that only what is asked for is looked at. */
export function wantedBy(filter: Filter): Condition {
  const names = partsOf(filter.name);
  const statuses = partsOf(filter.status);
  const { engine_type, net_type, enterprise_project_id: account, instance_ip: host } = filter;
  const instances = filter.instance_ids ?? [];
  const tags = Object.entries(filter.tags ?? {});
  const conditions: readonly Condition[] = [
    ...when(
      names.length > 0,
      ({ id, name }) => names.includes(id) || names.some((part) => name.includes(part)),
    ),
    ...when(statuses.length > 0, ({ status }) => statuses.includes(status)),
    ...when(Boolean(engine_type), ({ engineType }) => engineType === engine_type),
    ...when(Boolean(net_type), ({ netType }) => netType === net_type),
    ...when(Boolean(account) && !allAccounts.includes(account ?? ""), (job) => job.account === account),
    ...when(Boolean(host), ({ source, target }) => source.host === host || target.host === host),
    ...when(instances.length > 0, (job) => hasInstance(job, instances)),
    ...tags.map(
      ([key, value]): Condition =>
        (job) =>
          job.tags.some((tag) => tag.key === key && tag.value === value),
    ),
  ];
  return (job) => conditions.every((holds) => holds(job));
}

type Condition = (job: Job) => boolean;

function when(isAskedFor: boolean, condition: Condition): readonly Condition[] {
  return isAskedFor ? [condition] : [];
}

function partsOf(list: string | null | undefined): readonly string[] {
  return (list ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function hasInstance({ source, target }: Job, ids: readonly string[]): boolean {
  return [source, target].some(({ shown }) => ids.includes(shown.inst_id ?? ""));
}
