import assert from "node:assert/strict";
import { JobLists, ListAnswers, remembered } from "../../../../src/backend/api/job-lists";
import type { Capabilities } from "../../../../src/backend/engine/capabilities";
import { newJobId } from "../../../../src/backend/jobs/job";
import { newJob } from "../../../support/simulated-job";

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

  it("make a task's text once for each of its states, its language, and whether it is frozen", () => {
    let made = 0;
    const itemOf = remembered((job, { frozen }, language) => {
      made++;
      return { name: job.name, frozen, language };
    });
    const job = { ...newJob("FULL_TRANS"), id: newJobId() };
    const text = '{"name":"walk","frozen":false,"language":"en"}';
    assert.equal(itemOf(job, { frozen: false, can }, "en"), text);
    assert.equal(itemOf(job, { frozen: false, can }, "en"), text);
    assert.equal(made, 1);
    assert.equal(itemOf(job, { frozen: true, can }, "en"), '{"name":"walk","frozen":true,"language":"en"}');
    assert.equal(itemOf(job, { frozen: false, can }, "zh"), '{"name":"walk","frozen":false,"language":"zh"}');
    const renamed = itemOf({ ...job, name: "renamed" }, { frozen: false, can }, "en");
    assert.equal(renamed, '{"name":"renamed","frozen":false,"language":"en"}');
  });

  it("are answered as JSON with their tasks, as the same bytes while nothing changes", () => {
    const answers = new ListAnswers();
    const answer = (total: number, jobs: readonly string[]) =>
      answers.of({ total_record: total }, jobs).bytes;
    const read = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
    const [a, b, changed] = ['{"id":"a","name":"é"}', '{"id":"b"}', '{"id":"b","name":"other"}'] as const;
    const first = answer(2, [a, b]);
    assert.deepEqual(read(first), { total_record: 2, jobs: [{ id: "a", name: "é" }, { id: "b" }] });
    assert.equal(answer(2, [a, b]), first);
    assert.deepEqual(read(answer(3, [a, b])), {
      total_record: 3,
      jobs: [{ id: "a", name: "é" }, { id: "b" }],
    });
    assert.deepEqual(read(answer(3, [a, changed])), {
      ...{
        total_record: 3,
        jobs: [
          { id: "a", name: "é" },
          { id: "b", name: "other" },
        ],
      },
    });
    assert.deepEqual(read(answer(3, [a])), { total_record: 3, jobs: [{ id: "a", name: "é" }] });
    assert.deepEqual(read(answer(0, [])), { total_record: 0, jobs: [] });
  });

  it("are not remembered without an end, however long they are", () => {
    const answers = new ListAnswers();
    const long = (id: number) => answers.of({}, [JSON.stringify({ id, text: "x".repeat(5_000_000) })]).bytes;
    const first = long(1);
    long(2);
    assert.equal(long(1), first);
    long(3);
    assert.notEqual(long(1), first);
  });
});
