import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { accessOf } from "../../../src/connections/access";
import type { CloudConnection } from "../../../src/connections/connection";
import { openSession } from "../../../src/connections/session";
import { forecastsOf } from "../../../src/tasks/forecast";
import { english } from "../../support/texts";

const id = "24834eb6-be30-464e-a299-f7aa730jb101";
const createdAt = Date.UTC(2026, 10, 24);

describe("a session with the cloud", () => {
  let server: Server;
  before(async () => {
    server = createServer((request, response) => {
      const job = { id, name: "orders", status: "CONFIGURATION" };
      const isDetail = request.url?.includes("batch-detail") === true;
      const body = isDetail
        ? { count: 1, results: [{ ...job, create_time: String(createdAt) }] }
        : { total_record: 1, jobs: [job] };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  });
  after(() => void server.close());

  it("knows that the service releases and ends its tasks by itself", async () => {
    const { port } = server.address() as AddressInfo;
    const connection: CloudConnection = {
      ...{ id: "1", kind: "cloud", name: "north", site: "private", region: "" },
      ...{ endpoint: `http://127.0.0.1:${port}`, projectId: "p", signIn: { kind: "permanentKey" } },
    };
    const access = accessOf(connection, { accessKey: "a", secretKey: "s" }, {});
    assert.ok(typeof access !== "string");
    const session = openSession(connection, access, {
      l10n: english,
      limits: { requests: () => 120, timeoutMs: () => 5_000 },
      warn: () => undefined,
    });
    try {
      await session.store.refresh();
      const task = session.store.snapshot.tasks.get(id) ?? assert.fail("no task");
      assert.deepEqual(forecastsOf(task, createdAt + 1), [
        { id: "resourcesGo", at: createdAt + 3 * 24 * 3_600_000 },
      ]);
    } finally {
      session.dispose();
    }
  });
});
