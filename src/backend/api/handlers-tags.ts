/** Tags of tasks. Two families of paths do the same. */
import type { InputOf } from "../../drs/all-operations";
import type { Job } from "../jobs/job";
import { ApiError, message } from "../messages";
import { knownJob } from "./known-job";
import type { Parts } from "./parts";
import type { Handlers } from "./server";

/** Tags of one task. */
const mostTags = 20;

type Change = InputOf<"changeTags">;

/** Operations for tags, of both families. @throws ApiError DRS.M00289 for an unknown task. */
export function createHandlersTags({
  store,
  controller,
}: Parts): Pick<
  Handlers,
  | "changeTags"
  | "showTags"
  | "listProjectTags"
  | "addResourceTags"
  | "removeResourceTags"
  | "showResourceTags"
  | "listTags"
  | "listTagged"
  | "countTagged"
> {
  const change = async (id: string, action: Change["action"], tags: Change["tags"]) => {
    knownJob(store, id);
    const named = new Map(tags.map(({ key, value }) => [key, value ?? ""]));
    await store.update(id, (job) => {
      const kept = job.tags.filter(({ key }) => !named.has(key));
      const added = action === "create" ? [...named].map(([key, value]) => ({ key, value })) : [];
      if (kept.length + added.length > mostTags) {
        const reason = `at most ${mostTags} tags`;
        throw new ApiError("DRS.M00007", message("invalidField", { field: "tags", reason }));
      }
      return { ...job, tags: [...kept, ...added] };
    });
    controller.wake();
    return {};
  };
  const ofType = (type: string) => store.all().filter(({ dbUseType }) => dbUseType === type);
  const allTags = (type: string) => {
    const values = new Map<string, Set<string>>();
    for (const { key, value } of ofType(type).flatMap(({ tags }) => tags)) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
    return { tags: [...values].map(([key, all]) => ({ key, values: [...all] })) };
  };
  const tagged = (wanted: InputOf<"countTagged">) =>
    ofType(wanted.resource_type).filter((job) => isTagged(job, wanted));

  return {
    changeTags: async ({ job_id, action, tags }) => await change(job_id, action, tags),
    addResourceTags: async ({ resource_id, tags }) => await change(resource_id, "create", tags),
    removeResourceTags: async ({ resource_id, tags }) => await change(resource_id, "delete", tags),
    showTags: async ({ job_id }) => ({ tags: knownJob(store, job_id).tags }),
    showResourceTags: async ({ resource_id }) => ({ tags: knownJob(store, resource_id).tags }),
    listProjectTags: async ({ resource_type }) => allTags(resource_type),
    listTags: async ({ resource_type }) => allTags(resource_type),
    countTagged: async (wanted) => ({ total_count: tagged(wanted).length }),
    listTagged: async ({ offset, limit, ...wanted }) => {
      const all = tagged(wanted);
      return {
        total_count: all.length,
        resources: all.slice(offset, offset + limit).map(({ id, name, tags }) => ({
          ...{ resource_id: id, resource_name: name, resource_detail: null, tags },
        })),
      };
    },
  };
}

/** A tag without values stands for any of its values. */
function isTagged({ name, tags }: Job, { without_any_tag, tags: wanted, matches }: InputOf<"countTagged">) {
  const has = ({ key, values }: { readonly key: string; readonly values: readonly string[] }) =>
    tags.some((tag) => tag.key === key && (values.length === 0 || values.includes(tag.value)));
  return (
    (without_any_tag === true ? tags.length === 0 : (wanted ?? []).every(has)) &&
    (matches ?? []).every(({ key, value }) => key === "resource_name" && name.includes(value))
  );
}
