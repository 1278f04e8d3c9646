import type { Job } from "../jobs/job";

/** What a list may ask for; what is not given, or is empty, lets every task pass. */
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

/** Whether a list with this filter shows the task. */
export function isWanted(job: Job, filter: Filter): boolean {
  const names = partsOf(filter.name);
  const statuses = partsOf(filter.status);
  const is = (wanted: string | null | undefined, ...values: readonly string[]) =>
    !wanted || values.includes(wanted);
  return (
    (names.length === 0 || names.includes(job.id) || names.some((name) => job.name.includes(name))) &&
    (statuses.length === 0 || statuses.includes(job.status)) &&
    is(filter.engine_type, job.engineType) &&
    is(filter.net_type, job.netType) &&
    is(filter.enterprise_project_id, job.account, ...allAccounts) &&
    is(filter.instance_ip, job.source.host, job.target.host) &&
    hasInstance(job, filter.instance_ids ?? []) &&
    Object.entries(filter.tags ?? {}).every(([key, value]) =>
      job.tags.some((tag) => tag.key === key && tag.value === value),
    )
  );
}

function partsOf(list: string | null | undefined): readonly string[] {
  return (list ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function hasInstance({ source, target }: Job, ids: readonly string[]): boolean {
  return ids.length === 0 || [source, target].some(({ shown }) => ids.includes(shown.inst_id ?? ""));
}
