import assert from "node:assert/strict";
import type { CloudConnection } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { StorageContext } from "../support/storage";

describe("a secret storage that refuses", () => {
  const connection: CloudConnection = {
    ...{ id: "1", kind: "cloud", name: "shop", site: "private", region: "local", projectId: "p" },
    ...{ endpoint: "https://drs.example.com", signIn: { kind: "permanentKey" } },
  };
  const secret = { accessKey: "AK", secretKey: "SK" };

  it("costs neither the connection nor its secret in this window, and says so", async () => {
    const context = new StorageContext();
    const refuse = async () => {
      throw new Error("no keyring");
    };
    Object.assign(context.secrets, { store: refuse });
    const connections = new Connections(context, console);
    await assert.rejects(connections.save(connection, secret), /shop works until .* \(no keyring\)/);
    assert.deepEqual(
      connections.shown.map(({ id }) => id),
      ["1"],
    );
    assert.deepEqual(await connections.secret(connection), secret);
    Object.assign(context.secrets, { get: refuse });
    await assert.rejects(new Connections(context, console).secret(connection), /no keyring/);
  });
});
