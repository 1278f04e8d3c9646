/** Who gets a password over TLS, and who gets none. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { EngineError } from "../../../../../src/backend/engine/engine-error";
import { Databases } from "../../../../../src/backend/engine/postgres/databases";
import { conninfo } from "../../../../../src/backend/engine/postgres/names";
import { authoritiesOf, hostOf } from "../../../../../src/backend/jobs/endpoints";
import { type Certificate, TestAuthority } from "../../../../support/certificates";
import { message } from "../../../../support/lying-server";

/** Asks for the password in clear text, over TLS where the client wants it. */
class TlsServer {
  readonly #server: Server;
  /** What clients said first, and what they sent when they were asked. */
  readonly begun: string[] = [];
  readonly received: string[] = [];
  #answered: () => void = () => undefined;
  /** Is kept once a client has answered. */
  readonly asked = new Promise<void>((resolve) => {
    this.#answered = resolve;
  });
  readonly #sockets: TLSSocket[] = [];

  constructor({ key, cert }: Certificate) {
    this.#server = createServer((raw) => {
      raw.on("error", () => undefined);
      raw.once("data", (first) => {
        const wantsTls = first.readInt32BE(4) === 80_877_103;
        this.begun.push(wantsTls ? "TLS" : "clear");
        if (!wantsTls) {
          raw.end();
          return;
        }
        raw.write("S");
        const socket = new TLSSocket(raw, { isServer: true, key, cert });
        this.#sockets.push(socket);
        socket.on("error", () => undefined);
        socket.once("data", () => {
          socket.write(message("R", 3));
          socket.on("data", (bytes) => {
            this.received.push(bytes.toString("latin1"));
            this.#answered();
          });
        });
      });
    });
  }

  async open(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#server.close();
  }
}

describe("a database's certificate", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-tls-"));
  const [own, foreign] = ["own", "foreign"].map((name) => {
    const place = mkdtempSync(join(folder, name));
    return new TestAuthority(place);
  }) as [TestAuthority, TestAuthority];
  const databases = new Databases();
  const servers: TlsServer[] = [];

  after(async () => {
    for (const server of servers) {
      server.close();
    }
    await databases.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a server got, and the error that the login ended with. */
  async function login(
    names: string,
    facts: { readonly ssl?: boolean; readonly ca?: TestAuthority; readonly certifiedHost?: string },
  ) {
    const server = new TlsServer(own.issue(names));
    servers.push(server);
    const port = await server.open();
    const { ssl = true, ca, certifiedHost } = facts;
    const user = { user: "drs", password: "the-password", database: "shop" };
    const place = { side: "source" as const, host: "127.0.0.1", port, ...user, ssl, certifiedHost };
    const way = ca === undefined ? place : { ...place, ca: readFileSync(ca.file, "utf8") };
    const ended = databases.query(way, "SELECT 1").then(
      () => "",
      (error: unknown) => (error instanceof EngineError ? error.message : String(error)),
    );
    return { end: await Promise.race([ended, server.asked.then(() => "sent")]), server };
  }

  it("is checked with its name where the CA is given, and only then a password goes in clear text", async () => {
    const { end, server } = await login("IP:127.0.0.1", { ca: own });
    assert.equal(end, "sent");
    assert.match(server.received.join(""), /the-password/);
  });

  it("is checked with the source's own name by the way that leads through a task's link", async () => {
    for (const [certifiedHost, sent] of [
      ["db.example.com", true],
      ["other.example.com", false],
    ] as const) {
      const { end } = await login("DNS:db.example.com", { ca: own, certifiedHost });
      assert.equal(end === "sent", sent, end);
    }
  });

  it("of another name, or of another CA, ends the connection before anything is sent", async () => {
    for (const [names, ca] of [
      ["DNS:other.example.com", own],
      ["IP:127.0.0.1", foreign],
    ] as const) {
      const { end, server } = await login(names, { ca });
      assert.notEqual(end, "sent", names);
      assert.deepEqual([server.begun, server.received], [["TLS"], []]);
    }
  });

  it("is not checked without a CA: the connection is encrypted, and gets no password in clear text", async () => {
    const { end, server } = await login("DNS:anybody.example.com", {});
    assert.match(end, /clear text/);
    assert.deepEqual([server.begun, server.received], [["TLS"], []]);
  });

  it("is not asked for where encryption is not wanted, by the backend or by the target server", async () => {
    const { server } = await login("IP:127.0.0.1", { ssl: false });
    assert.equal(server.begun[0], "clear");
    const source = { host: "h", port: 1, user: "u", password: "p", database: "d", ssl: false };
    assert.match(conninfo(source, { host: "h", port: 1 }, "task", 18), / sslmode='disable' /);
  });

  it("comes as Base64 of PEM, and as nothing else", () => {
    const pem = readFileSync(own.file, "utf8");
    const key = (text: string) => Buffer.from(text).toString("base64");
    assert.equal(authoritiesOf(key(`a comment\n${pem}`)), pem.trim());
    assert.equal(authoritiesOf(""), undefined);
    const broken = pem.replace(/[A-Za-z]{8}/, "AAAAAAAA");
    for (const wrong of ["x", key("no certificate"), key(broken), key(pem.repeat(200))]) {
      assert.throws(() => authoritiesOf(wrong), /ssl_cert_key/);
    }
  });

  it("belongs to a host, which is no path and no list", () => {
    for (const host of ["db.example.com", "10.0.0.1", "::1", "fe80::1%eth0", "数据库.example", ""]) {
      assert.equal(hostOf(host), host);
    }
    for (const host of ["/var/run/postgresql", "@socket", "a,b", "a b", "a\n"]) {
      assert.throws(() => hostOf(host), /host name or an IP address/);
    }
  });
});
