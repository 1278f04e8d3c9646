import assert from "node:assert/strict";
import { JobLists, remembered } from "../../../src/backend/api/job-lists";
import type { Capabilities } from "../../../src/backend/engine/engine";
import { newJobId } from "../../../src/backend/jobs/job";
import { newJob } from "../../support/simulated-job";

const can: Capabilities = {
  ...{ taskTypes: [], canPause: true, canEditObjects: true, canCopyAgain: true },
  ...{ canCompare: true, knowsProgress: true },
};

describe("lists of the local backend's tasks", () => {
  it("find the tasks of a list once for all of its pages, and again when a task has changed", () => {
    const store = { all: () => [newJob("FULL_TRANS")], revision: 1 };
    const lists = new JobLists(store);
    let found = 0;
    const page = (list: object) =>
      lists.of(list, (jobs) => {
        found++;
        return jobs;
      });
    const first = page({ name: "a" });
    assert.equal(page({ name: "a" }), first);
    assert.notEqual(page({ name: "b" }), first);
    assert.equal(found, 2);
    store.revision++;
    assert.notEqual(page({ name: "a" }), first);
    assert.equal(found, 3);
    for (let list = 0; list < 100; list++) {
      page({ name: String(list) });
    }
    assert.notEqual(page({ name: "a" }), first);
  });

  it("make a task's item once for each of its states, its language, and whether it is frozen", () => {
    const itemOf = remembered((job, { frozen }, language) => ({ name: job.name, frozen, language }));
    const job = { ...newJob("FULL_TRANS"), id: newJobId() };
    const item = itemOf(job, { frozen: false, can }, "en");
    assert.equal(itemOf(job, { frozen: false, can }, "en"), item);
    assert.deepEqual(itemOf(job, { frozen: true, can }, "en"), {
      name: "walk",
      frozen: true,
      language: "en",
    });
    assert.equal(itemOf(job, { frozen: false, can }, "zh").language, "zh");
    assert.equal(itemOf({ ...job, name: "renamed" }, { frozen: false, can }, "en").name, "renamed");
  });
});
