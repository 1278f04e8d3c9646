/** Which files a task file can name as a CA. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesOf } from "../../../src/files/certificates";
import type { TaskFile } from "../../../src/files/model";
import { localizerFor } from "../../../src/l10n/localizer";
import { TestAuthority } from "../../support/certificates";
import { fill } from "../../support/texts";

describe("the CA of a task file", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-ca-"));
  const taskFile = join(folder, "repository", "orders.drs-task.json");
  let pem: string;

  before(() => {
    mkdirSync(join(folder, "repository", "certs"), { recursive: true });
    const authority = new TestAuthority(folder);
    pem = readFileSync(authority.file, "utf8").trim();
    writeFileSync(join(folder, "repository", "certs", "ca.pem"), `Acme test CA\n${pem}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = async (ca: string | undefined, path: { readonly path?: string } = { path: taskFile }) => {
    const end = { host: "h", port: 1, database: "d", user: "u" };
    const file: TaskFile = {
      ...{ name: "orders", type: "full", objects: "all" },
      source: { ...end, ...(ca === undefined ? {} : { ssl: true, ca }) },
      target: end,
    };
    return await certificatesOf(file, path.path, localizerFor("en", fill));
  };

  it("is read from a file below the task file's folder, or taken as text", async () => {
    assert.deepEqual(await read("certs/ca.pem"), { source: pem, target: undefined });
    assert.deepEqual(await read(pem), { source: pem, target: undefined });
    assert.deepEqual(await read(undefined), { source: undefined, target: undefined });
  });

  it("is refused where it is not a certificate, with the name and without the content", async () => {
    writeFileSync(join(folder, "repository", "key.pem"), readFileSync(join(folder, "ca.key")));
    await assert.rejects(read("key.pem"), ({ message }: Error) => {
      assert.match(message, /key\.pem.* is not a CA certificate/);
      return !message.includes("PRIVATE");
    });
    await assert.rejects(read("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"), /not a CA/);
  });

  it("is not read through a link, from a folder, a pipe or a large file, and not from elsewhere", async () => {
    const at = (name: string) => join(folder, "repository", name);
    symlinkSync(join(folder, "ca.pem"), at("link.pem"));
    symlinkSync(folder, at("out"));
    execFileSync("mkfifo", [at("pipe.pem")]);
    writeFileSync(at("large.pem"), `${pem}\n`.repeat(200));
    for (const name of [
      "link.pem",
      "out/ca.pem",
      "pipe.pem",
      "large.pem",
      "certs",
      "none.pem",
      "certs/ca.pem/x",
    ]) {
      await assert.rejects(read(name), /cannot be read/, name);
    }
  });

  it("is looked for only beside a file that is on the disk", async () => {
    await assert.rejects(read("ca.pem", {}), /Save the task file to the disk first/);
    assert.equal((await read(pem, {})).source, pem);
  });
});
