import assert from "node:assert/strict";
import { DrsClient } from "../../src/drs/client";
import { explain } from "../../src/drs/error-text";
import type { DrsError, FailureKind } from "../../src/drs/errors";
import { localizerFor } from "../../src/l10n/localizer";
import { legalActions } from "../../src/tasks/allowed-actions";
import { type PollIntervals, type Snapshot, TaskStore } from "../../src/tasks/store";
import { perform } from "../../src/tasks/use-cases/perform";
import { precheck } from "../../src/tasks/use-cases/precheck";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { FaultyProxy, type ProxyFault } from "../support/faulty-proxy";
import { fill } from "../support/texts";

const english = localizerFor("en", fill);
const timeoutMs = 400;
const pace: PollIntervals = {
  soon: 50,
  fast: 50,
  steady: 100,
  background: 100,
  longest: 100,
  detailMaxAge: 0,
  perRequest: 0,
};

/** A kind of fault, and what is to become of the calls that meet it. */
interface Row {
  readonly fault: string;
  readonly breaks: ProxyFault;
  readonly kind: FailureKind;
  /** What the user reads. */
  readonly says: RegExp;
  /** How often a reading call is sent, the fault included. */
  readonly reads: number;
  /** Whether a control call that meets the fault may have taken effect. */
  readonly uncertain: boolean;
  /** Whether a control call that meets the fault once succeeds all the same. */
  readonly waited?: boolean;
  /** Whether nothing is sent any more until the user asks. */
  readonly stops?: boolean;
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): ProxyFault =>
  (response) => {
    response
      .writeHead(status, { "content-type": "application/json", "x-request-id": "r-1", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  };

const rows: readonly Row[] = [
  {
    fault: "a connection that is cut",
    breaks: (response) => void response.destroy(),
    ...{ kind: "network", says: /connection to .* was cut/, reads: 2, uncertain: true },
  },
  {
    fault: "a service that never answers",
    breaks: () => undefined,
    ...{ kind: "timeout", says: /No answer from .* in time/, reads: 1, uncertain: true },
  },
  {
    fault: "an answer that ends in the middle",
    breaks: async (response, pass) => {
      const { status, body } = await pass();
      response.writeHead(status, { "content-length": String(body.length) });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    },
    ...{ kind: "network", says: /was cut/, reads: 2, uncertain: true },
  },
  {
    fault: "a sign-in page in between",
    breaks: answer(200, "<html>Welcome to the hotel</html>", { "content-type": "text/html" }),
    ...{ kind: "protocol", says: /not JSON; is there a proxy or a sign-in page/, reads: 1, uncertain: true },
  },
  {
    fault: "a redirect",
    breaks: answer(302, "", { location: "http://127.0.0.1:1/" }),
    ...{ kind: "protocol", says: /sends elsewhere/, reads: 1, uncertain: false },
  },
  {
    fault: "an answer of another form",
    breaks: answer(200, { total_record: "many", jobs: 7, results: 7 }),
    ...{ kind: "protocol", says: /not what the API promises/, reads: 1, uncertain: true },
  },
  {
    fault: "a refused signature",
    breaks: answer(401, { error_code: "APIGW.0301", error_msg: "Incorrect IAM authentication information" }),
    ...{
      kind: "authentication",
      says: /\(APIGW\.0301\).*secret key/,
      reads: 1,
      uncertain: false,
      stops: true,
    },
  },
  {
    fault: "a clock that is off",
    breaks: answer(
      401,
      { error_code: "APIGW.0301", error_msg: "Incorrect IAM authentication information" },
      { date: "Tue, 24 Nov 2020 03:00:00 GMT" },
    ),
    ...{
      kind: "authentication",
      says: /clock is off.*2020-11-24T03:00:00/,
      reads: 1,
      uncertain: false,
      stops: true,
    },
  },
  {
    fault: "a missing permission",
    breaks: answer(403, { error_code: "DRS.M00102", error_msg: "Insufficient permissions" }),
    ...{ kind: "permission", says: /Ask the account's administrator/, reads: 1, uncertain: false },
  },
  {
    fault: "too many requests",
    breaks: answer(429, { error_code: "APIGW.0308", error_msg: "over ratelimit" }, { "retry-after": "0" }),
    ...{ kind: "throttled", says: /Wait a moment/, reads: 1, uncertain: false, waited: true },
  },
  {
    fault: "a service in trouble",
    breaks: answer(500, { error_code: "DRS.M00004", error_msg: "Internal error" }),
    ...{ kind: "service", says: /Internal error \(DRS\.M00004\)/, reads: 1, uncertain: true },
  },
  {
    fault: "a gateway without a service behind it",
    breaks: answer(503, "upstream connect error"),
    ...{ kind: "service", says: /HTTP 503/, reads: 1, uncertain: true },
  },
];

describe("the fault matrix", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let proxy: FaultyProxy;
  let client: DrsClient;
  let store: TaskStore;
  let task: TestTask;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    await backend.sql("source", "postgres", "CREATE DATABASE matrix");
    await backend.sql("target", "postgres", "CREATE DATABASE matrix");
    await backend.sql("source", "matrix", "CREATE TABLE item (id int PRIMARY KEY)");
    task = await TestTask.started(backend, {
      name: "matrix",
      source: { ...backend.login("source"), database: "matrix" },
      target: { ...backend.login("target"), database: "matrix" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    proxy = await FaultyProxy.open(backend.ready);
  });

  after(async () => {
    await proxy.close();
    await backend.stop();
    removeDataDir(dataDir);
  });

  const open = async () => {
    client = new DrsClient({
      endpoint: `http://127.0.0.1:${proxy.port}`,
      projectId: backend.ready.project_id,
      accessKey: backend.ready.access_key,
      secretKey: backend.ready.secret_key,
      timeoutMs: () => timeoutMs,
    });
    store = new TaskStore(client, pace);
    // On a busy machine the short limit may end a request without a fault.
    await until("the list is read", async () => {
      await store.refresh();
      return store.snapshot.problem === undefined;
    });
  };
  const close = () => {
    store.dispose();
    client.dispose();
  };
  beforeEach(async () => {
    await open();
    proxy.requests.length = 0;
  });
  afterEach(() => {
    proxy.fault = undefined;
    close();
  });

  const sent = (path: string) => proxy.requests.filter((request) => request === path).length;
  const failureOf = ({ problem }: Snapshot) => (problem as DrsError).failure;
  const known = () => {
    const found = store.snapshot.tasks.get(task.id);
    assert.ok(found);
    return found;
  };
  /** The store reads by itself until the trouble is over. */
  const recovers = async () => {
    proxy.fault = undefined;
    store.setDemand("test", "visible");
    await until("the trouble is over", () => store.snapshot.problem === undefined);
  };

  for (const { fault, breaks, kind, says, reads, uncertain, waited, stops } of rows) {
    describe(`${fault}`, () => {
      it("leaves the tree as it was, says why, and recovers", async () => {
        const { tasks } = store.snapshot;
        proxy.fault = { path: "/jobs", breaks };
        await store.refresh();
        assert.equal(failureOf(store.snapshot).kind, kind);
        assert.match(explain(store.snapshot.problem, english), says);
        assert.equal(store.snapshot.tasks, tasks);
        assert.equal(sent("/jobs"), reads);
        if (stops === true) {
          store.setDemand("test", "visible");
          assert.equal(sent("/jobs"), reads);
          proxy.fault = undefined;
          await store.refresh();
          assert.equal(store.snapshot.problem, undefined);
        } else {
          await recovers();
        }
      });

      it("does not hide the list when it meets the details", async () => {
        proxy.fault = { path: "/batch-detail", breaks };
        await store.refresh();
        assert.equal(failureOf(store.snapshot).kind, kind);
        assert.equal(known().status, "incremental");
        assert.equal(known().source?.database, "matrix");
        assert.equal(sent("/jobs/batch-detail"), reads);
        proxy.fault = undefined;
        await store.refresh();
        assert.equal(store.snapshot.problem, undefined);
      });

      it("never makes a control call be sent twice that may have taken effect", async () => {
        let met = 0;
        let paused = false;
        proxy.fault = {
          path: "/batch-pause-task",
          breaks: async (response, carryOut) => {
            const pass = async () => {
              paused = true;
              return await carryOut();
            };
            if (met++ > 0) {
              const { status, body } = await pass();
              response.writeHead(status).end(body);
              return;
            }
            await breaks(response, pass);
          },
        };
        const call = perform(client, "pause", [known()]);
        if (waited === true) {
          assert.deepEqual(await call, [{ id: task.id }]);
          assert.equal(sent("/jobs/batch-pause-task"), 2);
        } else {
          const error = await call.then(
            ([outcome]) => outcome?.error,
            (reason: DrsError) => reason,
          );
          assert.equal(error?.failure.kind, kind);
          assert.equal(error?.failure.uncertain ?? false, uncertain);
          assert.equal(/may have taken effect/.test(explain(error, english)), uncertain);
          assert.equal(sent("/jobs/batch-pause-task"), 1);
        }
        proxy.fault = undefined;
        if (paused) {
          // The task itself tells what became of the call.
          store.setDemand("test", "visible");
          await until("the tree shows it", () => known().status === "paused");
          await task.retry();
        }
        await task.reaches("INCRE_TRANSFER_STARTED");
      });
    });
  }

  it("a service without v5 offers no starting over, and is asked once", async () => {
    await task.pause();
    await task.reaches("PAUSING");
    const probe = "/jobs?job_type=sync&limit=1";
    const breaks = answer(404, { error_code: "APIGW.0101", error_msg: "The API does not exist" });
    proxy.fault = { path: probe, breaks };
    close();
    await open();
    await store.refresh();
    assert.deepEqual(legalActions(known()), ["resume", "end"]);
    assert.equal(store.snapshot.problem, undefined);
    assert.equal(proxy.requests.filter((path) => path.endsWith(probe)).length, 1);
  });

  it("a service with v5 starts a paused task over: pre-check, reset, all rows copied again", async () => {
    const rows = async () => await backend.sql("target", "matrix", "SELECT count(*)::int AS n FROM item");
    await backend.sql("source", "matrix", "INSERT INTO item SELECT generate_series(1, 3)");
    await store.refresh();
    assert.ok(legalActions(known()).includes("reset"));
    const { signal } = new AbortController();
    const outcome = await precheck(client, known(), "forRetryJob", { signal });
    assert.equal(outcome.passed, true);
    assert.deepEqual(await perform(client, "reset", [known()]), [{ id: task.id }]);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await store.refresh(task.id);
    assert.ok(!legalActions(known()).includes("reset"));
    await until("the rows have come", async () => JSON.stringify(await rows()).includes("3"));
    const [refused] = await perform(client, "reset", [known()]);
    assert.equal(refused?.error?.failure.code, "DRS.M00304");
  });

  it("an address at which nobody listens is reported, and found again", async () => {
    const { port } = proxy;
    await proxy.close();
    await store.refresh();
    assert.match(
      explain(store.snapshot.problem, english, true),
      /Nothing listens at .* Start the local backend/,
    );
    const refused = await perform(client, "pause", [known()]).catch((error: DrsError) => error);
    assert.ok(refused instanceof Error && refused.failure.uncertain === false);
    await proxy.listen(port);
    await recovers();
  });
});
