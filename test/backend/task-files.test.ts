import assert from "node:assert/strict";
import { EitherVersion } from "../../src/drs/either-version";
import type { TaskFile } from "../../src/files/model";
import { choiceOf, diffOf, objectsOf, planOf } from "../../src/files/plan";
import { driftOf, fileOf } from "../../src/files/task-as-file";
import { fileText } from "../../src/files/templates";
import { terraformOf } from "../../src/files/terraform";
import { readTaskFile } from "../../src/files/validate";
import { decodeTask } from "../../src/tasks/decode";
import { changeObjects, synchronizedObjects } from "../../src/tasks/use-cases/change-objects";
import { configureTask, createTask, StepError, startTask } from "../../src/tasks/use-cases/create-task";
import { taskDetails } from "../../src/tasks/use-cases/task-details";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { one } from "../support/backend-task";
import { sessionOf } from "../support/session";
import { inEnglish } from "../support/texts";

describe("a task from a file", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let file: TaskFile;
  let passwords: { source: string; target: string };
  let id: string;
  const options = { signal: new AbortController().signal, onStep: () => undefined };

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    await backend.sql("source", "postgres", "CREATE DATABASE filed");
    await backend.sql("target", "postgres", "CREATE DATABASE filed");
    await backend.sql(
      "source",
      "filed",
      `CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (id int PRIMARY KEY);
       INSERT INTO one SELECT generate_series(1, 10); INSERT INTO two SELECT generate_series(1, 20)`,
    );
    const [source, target] = [backend.login("source"), backend.login("target")];
    passwords = { source: source.password, target: target.password };
    const end = ({ host, port, user }: typeof source) => ({ host, port, user, database: "filed" });
    file = {
      name: "from-a-file",
      type: "full+incremental",
      source: end(source),
      target: end(target),
      objects: { tables: ["public.one"] },
    };
  });
  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const rows = async (table: string) => {
    const known = await backend.sql<{ there: string | null }>(
      "target",
      "filed",
      "SELECT to_regclass($1)::text AS there",
      [table],
    );
    if (known[0]?.there == null) {
      return 0;
    }
    return (await backend.sql("target", "filed", `SELECT 1 FROM ${table}`)).length;
  };
  const reread = async () => {
    const [listed, detail] = await Promise.all([
      backend.client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync", name: id }),
      backend.client.call("batchDetail", { jobs: [id] }),
    ]);
    return decodeTask(one(listed.jobs), one(detail.results), undefined) ?? assert.fail("the task is gone");
  };

  it("is created, and says so when its source refuses the login; then it is configured and started", async () => {
    id = await createTask(backend.client, planOf(file, passwords), options);
    const wrong = planOf(file, { ...passwords, source: "not-the-password" });
    const error: unknown = await configureTask(backend.client, id, wrong, options).catch((reason) => reason);
    assert.ok(error instanceof StepError);
    assert.deepEqual([error.step, error.id, (await reread()).status], ["connectSource", id, "configuration"]);

    await configureTask(backend.client, id, planOf(file, passwords), options);
    await startTask(backend.client, id, options);
    await until("the rows arrive", async () => (await rows("public.one")) === 10);
    await until("changes flow", async () => (await reread()).status === "incremental");
    assert.equal(await rows("public.two"), 0);
  });

  it("takes over the objects of a changed file, and its file then is the same", async () => {
    const changed: TaskFile = { ...file, objects: { tables: ["public.one", "public.two"] } };
    assert.deepEqual(diffOf(objectsOf(await reread()), changed.objects), {
      added: ["public.two"],
      removed: [],
    });
    const now = await synchronizedObjects(backend.client, id, options.signal);
    assert.deepEqual(Object.keys(now?.filed?.schemas?.public?.tables ?? {}), ["one"]);
    await changeObjects(sessionOf(backend.client), id, choiceOf(changed, now ?? {}), options);
    await until("the added table arrives", async () => (await rows("public.two")) === 20);
    await until("the task has the objects", async () => {
      const { added, removed } = diffOf(objectsOf(await reread()), changed.objects);
      return added.length + removed.length === 0;
    });
    const saved = fileOf(await taskDetails(backend.client, id, options.signal));
    assert.ok(saved);
    assert.deepEqual(readTaskFile(fileText(saved), inEnglish).file?.objects, changed.objects);
    assert.ok(!fileText(saved).includes(passwords.source));
    assert.deepEqual(driftOf(changed, saved), []);
    assert.deepEqual(
      driftOf({ ...changed, description: "more", nodeType: "high" }, saved).map(({ field }) => field),
      ["description", "nodeType"],
    );
  });

  it("is the same read through either version", async () => {
    const read = async (version: "v3" | "v5") => {
      const { id: fault } = await backend.fault({ kind: "status", status: 404, path: `/${version}/` });
      const details = await taskDetails(new EitherVersion(backend.client), id, options.signal);
      await backend.local("DELETE", `/_local/faults/${fault}`);
      return details;
    };
    const [v5, v3] = [await read("v3"), await read("v5")];
    assert.deepEqual(fileOf(v5), fileOf(v3));
    assert.equal(terraformOf(v5, undefined), terraformOf(v3, undefined));
  });
});
