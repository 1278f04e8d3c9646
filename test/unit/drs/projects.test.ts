import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { DrsError } from "../../../src/drs/errors";
import { projectsNamed } from "../../../src/drs/projects";
import { keySignIn } from "../../../src/drs/sign-in";
import { authorization } from "../../../src/drs/signer";

describe("the projects of an account", () => {
  let server: Server;
  let asked: IncomingMessage | undefined;
  let body: unknown;
  let socket: Socket | undefined;

  beforeEach(async () => {
    server = createServer((request, response) => {
      asked = request;
      socket = request.socket;
      if (body === undefined) {
        socket.destroy();
      } else {
        const text = typeof body === "string" ? body : JSON.stringify(body);
        response.writeHead(200, { "content-type": "application/json" }).end(text);
      }
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
    const { host = "", "x-sdk-date": date, authorization: proof } = asked?.headers ?? {};
    const url = new URL(asked?.url ?? "", `http://${host}`);
    const headers = { host, "x-sdk-date": String(date) };
    assert.equal(proof, authorization({ method: "GET", url, headers, body: "" }, "AK", "SK"));
  });

  it("are read over a connection that ends with the answer", async () => {
    body = { projects: [] };
    assert.deepEqual(await projects(), []);
    if (socket?.destroyed === false) {
      await once(socket, "close");
    }
  });

  it("are only read: trouble on the way leaves nothing uncertain", async () => {
    const failure = async () =>
      await projects().then(
        () => assert.fail("it was answered"),
        (error: unknown) => (error instanceof DrsError ? error.failure : assert.fail(String(error))),
      );
    body = undefined;
    const broken = await failure();
    assert.deepEqual([broken.kind, broken.operation, broken.uncertain], ["network", "listProjects", false]);
    body = "<html>Sign in</html>";
    const page = await failure();
    assert.deepEqual([page.kind, page.operation, page.uncertain], ["protocol", "listProjects", false]);
    assert.deepEqual(page.fault, { id: "notJson", subject: asked?.headers.host });
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
