import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DrsError } from "../../../src/drs/errors";
import { projectsNamed } from "../../../src/drs/projects";
import { keySignIn } from "../../../src/drs/sign-in";

describe("the projects of an account", () => {
  let server: Server;
  let asked: IncomingMessage | undefined;
  let body: unknown;

  beforeEach(async () => {
    server = createServer((request, response) => {
      asked = request;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const projects = async () => {
    const { port } = server.address() as AddressInfo;
    const signIn = keySignIn({ accessKey: "AK", secretKey: "SK" });
    return await projectsNamed("cn-north-4", `http://127.0.0.1:${port}`, signIn);
  };

  it("are those of the region's name, as IAM lists them, without what nobody asked for", async () => {
    body = { projects: [{ id: "p1", name: "cn-north-4", enabled: true }], links: {} };
    assert.deepEqual(await projects(), [{ id: "p1", name: "cn-north-4" }]);
    assert.deepEqual([asked?.method, asked?.url], ["GET", "/v3/projects?name=cn-north-4"]);
    assert.equal(asked?.headers["content-type"], "application/json");
    assert.match(
      String(asked?.headers.authorization),
      /^SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date,/,
    );
  });

  it("are none that can be used where the answer is not IAM's", async () => {
    for (const wrong of [{}, { projects: [{ id: 5, name: "x" }] }, { projects: [{ id: "p1" }] }]) {
      body = wrong;
      await assert.rejects(projects(), (error) => {
        assert.ok(error instanceof DrsError);
        const { kind, fault, operation } = error.failure;
        assert.deepEqual(
          [kind, fault, operation],
          ["protocol", { id: "schemaMismatch", subject: "projects" }, "listProjects"],
        );
        return true;
      });
    }
  });
});
